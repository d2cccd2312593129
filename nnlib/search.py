"""The search: for every query, the index of its nearest training row, and of its k nearest.

The full distance matrix has n_test × n_train entries and is never needed whole. The search
walks over it in tiles small enough for a stated amount of memory, and keeps for each query
only the best rows seen so far. Because tiles come in the order of the training rows and a later
row must be *strictly* nearer to displace an earlier one, ties go to the earliest index.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.certify import conversion_error, cutoff, nothing_rounds, settle
from nnlib.distances import check_norms, direct_tile, squared_norms, with_bias, with_ones
from nnlib.validation import (
    Array,
    as_labels,
    as_rows,
    as_training_rows,
    check_choice,
    check_count,
    check_same_width,
    working_dtype,
)

METHODS = ("exact", "expanded", "direct")
MEMORY_LIMIT = 64 * 2**20
# A tile of about this many bytes stays in the processor's cache while it is reduced.
TILE_BYTES = 4 * 2**20

Indices = NDArray[np.intp]


class TrainingSet:
    """The training side of a search: rows checked once, and what does not depend on queries.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
    keep_weights : bool
        Keep the augmented weights [−2t, ‖t‖²] between searches (as large as the rows) instead
        of making them tile by tile. An estimator that is fitted once and asked often does.
    """

    def __init__(self, X_train: ArrayLike, keep_weights: bool = False) -> None:
        self.rows = as_training_rows("X_train", X_train)
        self.keep_weights = keep_weights
        self._norms: dict[Any, Array] = {}
        self._weights: dict[Any, Array] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def norms(self, dtype: Any) -> Array:
        """Return ‖t‖² for every training row, in the working precision: (n_train,)."""
        if dtype not in self._norms:
            with np.errstate(over="ignore"):
                if self.rows.dtype == dtype:
                    norms = squared_norms(self.rows)
                else:  # Convert a stretch at a time: a wider copy of all rows may not fit.
                    norms = np.empty(len(self), dtype)
                    for part in slices(len(self), 1 + 2**14 // (1 + self.rows.shape[1])):
                        norms[part] = squared_norms(self.rows[part].astype(dtype))
            self._norms[dtype] = norms
        return self._norms[dtype]

    def weights(self, dtype: Any, part: slice) -> Array:
        """Return [−2t, ‖t‖²] for a stretch of the rows: one dense layer, bias inside."""
        if not self.keep_weights:
            rows = self.rows[part].astype(dtype, copy=False)
            return with_bias(-2 * rows, self.norms(dtype)[part])
        if dtype not in self._weights:
            rows = self.rows.astype(dtype, copy=False)
            self._weights[dtype] = with_bias(-2 * rows, self.norms(dtype))
        return self._weights[dtype][part]


def slices(length: int, step: int) -> Iterator[slice]:
    """Cut range(length) into consecutive slices of at most `step`."""
    for start in range(0, length, step):
        yield slice(start, start + step)


def tile_shape(
    n_test: int, n_train: int, d: int, k: int, method: str, memory_limit: int
) -> tuple[int, int]:
    """Return how many queries and how many training rows one tile may span.

    A pair (query, row) takes at once up to 50 bytes, for its value, the partition, masks and
    the index of each of the k best; in the exact method, where every pair may be a candidate,
    up to 130. With the tile go copies of its queries and rows, made wider and with the bias,
    and the exact distances of one query.
    """
    queries, rows = min(n_test, 512), min(n_train, 2048)
    pair = 130 if method == "exact" else 50

    def needed(q: int, n: int) -> int:
        return pair * q * (n + k) + 24 * (q + n) * (d + 1) + 300 * k

    def too_big(q: int, n: int) -> bool:
        return needed(q, n) > memory_limit or 8 * q * n > TILE_BYTES

    while too_big(queries, rows) and (queries > 1 or rows > 1):
        if rows > queries or queries == 1:
            rows = (rows + 1) // 2
        else:
            queries = (queries + 1) // 2
    if needed(queries, rows) > memory_limit:
        raise ValueError(
            f"memory_limit must be at least {needed(1, 1)} bytes for d = {d} and k = {k}; "
            f"got {memory_limit}"
        )
    return queries, rows


def smallest_k(values: Array, k: int) -> Indices:
    """Return the positions of the `k` smallest entries of each row, ordered by (value, position).

    A stable sort would do, at n log n; this selects first and sorts only the k. The selection
    takes all entries below the kth smallest value, and of those equal to it the earliest.
    """
    if k == 1:
        first: Indices = values.argmin(axis=1)
        return first[:, None]
    n = values.shape[1]
    if k < n:
        kth = np.partition(values, k - 1, axis=1)[:, k - 1 : k]
        below, equal = values < kth, values == kth
        room = k - below.sum(axis=1, keepdims=True)
        chosen = below | (equal & (equal.cumsum(axis=1) <= room))
        positions = chosen.nonzero()[1].reshape(-1, k)
    else:
        positions = np.broadcast_to(np.arange(n), values.shape)
    order = np.take_along_axis(values, positions, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(positions, order, axis=1)


def keep_best(
    best: tuple[Array, Indices] | None, values: Array, first: int, k: int
) -> tuple[Array, Indices]:
    """Merge a tile's values with the best so far; its columns are rows `first`, `first` + 1, ….

    The old entries stand before the new ones, so that position order is index order and a tie
    keeps the earlier row.
    """
    positions = smallest_k(values, min(k, values.shape[1]))
    found = np.take_along_axis(values, positions, axis=1)
    indices = positions + first
    if best is None:
        return found, indices
    found = np.concatenate([best[0], found], axis=1)
    indices = np.concatenate([best[1], indices], axis=1)
    positions = smallest_k(found, min(k, found.shape[1]))
    return (
        np.take_along_axis(found, positions, axis=1),
        np.take_along_axis(indices, positions, axis=1),
    )


def search_computed(
    training: TrainingSet, queries: Array, k: int, method: str, rows_per_tile: int, dtype: Any
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of the k nearest by the values as computed."""
    X = queries.astype(dtype, copy=False)
    if method == "expanded":
        with np.errstate(over="ignore"):
            x_norms = squared_norms(X)
        check_norms(x_norms, training.norms(dtype))
        X = with_ones(X)
    best: tuple[Array, Indices] | None = None
    for part in slices(len(training), rows_per_tile):
        if method == "expanded":  # the reduced distance ‖t‖² − 2x·t: ‖x‖² changes no ranking
            values = X @ training.weights(dtype, part).T
        else:
            with np.errstate(over="ignore"):
                values = direct_tile(X, training.rows[part].astype(dtype, copy=False))
        best = keep_best(best, values, part.start, k)
    assert best is not None
    values, indices = best
    if method == "expanded":
        values = values + x_norms[:, None]
    elif not np.isfinite(values.max(initial=0)):
        raise ValueError(
            f"squared distances overflow {np.dtype(dtype)}, so that neighbors cannot be told "
            "apart; rescale the data or use method='exact'"
        )
    return values, indices


