"""The search: for every query, the index of its nearest training row, and of its k nearest.

The full distance matrix has n_test × n_train entries and is never needed whole. The search
walks over it in tiles small enough for a stated amount of memory, and keeps for each query
only the best rows seen so far. Because tiles come in the order of the training rows and a later
row must be *strictly* nearer to displace an earlier one, ties go to the earliest index.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.certify import (
    Frame,
    check_underflow,
    choose_frame,
    conversion_error,
    cutoff,
    leading_bit,
    near_zero,
    nothing_rounds,
)
from nnlib.distances import check_norms, direct_tile, squared_norms, with_bias, with_ones
from nnlib.errorfree import SLICES, cut, digits, first_k, reversed_rows, slice_bits
from nnlib.merge import (
    Indices,
    filled,
    pair_distances,
    settle_all,
    settle_pairs,
    slices,
    smallest_k,
)
from nnlib.request import MEMORY_LIMIT, Request
from nnlib.shortlist import Advance, Plan, filter_rows, make_plan
from nnlib.threads import blas_threads, others_run, single_products
from nnlib.tree import (
    COSTS,
    Tree,
    brute_seconds,
    build_seconds,
    tree_bytes,
    tree_fits,
    tree_pays,
)
from nnlib.validation import (
    Array,
    RowSource,
    as_labels,
    as_rows,
    as_training_rows,
    check_same_width,
    check_source,
    is_source,
)

# A tile of about this many bytes stays in the processor's cache while it is reduced.
TILE_BYTES = 4 * 2**20
# Below so many products, the direct form is done before the filter is set up.
SMALL_WORK = 2**19
# A tree is no use for training rows of fewer numbers, however often they are asked.
FEW_NUMBERS = 2**16
# From so many products on, several threads are worth calling; from so many on, even where others
# are at work or wait busily, which OpenBLAS's do for a tenth of a second.
THREADED_WORK, LONG_WORK = 2**27, 2**35
# So many queries try a tree. It is slow if they take so many times what all rows are to take.
TRIAL, SLOW = 8, 4
# In a tile of exact products, so many rows may have numbers that no slices hold.
MOST_ODD = 16
# Rows beside 2k that a query may have left by the direct form before exact products take over.
FAIR = 64


class TrainingSet:
    """The training side of a search: rows checked once, and what does not depend on queries.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
    keep_weights : bool
        Keep the augmented weights [−2t, ‖t‖²] between searches (as large as the rows) instead
        of making them tile by tile. An estimator that is fitted once and asked often does.
    start : int
        Where these rows begin in the whole training set; errors name rows in the whole.
    """

    def __init__(self, X_train: ArrayLike, keep_weights: bool = False, start: int = 0) -> None:
        # In whatever order of bytes: a copy of all rows might not fit, one of a tile does.
        self.rows = as_training_rows("X_train", X_train, start, native=False)
        self.keep_weights = keep_weights
        self._norms: dict[Any, Array] = {}
        self._weights: dict[Any, Array] = {}
        self._tree: Tree | None = None
        # What comparing all rows has cost so far, by the model: it counts pairs, no clock.
        self.spent = 0.0

    def __len__(self) -> int:
        return len(self.rows)

    def norms(self, dtype: Any) -> Array:
        """Return ‖t‖² for every training row, in the working precision: (n_train,)."""
        if dtype not in self._norms:
            with np.errstate(all="ignore"):
                if self.rows.dtype == dtype:
                    norms = squared_norms(self.rows)
                else:  # Convert a stretch at a time: a wider copy of all rows may not fit.
                    norms = np.empty(len(self), dtype)
                    for part in slices(len(self), 1 + 2**14 // (1 + self.rows.shape[1])):
                        norms[part] = squared_norms(self.rows[part].astype(dtype))
            self._norms[dtype] = norms
        return self._norms[dtype]

    def tree(self, plant: bool = True) -> Tree | None:
        """Return the tree of the rows, kept between searches; None if there is none to be yet."""
        if self._tree is None and plant:
            self._tree = Tree(self.rows)
        return self._tree

    def weights(self, dtype: Any, part: slice) -> Array:
        """Return [−2t, ‖t‖²] for a stretch of the rows: one dense layer, bias inside."""
        if not self.keep_weights:
            rows = self.rows[part].astype(dtype, copy=False)
            return with_bias(-2 * rows, self.norms(dtype)[part])
        if dtype not in self._weights:
            rows = self.rows.astype(dtype, copy=False)
            self._weights[dtype] = with_bias(-2 * rows, self.norms(dtype))
        return self._weights[dtype][part]


def tile_bytes(q: int, n: int, d: int, k: int, method: str) -> int:
    """Return how many bytes a tile of q queries and n rows takes; see `tile_shape`."""
    pair = 130 if method == "exact" else 50
    return pair * q * (n + k) + 24 * (q + n) * (d + 1) + 300 * k


def tile_shape(
    n_test: int, n_train: int, d: int, k: int, method: str, memory_limit: int
) -> tuple[int, int]:
    """Return how many queries and how many training rows one tile may span.

    A pair (query, row) takes at once up to 50 bytes, for its value, the partition, masks and
    the index of each of the k best; in the exact method, where every pair may be a candidate,
    up to 130. With the tile go copies of its queries and rows, made wider and with the bias,
    and the exact distances of one query.
    """
    # Each tile is merged with the k best so far, which must not outweigh it.
    queries, rows = min(n_test, 512), min(n_train, max(2048, 4 * k))

    def needed(q: int, n: int) -> int:
        return tile_bytes(q, n, d, k, method)

    def too_big(q: int, n: int) -> bool:
        return needed(q, n) > memory_limit or 8 * q * n > TILE_BYTES

    while too_big(queries, rows) and (queries > 1 or rows > 1):
        if rows > max(queries, 4 * k) or queries == 1:
            rows = (rows + 1) // 2
        else:
            queries = (queries + 1) // 2
    if needed(queries, rows) > memory_limit:
        raise ValueError(
            f"memory_limit must be at least {needed(1, 1)} bytes for d = {d} and k = {k}; "
            f"got {memory_limit}"
        )
    return queries, rows


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
        with np.errstate(all="ignore"):
            x_norms = squared_norms(X)
        check_norms(x_norms, training.norms(dtype))
        X = with_ones(X)
    best: tuple[Array, Indices] | None = None
    for part in slices(len(training), rows_per_tile):
        if method == "expanded":  # the reduced distance ‖t‖² − 2x·t: ‖x‖² changes no ranking
            values = X @ training.weights(dtype, part).T
        else:
            with np.errstate(all="ignore"):
                values = direct_tile(X, training.rows[part].astype(dtype, copy=False))
        best = keep_best(best, values, part.start, k)
    assert best is not None
    values, indices = best
    if method == "expanded":
        values = values + x_norms[:, None]
    return values, indices


def search_exact(
    training: TrainingSet, queries: Array, k: int, rows_per_tile: int, error: float
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of the truly k nearest, ordered by (truth, index).

    What one pass by the direct form leaves is either exactly k rows in a proved order, or is
    settled in integers. `error` bounds the rounding of the inputs to float64.
    """
    *pairs, _ = direct_pass(training, queries, k, rows_per_tile, error)
    owner, index, computed = pairs
    kept = settle_all(training.rows, queries, k, error, owner, index, computed)
    return computed[kept].reshape(-1, k), index[kept].reshape(-1, k)


