"""The search: for every query, the index of its nearest training row, and of its k nearest."""

import time
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.certify import Frame, check_underflow, cutoff, leading_bit, near_zero, nothing_rounds
from nnlib.distances import check_norms, direct_tile, squared_norms, with_bias, with_ones
from nnlib.errorfree import SLICES, cut, digits, first_k, reversed_rows, slice_bits
from nnlib.problem import Candidates, Problem, Solve
from nnlib.request import MEMORY_LIMIT, Request
from nnlib.settle import filled, settled, settled_pairs
from nnlib.shortlist import Filter, choose_filter, filter_rows
from nnlib.threads import blas_threads, others_run, single_products
from nnlib.tiles import Advance, Indices, Tiles, Winners, idle, keep_best, progress_bar, slices
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


def expanded(training: TrainingSet, queries: Array, dtype: Any) -> tuple[Any, Any]:
    """Return a function of a stretch that gives ‖t‖² − 2x·t, and ‖x‖², which changes no ranking."""
    X = queries.astype(dtype, copy=False)
    x_norms = squared_norms(X)
    check_norms(x_norms, training.norms(dtype))
    X = with_ones(X)
    return lambda part: X @ training.weights(dtype, part).T, x_norms[:, None]


def direct(training: TrainingSet, queries: Array, dtype: Any) -> tuple[Any, Any]:
    """Return a function of a stretch that subtracts, squares and adds, and 0."""
    X, rows = queries.astype(dtype, copy=False), training.rows
    return lambda part: direct_tile(X, rows[part].astype(dtype, copy=False)), 0


FORMS = {"expanded": expanded, "direct": direct}


def compute(
    training: TrainingSet, problem: Problem, method: str, dtype: Any, advance: Advance
) -> Winners:
    """Return the k nearest by the values that a form has in that precision."""
    queries, step = problem.tile(exact=False)

    def nearest_computed(some: Problem) -> Winners:
        values, rest = FORMS[method](training, some.queries, dtype)
        best: Winners | None = None
        for stretch in slices(len(some.rows), step):
            best = keep_best(best, values(stretch), stretch.start, some.k)
        assert best is not None
        advance(len(some.queries) * len(some.rows))
        return best[0] + rest, best[1]

    return problem.in_parts(queries, nearest_computed, dtype)