def search_exact(
    training: TrainingSet, queries: Array, k: int, rows_per_tile: int, error: float
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of the truly k nearest, ordered by (truth, index).

    One pass by the direct form keeps, for every query, the rows that the kth best so far does
    not prove to be farther. What remains is either exactly k rows in a proved order, or is
    settled in integers. `error` bounds the rounding of the inputs to float64.
    """
    X = queries.astype(np.float64, copy=False)
    d = X.shape[1]
    best: tuple[Array, Indices] | None = None
    # The candidates: parallel arrays of the query they belong to, row index, computed distance.
    owner, index = np.empty(0, np.intp), np.empty(0, np.intp)
    computed = np.empty(0)
    most = len(X) * (k + rows_per_tile // 4)
    for part in slices(len(training), rows_per_tile):
        with np.errstate(over="ignore"):
            values = direct_tile(X, training.rows[part].astype(np.float64, copy=False))
        best = keep_best(best, values, part.start, k)
        limit = cutoff(best[0][:, -1], d, error)
        i, j = (values <= limit[:, None]).nonzero()
        keep = computed <= limit[owner]
        owner = np.concatenate([owner[keep], i])
        index = np.concatenate([index[keep], j + part.start])
        computed = np.concatenate([computed[keep], values[i, j]])
        if len(owner) > most:  # a mass of ties: settle what is there before it fills the memory
            kept = settle_all(training, queries, k, error, owner, index, computed)
            owner, index, computed = owner[kept], index[kept], computed[kept]
    kept = settle_all(training, queries, k, error, owner, index, computed)
    return computed[kept].reshape(-1, k), index[kept].reshape(-1, k)


def settle_all(
    training: TrainingSet,
    queries: Array,
    k: int,
    error: float,
    owner: Indices,
    index: Indices,
    computed: NDArray[np.float64],
) -> Indices:
    """Return where each query's k nearest candidates stand, in order; exact where it must be."""
    order: Indices = np.lexsort((computed, owner))
    owner, computed = owner[order], computed[order]
    start = np.searchsorted(owner, np.arange(len(queries) + 1))
    place = np.arange(len(order)) - start[owner]
    close = computed[1:] <= cutoff(computed[:-1], queries.shape[1], error)
    close &= owner[1:] == owner[:-1]
    for q in np.unique(owner[1:][close]):  # the order of their candidates is not proved
        some = order[start[q] : start[q + 1]]
        winners = some[settle(queries[q], training.rows, index[some], k)]
        some[: len(winners)] = winners
    return order[place < k]


def search(
    training: TrainingSet,
    X_test: ArrayLike,
    k: int,
    *,
    method: str = "exact",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
) -> tuple[Array, Indices]:
    """Return (squared distances, indices), both (n_test, k); see `k_nearest`."""
    check_choice("method", method, METHODS)
    queries = as_rows("X_test", X_test)
    check_same_width("X_train", training.rows, "X_test", queries)
    k = check_count("k", k, 1, len(training), f"X_train has {len(training)} rows")
    memory_limit = check_count("memory_limit", memory_limit, 1, None, "bytes")
    d = queries.shape[1]
    dtype = np.float64 if method == "exact" else working_dtype(queries, training.rows)
    if method == "exact" and nothing_rounds(queries, training.rows):
        method = "expanded"  # the fastest form is exact, and there is nothing to prove
    error = conversion_error(queries, training.rows)
    distances = np.empty((len(queries), k), dtype)
    indices = np.empty((len(queries), k), np.intp)
    shape = tile_shape(max(len(queries), 1), len(training), d, k, method, memory_limit)
    parts: Any = list(slices(len(queries), shape[0]))
    if progress:
        from tqdm.auto import tqdm

        parts = tqdm(parts, desc="queries", unit=f"×{shape[0]}")
    for part in parts:
        if method == "exact":
            found = search_exact(training, queries[part], k, shape[1], error)
        else:
            found = search_computed(training, queries[part], k, method, shape[1], dtype)
        distances[part], indices[part] = found
    return distances, indices


def k_nearest(
    X_train: ArrayLike,
    X_test: ArrayLike,
    k: int,
    *,
    method: str = "exact",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    return_distance: bool = False,
) -> Indices | tuple[Array, Indices]:
    """Return the indices of the k nearest training rows of every query.

    The rows i with the k smallest ‖x − t_i‖², ordered by (distance, index): ties go to the
    earliest index.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
        Templates. Integers, float16, float32 or float64; bool counts as integer.
    X_test : array_like, shape (n_test, d)
        Queries; n_test = 0 is valid.
    k : int
        How many neighbors, from 1 to n_train.
    method : {"exact", "expanded", "direct"}
        "exact": the indices that real arithmetic on the given values would return, ties
        included, for every valid input. "expanded": by ‖t‖² − 2x·t as computed in float32 (if
        both inputs are) or float64; one matrix product, fastest, and wrong where the product
        rounds a near-tie the other way. "direct": by Σ(x_j − t_j)² as computed.
    memory_limit : int
        Bytes of working memory beyond the inputs, the result and one norm a training row. It
        changes no result of "exact" or "direct"; in "expanded" the product may round
        differently in tiles of another shape.
    progress : bool
        Show a progress bar (needs tqdm).
    return_distance : bool
        Also return the squared distances, before the indices.

    Returns
    -------
    indices : ndarray of intp, shape (n_test, k)
    distances : ndarray, shape (n_test, k)
        Only with `return_distance`, as ``(distances, indices)``: squared distances in the
        squared unit of the features, as the method computed them ("exact": the direct form in
        float64, so neighbors closer to each other than its rounding may look out of order).

    Raises
    ------
    ValueError
        Naming the argument: see `nnlib.validation` for what counts as input; also for k out of
        range, an unknown method, a limit too small for a single pair, and, in the two computed
        methods, for data whose squares overflow.

    References
    ----------
    T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", IEEE Transactions on
    Information Theory 13(1), 21–27, 1967, doi 10.1109/TIT.1967.1053964.
    """
    distances, indices = search(
        TrainingSet(X_train),
        X_test,
        k,
        method=method,
        memory_limit=memory_limit,
        progress=progress,
    )
    return (distances, indices) if return_distance else indices


def nearest(
    X_train: ArrayLike,
    X_test: ArrayLike,
    *,
    method: str = "exact",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
) -> Indices:
    """Return the index of the nearest training row of every query: argmin_i ‖x − t_i‖².

    The first column of `k_nearest` with k = 1, whose parameters, errors and source it shares;
    shape (n_test,), dtype intp, ties to the earliest index.
    """
    options: dict[str, Any] = {
        "method": method,
        "memory_limit": memory_limit,
        "progress": progress,
    }
    return search(TrainingSet(X_train), X_test, 1, **options)[1][:, 0]


def predict_1nn(
    X_train: ArrayLike, y_train: ArrayLike, X_test: ArrayLike, **search_options: Any
) -> Array:
    """Return, for every query, the label of its nearest training row: y_train[nearest(…)].

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
    y_train : array_like, shape (n_train, …)
        Labels of any dtype, one entry a training row.
    X_test : array_like, shape (n_test, d)
    **search_options
        `method`, `memory_limit`, `progress`, as for `nearest`.

    Returns
    -------
    labels : ndarray, shape (n_test, …)
        With the dtype of `y_train`.

    Raises
    ------
    ValueError
        As `nearest`, and if `y_train` has not one entry a training row.
    """
    rows = as_training_rows("X_train", X_train)
    labels = as_labels("y_train", y_train, len(rows), "X_train")
    return labels[nearest(rows, X_test, **search_options)]