def direct_pass(
    training: TrainingSet,
    queries: Array,
    k: int,
    rows_per_tile: int,
    error: float,
    fair: int = 0,
) -> tuple[Indices, Indices, Array, NDArray[np.bool_]]:
    """Return the pairs that the direct form does not rule out: (owner, index, distance, crowded).

    For every query these are the rows that the kth best so far does not prove to be farther. A
    mass of ties is settled on the way, before it fills the memory; or, if a `fair` share is given,
    queries with more rows than that are left without any, `crowded` (n_test,).
    """
    X = queries.astype(np.float64, copy=False)
    d = X.shape[1]
    best: tuple[Array, Indices] | None = None
    # The candidates: parallel arrays of the query they belong to, row index, computed distance.
    owner, index = np.empty(0, np.intp), np.empty(0, np.intp)
    computed = np.empty(0)
    crowded = np.zeros(len(X), np.bool_)
    most = len(X) * (k + rows_per_tile // 4)
    for part in slices(len(training), rows_per_tile):
        with np.errstate(all="ignore"):
            values = direct_tile(X, training.rows[part].astype(np.float64, copy=False))
        best = keep_best(best, values, part.start, k)
        limit = cutoff(best[0][:, -1], d, error)
        near = ~(values > limit[:, None])  # a NaN keeps its row
        if fair:
            counts = np.bincount(owner[~(computed > limit[owner])], minlength=len(X))
            crowded |= counts + np.count_nonzero(near, axis=1) > fair
            if crowded.all():
                return owner[:0], index[:0], computed[:0], crowded
            limit[crowded], near[crowded] = -np.inf, False
        i, j = near.nonzero()
        keep = ~(computed > limit[owner])
        owner = np.concatenate([owner[keep], i])
        index = np.concatenate([index[keep], j + part.start])
        computed = np.concatenate([computed[keep], values[i, j]])
        if len(owner) > most:
            kept = settle_all(training.rows, queries, k, error, owner, index, computed)
            owner, index, computed = owner[kept], index[kept], computed[kept]
    return owner, index, computed, crowded


def exact_winners(
    training: TrainingSet, queries: Array, k: int, frame: Frame, step: int, several: int
) -> tuple[Indices, Indices, bool] | None:
    """Return (owner, index) of the k nearest rows, by products that do not round, and True.

    So many rows (`step`) and queries (`several`) are multiplied in one go.
    Rows with numbers that the slices cannot hold become candidates of every query, and then the
    order is not told: False. Where they are many, or where it is a query, there is no result.
    """
    d = queries.shape[1]
    bits, top = slice_bits(d), leading_bit(frame)
    x, fits = cut(queries, top, bits)
    if not fits.all():
        return None
    every = np.arange(len(queries))
    pairs, others = [], []
    for tile in slices(len(training), step):
        t, fits = cut(training.rows[tile], top, bits)
        ready, odd = np.flatnonzero(fits), np.flatnonzero(~fits) + tile.start
        if len(odd) > MOST_ODD:
            return None
        others.append((np.repeat(every, len(odd)), np.tile(odd, len(every))))
        if not len(ready):
            continue
        used = 1 + max((i for i in range(len(x)) if x[i].any() or t[i][ready].any()), default=0)
        sides = reversed_rows([part[ready] for part in t[:used]])
        for some in slices(len(every), several):
            numbers = digits([part[some] for part in x[:used]], sides, bits)
            for place, i in enumerate(every[some]):
                best = first_k([digit[place] for digit in numbers], min(k, len(ready)))
                number = np.zeros((len(best), 2 * SLICES - 1))
                for column, digit in enumerate(numbers):
                    number[:, column] = digit[place, best]
                pairs.append((np.full(len(best), i), ready[best] + tile.start, number))
    owner, index = (np.concatenate(column) for column in zip(*others, strict=True))
    sure = not len(owner)
    if pairs:
        whose, found, number = (np.concatenate(column) for column in zip(*pairs, strict=True))
        order = np.lexsort((found, *number.T[::-1], whose))
        start = np.searchsorted(whose[order], every)
        order = order[np.arange(len(order)) - start[whose[order]] < k]
        owner, index = np.concatenate([owner, whose[order]]), np.concatenate([index, found[order]])
    return owner, index, sure


def search_crowded(
    training: TrainingSet, queries: Array, k: int, frame: Frame, plan: Plan, error: float
) -> tuple[Array, Indices]:
    """Return what `search_exact` does, in masses of ties by exact products if numbers allow it."""
    n_train, d, limit = len(training), queries.shape[1], plan.memory_limit
    shape = tile_shape(len(queries), n_train, d, k, "exact", limit)
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), np.intp)
    tied = np.ones(len(queries), np.bool_)
    if error == 0:
        for part in slices(len(queries), shape[0]):
            some = queries[part]
            owner, index, computed, crowded = direct_pass(
                training, some, k, shape[1], 0.0, FAIR + 2 * k
            )
            tied[part] = crowded
            if crowded.all():
                continue
            kept = settle_all(training.rows, some, k, error, owner, index, computed)
            done = part.start + np.flatnonzero(~crowded)
            distances[done] = computed[kept].reshape(-1, k)
            indices[done] = index[kept].reshape(-1, k)
    step = 1 + min(2047, limit // (1000 * (1 + d)))  # rows in a tile of exact products
    several = max(1, min(64, limit // (400 * step)))  # queries, for whose digits a quarter is kept
    room = 1 + limit // (600 * (d + k * (1 + n_train // step)))  # queries, for their candidates
    left = np.flatnonzero(tied)
    for part in slices(len(left), room if error == 0 else shape[0]):
        some = queries[left[part]]
        pairs = None
        if error == 0:
            with single_products():
                pairs = exact_winners(training, some, k, frame, step, several)
        if pairs and pairs[2]:
            values = pair_distances(some, training.rows, *pairs[:2])
            found = [(values.reshape(-1, k), pairs[1].reshape(-1, k))]
        elif pairs:
            found = [settle_pairs(training.rows, some, k, error, *pairs[:2])]
        else:
            found = [
                search_exact(training, some[lot], k, shape[1], error)
                for lot in slices(len(some), shape[0])
            ]
        distances[left[part]], indices[left[part]] = map(np.concatenate, zip(*found, strict=True))
    return distances, indices


def search_certified(
    training: TrainingSet,
    queries: Array,
    k: int,
    frame: Frame,
    plan: Plan,
    error: float,
    advance: Advance,
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of the truly k nearest, ordered by (truth, index).

    The float32 filter leaves few rows to most queries, and the direct form and integers settle
    those. Crowded queries go through the filter again, fewer at a time and with more room for
    each, and in the end to exact products.
    """
    found = filter_rows(training.rows, queries, k, frame, plan, advance)
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), np.intp)
    crowded = np.flatnonzero(found.crowded)
    done = ~found.crowded
    pairs = found.owner, found.index
    settled = settle_pairs(training.rows, queries, k, error, *pairs)
    distances[done], indices[done] = settled
    del found, pairs
    again = plan.with_room(16 * plan.fair)
    for part in slices(len(crowded), (again or plan).queries):
        some = crowded[part]
        if again and 8 * again.fair <= len(training):
            result = search_certified(training, queries[some], k, frame, again, error, idle)
        else:
            result = search_crowded(training, queries[some], k, frame, plan, error)
        distances[some], indices[some] = result
    return distances, indices


def idle(count: int) -> None:
    """Advance no bar."""


@contextmanager
def progress_bar(total: int, show: bool) -> Iterator[Advance]:
    """Give a function that advances a bar over so many pairs (query, row), if it is shown."""
    if not show:
        yield idle
        return
    from tqdm.auto import tqdm

    lock = Lock()
    with tqdm(total=total, desc="queries × rows", unit_scale=True) as bar:

        def advance(count: int) -> None:
            with lock:
                bar.update(count)

        yield advance


@np.errstate(all="ignore")  # what over- and underflows here is told by values, not by warnings
def search(training: TrainingSet, queries: Array, request: Request) -> tuple[Array, Indices]:
    """Return (squared distances, indices), both (n_test, k), for queries from `as_rows`.

    A distance that was not needed is missing (NaN), until it is `filled`.
    """
    check_same_width("X_train", training.rows, "X_test", queries)
    request = request.among(len(training))
    check_underflow()
    with progress_bar(len(queries) * len(training), request.progress) as advance:
        tree = choose_tree(training, queries, request)
        if tree:
            found = search_pruned(training, tree, queries, request, advance)
        else:
            found = search_rows(training, queries, request, advance)
    request.check_told_apart(found[0])
    return found


def choose_tree(training: TrainingSet, queries: Array, request: Request) -> Tree | None:
    """Return the tree to search with, or None if all rows are to be compared.

    A training set that is asked again and again plants its tree, as soon as a search is faster with
    it, once all that was spent without it would have paid for it.
    """
    (n_train, d), n_test, k = training.rows.shape, len(queries), request.k
    if not n_test or not request.exact or request.algorithm == "brute":
        return None
    built = training.tree(plant=False) is not None
    if request.algorithm == "auto":
        small = n_test * n_train * d <= SMALL_WORK
        if small and n_train * d < FEW_NUMBERS:
            return None
        paid = built or training.spent >= build_seconds(COSTS, n_train, d)
        pays = (paid or not small) and tree_pays(n_test, n_train, d, k, paid)
        if not pays or conversion_error(queries, training.rows):
            training.spent += brute_seconds(COSTS, n_test, n_train, d, k)
            return None
    # Of rows that have a tree it is known.
    if not tree_fits(queries, *([] if built else [training.rows])):
        return None
    needed = tree_bytes(training.rows)
    if needed + max(needed // 3, tile_bytes(1, 1, d, k, "exact")) > request.memory_limit:
        if request.algorithm == "tree":
            raise ValueError(
                f"memory_limit = {request.memory_limit} is too small for algorithm='tree': the "
                f"tree takes about {needed} bytes, and the search a third of that or more"
            )
        return None
    return training.tree()


def search_pruned(
    training: TrainingSet,
    tree: Tree,
    queries: Array,
    request: Request,
    advance: Advance,
) -> tuple[Array, Indices]:
    """Return what `search_rows` does in the exact method, by the tree as far as it can prove it.

    Where nobody asked for a tree, it is left if it takes far longer for the first queries than
    all rows are expected to take, and all rows then take less: who asks from the center of a
    sphere is equally near to every leaf.
    """
    error = conversion_error(queries, training.rows)
    whole = nothing_rounds(queries, training.rows)
    rest = request.of_all(request.k, request.memory_limit - tree.bytes)

    def over_all(some: Array) -> tuple[Array, Indices]:
        return search_rows(training, some, rest, advance)

    def with_tree(some: Array) -> tuple[Array, Indices]:
        distances, indices, left = tree.search(
            some, rest.k, error, whole, rest.memory_limit, advance
        )
        if left.any():
            distances[left], indices[left] = over_all(some[left])
        return distances, indices

    if request.algorithm == "tree" or len(queries) < 8 * TRIAL:
        return with_tree(queries)
    expected = brute_seconds(COSTS, TRIAL, len(training), queries.shape[1], rest.k)
    return tried(with_tree, over_all, queries, SLOW * expected)


Search = Callable[[Array], tuple[Array, Indices]]


def tried(first: Search, other: Search, queries: Array, slow: float) -> tuple[Array, Indices]:
    """Return what either search does: the first, unless it is slow and the other one faster.

    It is slow if it takes more than so many seconds for `TRIAL` queries.
    """
    found: list[tuple[Array, Indices]] = []
    seconds: list[float] = []
    search = first
    for ask in (first, other):
        began = time.perf_counter()
        found.append(ask(queries[TRIAL * len(found) :][:TRIAL]))
        seconds.append(time.perf_counter() - began)
        if seconds[0] <= slow:
            break
    else:
        search = first if seconds[0] < seconds[1] else other
    found.append(search(queries[TRIAL * len(found) :]))
    distances, indices = map(np.concatenate, zip(*found, strict=True))
    return distances, indices


def threads_for(products: int) -> int:
    """Return in how many threads to do so many products of two numbers."""
    if products < THREADED_WORK or (products < LONG_WORK and others_run()):
        return 1
    return blas_threads()


def search_rows(
    training: TrainingSet, queries: Array, request: Request, advance: Advance
) -> tuple[Array, Indices]:
    """Return what `search` does by comparing all rows, of arguments that have been checked."""
    n_test, d = queries.shape
    k, method, memory_limit = request.k, request.method, request.memory_limit
    dtype = result = request.dtype(queries, training.rows)
    plan = frame = None
    error = conversion_error(queries, training.rows)
    if request.exact:
        taken = 8 * (queries.size + training.rows.size)
        least = max(taken, tile_bytes(1, 1, d, k, "exact"))  # is left for the copies' own search
        fits = taken + least <= memory_limit
        moved = near_zero(queries, training.rows) if error and fits else None
        if moved:
            rest = request.of_all(k, memory_limit - taken)
            _, indices = search_rows(TrainingSet(moved[1]), moved[0], rest, advance)
            return np.full(indices.shape, np.nan), indices
        if nothing_rounds(queries, training.rows):  # the fastest form is exact
            method = "expanded"
            if nothing_rounds(queries, training.rows, bits=24):
                dtype = np.float32
        elif n_test * len(training) * d > SMALL_WORK:
            frame = choose_frame(training.rows, queries, error)
            threads = threads_for(n_test * len(training) * d)
            plan = make_plan(len(training), d, k, memory_limit, threads)
    distances = np.empty((n_test, k), result)
    indices = np.empty((n_test, k), np.intp)
    shape = tile_shape(max(n_test, 1), len(training), d, k, method, memory_limit)
    with np.errstate(all="ignore"):
        if plan and frame:
            for part in slices(n_test, plan.queries):
                found = search_certified(training, queries[part], k, frame, plan, error, advance)
                distances[part], indices[part] = found
            return distances, indices
        for part in slices(n_test, shape[0]):
            if method == "exact":
                found = search_exact(training, queries[part], k, shape[1], error)
            else:
                found = search_computed(training, queries[part], k, method, shape[1], dtype)
            distances[part], indices[part] = found
            advance(len(found[0]) * len(training))
    return distances, indices


def k_nearest(
    X_train: ArrayLike | RowSource,
    X_test: ArrayLike,
    k: int,
    *,
    method: str = "exact",
    algorithm: str = "auto",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    return_distance: bool = False,
) -> Indices | tuple[Array, Indices]:
    """Return the indices of the k nearest training rows of every query.

    The rows i with the k smallest ‖x − t_i‖², ordered by (distance, index): ties go to the
    earliest index.

    Parameters
    ----------
    X_train : array_like or row-sliceable source, shape (n_train, d)
        Templates. Integers, float16, float32 or float64; bool counts as integer. An `np.memmap`,
        and anything else that is no array but has a `shape`, a NumPy `dtype` and gives rows as
        ``X_train[i:j]`` (an `h5py.Dataset`, a Zarr or Dask array, a reader of your own), is read
        a stretch at a time, within `memory_limit`: front to back, once, or once for each block of
        queries if the neighbors of all of them do not fit. See `nnlib.stream`.
    X_test : array_like, shape (n_test, d)
        Queries; n_test = 0 is valid.
    k : int
        How many neighbors, from 1 to n_train.
    method : {"exact", "expanded", "direct"}
        "exact": the indices that real arithmetic on the given values would return, ties
        included, for every valid input. "expanded": by ‖t‖² − 2x·t as computed in float32 (if
        both inputs are) or float64; one matrix product, and wrong where it rounds a
        near-tie the other way. "direct": by Σ(x_j − t_j)² as computed.
    algorithm : {"auto", "brute", "tree"}
        What "exact" does to find its candidates; the result is the same, bit for bit. "brute": it
        compares all rows. "tree": it asks a k-d tree (SciPy's, built first; see `nnlib.tree`), and
        compares all rows for queries whose answer the tree cannot prove, as where ties abound, and
        for all of them where there can be no tree: d = 0, a number beyond ±2⁵⁰⁰, or a SciPy whose
        tree was not read (a RuntimeWarning says so). "auto": for more than a little work, what
        takes less time in a model of one thread. With l = log₂(1 + n_train/24)
        levels, and v leaves touched by a ball that holds k rows, if they are spread evenly,

            all rows:  c₁ + c₂ (n_test + n_train) d + n_test n_train (c₃ + c₄ d),
            the tree:  c₅ + n_train l (c₆ + c₇ d) + c₈ + n_test (c₉ + c₁₀ l + v (c₁₁ + c₁₂ d)),
            and beside these, for k neighbors, n_test (k − 1) times c₁₄ and c₁₅,
            v = min(1 + c₁₃ 2 Γ(d/2 + 1)^{1/d} (k/18)^{1/d} / √π, (n_train/18)^{1/d})^d,

        where ``nnlib.tree.COSTS`` are the seconds that ``benchmarks/algorithms.py`` fitted. On its
        grid the choice was within a factor of 2 of the better one on even clouds. The time of a
        tree depends on how many dimensions the rows really fill, which no size tells: on clusters
        of three dimensions in up to 16, the choice lost up to 3 by comparing all rows, and up to 11
        where a tree stood already, as in an estimator that predicts again. A tree that takes over
        four times what all rows are to take for the first eight queries is left if they take less.
    memory_limit : int
        Bytes of working memory beyond the inputs, the result, one norm a training row and, in
        the exact search or from a source, 2 MiB. A tree must fit into it, with a third of its size
        to spare. It changes no result of "exact" or "direct"; in "expanded" the product may round
        differently in tiles of another shape, or in stretches of a source.
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
        range, an unknown method or algorithm, algorithm="tree" with another method or a source, a
        limit too small for a single pair or the tree, and, in the two computed methods, for data
        whose squares overflow. What a source itself raises passes through.

    Notes
    -----
    A large exact search that compares all rows runs in as many threads as a product takes, and
    has the BLAS of this process take one thread for each product meanwhile; see `nnlib.threads`.
    A RuntimeWarning tells of a thread that flushes tiny numbers to zero; see `nnlib.certify`.

    References
    ----------
    T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", IEEE Transactions on
    Information Theory 13(1), 21–27, 1967, doi 10.1109/TIT.1967.1053964.
    """
    data: Any = X_train
    training = None if is_source(data) else TrainingSet(data)
    request = Request(k, method, algorithm, memory_limit, progress)
    if training is None:
        from nnlib.stream import search_source

        distances, indices = search_source(data, X_test, request)
    else:
        queries = as_rows("X_test", X_test, native=False)
        distances, indices = search(training, queries, request)
        if return_distance:
            distances = filled(queries, training.rows, distances, indices)
    return (distances, indices) if return_distance else indices


def nearest(
    X_train: ArrayLike | RowSource,
    X_test: ArrayLike,
    *,
    method: str = "exact",
    algorithm: str = "auto",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
) -> Indices:
    """Return the index of the nearest training row of every query: argmin_i ‖x − t_i‖².

    The first column of `k_nearest` with k = 1, whose parameters, errors and reference it
    shares; X_train is array_like or a row-sliceable source. Shape (n_test,), dtype intp, ties to
    the earliest index.
    """
    found: Any = k_nearest(
        X_train,
        X_test,
        1,
        method=method,
        algorithm=algorithm,
        memory_limit=memory_limit,
        progress=progress,
    )
    first: Indices = found[:, 0]
    return first


def predict_1nn(
    X_train: ArrayLike | RowSource, y_train: ArrayLike, X_test: ArrayLike, **search_options: Any
) -> Array:
    """Return, for every query, the label of its nearest training row: y_train[nearest(…)].

    Parameters
    ----------
    X_train : array_like or row-sliceable source, shape (n_train, d)
    y_train : array_like, shape (n_train, …)
        Labels of any dtype, one entry a training row.
    X_test : array_like, shape (n_test, d)
    **search_options
        `method`, `algorithm`, `memory_limit`, `progress`, as for `nearest`.

    Returns
    -------
    labels : ndarray, shape (n_test, …)
        With the dtype of `y_train`.

    Raises
    ------
    ValueError
        As `nearest`, and if `y_train` has not one entry a training row.
    """
    data: Any = X_train
    source = is_source(data)
    rows: Any = (
        check_source("X_train", data) if source else as_training_rows("X_train", data, native=False)
    )
    labels = as_labels("y_train", y_train, rows.shape[0], "X_train")
    return labels[nearest(rows, X_test, **search_options)]