def direct_pass(problem: Problem, step: int, fair: int = 0) -> tuple[Candidates, NDArray[np.bool_]]:
    """Return the pairs that the direct form does not rule out, and who is crowded, (n_test,).

    For every query these are the rows that the kth best so far does not prove to be farther. A
    mass of ties is settled on the way, before it fills the memory; or, if a `fair` share is given,
    queries with more rows than that are left without any, crowded. So many rows (`step`) are
    looked at in one go.
    """
    X, k = problem.queries.astype(np.float64, copy=False), problem.k
    best: Winners | None = None
    found = Candidates(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
    crowded = np.zeros(len(X), np.bool_)
    most = len(X) * (k + step // 4)
    for part in slices(len(problem.rows), step):
        values = direct_tile(X, problem.rows[part].astype(np.float64, copy=False))
        best = keep_best(best, values, part.start, k)
        limit = cutoff(best[0][:, -1], problem.d, problem.error)
        near = ~(values > limit[:, None])  # a NaN keeps its row
        if fair:
            left = found.owner[~(found.computed > limit[found.owner])]
            counts = np.bincount(left, minlength=len(X))
            crowded |= counts + np.count_nonzero(near, axis=1) > fair
            if crowded.all():
                return found.only(slice(0)), crowded
            limit[crowded], near[crowded] = -np.inf, False
        i, j = near.nonzero()
        found = found.only(~(found.computed > limit[found.owner]))
        found = found.beside(Candidates(i, j + part.start, values[i, j]))
        if len(found.owner) > most:
            found = settled(problem, found)
    return found, crowded


def by_direct_form(problem: Problem, step: int) -> Winners:
    """Return the truly k nearest rows, by the direct form for all rows, so many in one go.

    What one pass leaves is either exactly k rows in a proved order, or is settled in integers.
    """
    found, _ = direct_pass(problem, step)
    return settled(problem, found).table(problem.k)


def exact_winners(problem: Problem, frame: Frame, step: int, several: int) -> Winners | None:
    """Return the truly k nearest rows, by products that do not round; None if numbers are too wide.

    So many rows (`step`) and queries (`several`) are multiplied in one go. A few rows with numbers
    that the slices cannot hold may become candidates of every query.
    """
    rows, k = problem.rows, problem.k
    bits, top = slice_bits(problem.d), leading_bit(frame)
    x, fits = cut(problem.queries, top, bits)
    if not fits.all():
        return None
    every = np.arange(len(problem.queries))
    pairs, others = [], []
    for tile in slices(len(rows), step):
        t, fits = cut(rows[tile], top, bits)
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
    if pairs:
        whose, found, number = (np.concatenate(column) for column in zip(*pairs, strict=True))
        order = np.lexsort((found, *number.T[::-1], whose))
        start = np.searchsorted(whose[order], every)
        order = order[np.arange(len(order)) - start[whose[order]] < k]
        if not len(owner):
            return np.full((len(every), k), np.nan), found[order].reshape(-1, k)
        owner, index = np.concatenate([owner, whose[order]]), np.concatenate([index, found[order]])
    return settled_pairs(problem, owner, index)


def by_digits(problem: Problem, by: Filter) -> Winners:
    """Return what `by_direct_form` does, masses of ties by exact products if numbers allow it."""
    n_train, d, k, memory = len(problem.rows), problem.d, problem.k, problem.memory
    queries, rows = problem.tile(exact=True)
    distances, indices = problem.blank()
    tied = np.ones(len(indices), np.bool_)
    if problem.error == 0:
        for part in slices(len(indices), queries):
            some = problem.only(part)
            found, crowded = direct_pass(some, rows, FAIR + 2 * k)
            tied[part] = crowded
            if not crowded.all():
                done = part.start + np.flatnonzero(~crowded)
                distances[done], indices[done] = settled(some, found).table(k)
    step = 1 + min(2047, memory // (1000 * (1 + d)))  # rows in a tile of exact products
    several = max(1, min(64, memory // (400 * step)))  # queries, for whose digits a quarter is kept
    room = 1 + memory // (600 * (d + k * (1 + n_train // step)))  # queries, for their candidates
    left = np.flatnonzero(tied)
    for part in slices(len(left), room if problem.error == 0 else queries):
        some, winners = problem.only(left[part]), None
        if problem.error == 0:
            with single_products():
                winners = exact_winners(some, by.frame, step, several)
        if winners is None:
            winners = some.in_parts(queries, partial(by_direct_form, step=rows))
        distances[left[part]], indices[left[part]] = winners
    return distances, indices


def by_filter(problem: Problem, by: Filter, advance: Advance) -> Winners:
    """Return the truly k nearest rows, ordered by (truth, index).

    The float32 filter leaves few rows to most queries, and the direct form and integers settle
    those. Crowded queries go through the filter again, fewer at a time and with more room for
    each, and in the end to exact products.
    """
    found = filter_rows(problem, by, advance)
    distances, indices = problem.blank()
    crowded, done = np.flatnonzero(found.crowded), ~found.crowded
    pairs = found.owner, found.index
    del found
    distances[done], indices[done] = settled_pairs(problem, *pairs)
    del pairs
    again = by.with_room(16 * by.fair)
    for part in slices(len(crowded), (again or by).queries):
        some = problem.only(crowded[part])
        if again and 8 * again.fair <= len(problem.rows):
            winners = by_filter(some, again, idle)
        else:
            winners = by_digits(some, by)
        distances[crowded[part]], indices[crowded[part]] = winners
    return distances, indices


def certified(problem: Problem, advance: Advance) -> Winners:
    """Return the truly k nearest rows by comparing all rows: by the filter if that pays."""
    by = None
    if problem.products > SMALL_WORK:
        by = choose_filter(problem, threads_for(problem.products))
    queries, step = problem.tile(exact=True)
    if by:
        return problem.in_parts(by.queries, partial(by_filter, by=by, advance=advance))

    def compared(some: Problem) -> Winners:
        winners = by_direct_form(some, step)
        advance(len(some.queries) * len(some.rows))
        return winners

    return problem.in_parts(queries, compared)


def threads_for(products: int) -> int:
    """Return in how many threads to do so many products of two numbers."""
    if products < THREADED_WORK or (products < LONG_WORK and others_run()):
        return 1
    return blas_threads()


def choose_tree(training: TrainingSet, problem: Problem, algorithm: str) -> Tree | None:
    """Return the tree to search with, or None if all rows are to be compared.

    A training set that is asked again and again plants its tree, as soon as a search is faster with
    it, once all that was spent without it would have paid for it.
    """
    n_test, n_train, d, k = len(problem.queries), len(problem.rows), problem.d, problem.k
    if not n_test or algorithm == "brute":
        return None
    built = training.tree(plant=False) is not None
    if algorithm == "auto":
        small = problem.products <= SMALL_WORK
        if small and n_train * d < FEW_NUMBERS:
            return None
        paid = built or training.spent >= build_seconds(COSTS, n_train, d)
        pays = (paid or not small) and tree_pays(n_test, n_train, d, k, paid)
        if not pays or problem.error:
            training.spent += brute_seconds(COSTS, n_test, n_train, d, k)
            return None
    # Of rows that have a tree it is known.
    if not tree_fits(problem.queries, *([] if built else [problem.rows])):
        return None
    needed = tree_bytes(problem.rows)
    if needed + max(needed // 3, Tiles(d, k, True).bytes()) > problem.memory:
        if algorithm == "tree":
            raise ValueError(
                f"memory_limit = {problem.memory} is too small for algorithm='tree': the tree "
                f"takes about {needed} bytes, and the search a third of that or more"
            )
        return None
    return training.tree()


def by_tree(
    tree: Tree, problem: Problem, over_all: Solve, trial: bool, advance: Advance
) -> Winners:
    """Return the truly k nearest rows, by the tree as far as it can prove it, else `over_all`.

    On `trial` the tree is left if it takes far longer for the first queries than all rows are
    expected to take, and all rows then take less: who asks from the center of a sphere is
    equally near to every leaf.
    """
    problem = problem._replace(memory=problem.memory - tree.bytes)

    def with_tree(some: Problem) -> Winners:
        distances, indices, left = tree.search(some, advance)
        if left.any():
            distances[left], indices[left] = over_all(some.only(left))
        return distances, indices

    if not trial or len(problem.queries) < 8 * TRIAL:
        return with_tree(problem)
    expected = brute_seconds(COSTS, TRIAL, len(problem.rows), problem.d, problem.k)
    return tried(with_tree, over_all, problem, SLOW * expected)


def tried(first: Solve, other: Solve, problem: Problem, slow: float) -> Winners:
    """Return what either search does: the first, unless it is slow and the other one faster.

    It is slow if it takes more than so many seconds for `TRIAL` queries.
    """
    found: list[Winners] = []
    seconds: list[float] = []
    for ask in (first, other):
        some = slice(TRIAL * len(found), TRIAL * (len(found) + 1))
        began = time.perf_counter()
        found.append(ask(problem.only(some)))
        seconds.append(time.perf_counter() - began)
        if seconds[0] <= slow:
            break
    search = other if len(found) > 1 and seconds[1] <= seconds[0] else first
    found.append(search(problem.only(slice(TRIAL * len(found), None))))
    distances, indices = map(np.concatenate, zip(*found, strict=True))
    return distances, indices


@np.errstate(all="ignore")  # what over- and underflows here is told by values, not by warnings
def search(training: TrainingSet, queries: Array, request: Request) -> Winners:
    """Return (squared distances, indices), both (n_test, k), for queries from `as_rows`.

    A distance that was not needed is missing (NaN), until it is `filled`.
    """
    check_same_width("X_train", training.rows, "X_test", queries)
    request = request.among(len(training))
    check_underflow()
    with progress_bar(len(queries) * len(training), request.progress) as advance:
        found = solve(training, queries, request, advance)
    request.check_told_apart(found[0])
    return found


@np.errstate(all="ignore")
def solve(training: TrainingSet, queries: Array, request: Request, advance: Advance) -> Winners:
    """Return what `search` does, of arguments that have been checked."""
    problem = Problem(training.rows, queries, request.k, request.memory_limit)
    if not request.exact:
        dtype = request.dtype(queries, training.rows)
        return compute(training, problem, request.method, dtype, advance)
    problem = problem.examined()
    tree = choose_tree(training, problem, request.algorithm)
    if tree is None:
        return compare(training, problem, advance)

    def over_all(some: Problem) -> Winners:
        return compare(training, some, advance)

    return by_tree(tree, problem, over_all, request.algorithm == "auto", advance)


def compare(training: TrainingSet, problem: Problem, advance: Advance) -> Winners:
    """Return the truly k nearest rows by comparing all rows, in the fastest form that is exact."""
    if problem.whole:
        fits = nothing_rounds(problem.queries, problem.rows, bits=24)
        dtype = np.float32 if fits else np.float64
        distances, indices = compute(training, problem, "expanded", dtype, advance)
        return distances.astype(np.float64, copy=False), indices
    taken = 8 * (problem.queries.size + problem.rows.size)
    least = max(taken, Tiles(problem.d, problem.k, True).bytes())
    if problem.error and taken + least <= problem.memory:  # which leaves it to the copies' search
        moved = near_zero(problem.queries, problem.rows)
        if moved:
            near = TrainingSet(moved[1])
            rest = Problem(near.rows, moved[0], problem.k, problem.memory - taken)
            _, indices = compare(near, rest.examined(), advance)
            return np.full(indices.shape, np.nan), indices
    return certified(problem, advance)


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
