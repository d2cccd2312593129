"""From candidates to winners: each query's k nearest, ordered by (distance, index).

Whoever finds candidates, the search in its tiles, a tree, a shard on another machine, hands them
over here. What is known of a part of the training rows is a `Neighbors`: the k nearest rows of
each query *in that part*, with the rows themselves. Two parts merge into what is known of both,

    merge(a, b) = the k smallest of a ∪ b by (true distance, index),

and because the k smallest of a union are the k smallest of the parts' k smallest, merging is
associative and commutative: parts may be cut and merged in any way, with the same result.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import conversion_error, cutoff, nothing_rounds, settle
from nnlib.errorfree import SLICES, pair_digits, top_of
from nnlib.validation import Array

Indices = NDArray[np.intp]
# Entries of candidate rows that are merged in one go.
MERGED = 2**16
# From so many entries of rivals on, 32 more for each, these are compared many at a time, which
# takes memory; and so many rivals at most.
MASS, LOT = 2**15, 2**12


def slices(length: int, step: int) -> Iterator[slice]:
    """Cut range(length) into consecutive slices of at most `step`."""
    for start in range(0, length, step):
        yield slice(start, start + step)


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


def pair_distances(
    queries: Array, rows: Array, owner: Indices, index: Indices
) -> NDArray[np.float64]:
    """Return ‖x − t‖² of pairs (query, row) by the direct form: the bits of `direct_tile`."""
    computed = np.zeros(len(owner))
    if not queries.shape[1]:
        return computed
    for part in slices(len(owner), 1 + 2**15 // (1 + queries.shape[1])):
        terms = queries[owner[part]] - rows[index[part]].astype(np.float64)
        np.square(terms, out=terms)
        # Running sums add in the order of the features; a plain sum would add by halves.
        computed[part] = np.add.accumulate(terms, axis=1, out=terms)[:, -1]
    return computed


def settle_all(
    rows: Array,
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
    limit = cutoff(computed, queries.shape[1], error)
    close = ~(computed[1:] > limit[:-1]) & (owner[1:] == owner[:-1])  # so is a NaN
    hits = np.flatnonzero(close & (place[:-1] < k))
    if not len(hits):
        return order[place < k]
    entries = 32 + queries.shape[1]
    if k == 1 and len(order) * entries < MASS // 8:  # what follows would take longer
        for spot in hits:
            near = computed[spot : start[owner[spot] + 1]]
            one = spot + np.flatnonzero(~(near > limit[spot]))
            order[spot] = order[one[settle(queries[owner[spot]], rows, index[order[one]], 1)[0]]]
        return order[place < k]
    # Runs of rivals, each close to the one before: only within a run is the order not proved.
    run = np.concatenate([[0], np.cumsum(~close)])
    kth = limit[np.minimum(start[:-1] + k, start[1:]) - 1]
    first = np.searchsorted(run, np.arange(run[-1] + 1))
    rival = (place[first] < k)[run] & ~(computed > kth[owner])
    rival &= (np.bincount(run, rival) > 1)[run]
    spots = np.flatnonzero(rival)
    ends = [*(np.flatnonzero(np.diff(run[spots])) + 1).tolist(), len(spots)]
    many = error == 0 and len(spots) * entries >= MASS
    for begin, lot in lots(ends) if many else [(0, ends)]:
        if many:
            some = spots[begin : lot[-1]]
            pairs = owner[some], index[order[some]], run[some]
            winners = sorted_runs(rows, queries, k, *pairs)
            if winners is not None:
                order[some[: len(winners)]] = order[some[winners]]
                continue
        for end in lot:
            one = spots[begin:end]
            chosen = settle(queries[owner[one[0]]], rows, index[order[one]], k)
            order[one[: len(chosen)]] = order[one[chosen]]
            begin = end
    return order[place < k]


def lots(ends: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Put runs, given by their ends, together while they have no more than `LOT` members.

    Give where each lot begins, and the ends of its runs.
    """
    begin, lot = 0, ends[:1]
    for end in ends[1:]:
        if end - begin > LOT:
            yield begin, lot
            begin, lot = lot[-1], []
        lot.append(end)
    yield begin, lot


def sorted_runs(
    rows: Array, queries: Array, k: int, owner: Indices, index: Indices, run: Indices
) -> Indices | None:
    """Return the positions of pairs (query, row) by (run, true distance, row), in exact digits.

    Of one long run only the first k, which the rest joins a lot at a time. None where a number has
    more bits than the digits hold.
    """
    d = queries.shape[1]
    step = 1 + 2**13 // (1 + d)
    parts = list(slices(len(owner), step))
    top = max(top_of(queries[owner[part]], rows[index[part]]) for part in parts)
    size = max(LOT, k) if run[0] == run[-1] else len(owner)
    best, known = np.empty(0, np.intp), np.empty((0, 2 * SLICES - 1))
    for some in slices(len(owner), size):
        found = [known]
        for part in slices(len(owner[some]), step):
            numbers = pair_digits(queries[owner[some][part]], rows[index[some][part]], top)
            if numbers is None:
                return None
            found.append(numbers)
        best = np.concatenate([best, np.arange(len(owner))[some]])
        known = np.concatenate(found)
        order = np.lexsort((index[best], *known.T[::-1], run[best]))
        if run[0] == run[-1]:
            order = order[:k]
        best, known = best[order], known[order]
    return best


def settle_pairs(
    rows: Array, queries: Array, k: int, error: float, owner: Indices, index: Indices
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of each query's k nearest among its candidates.

    The distance of an only candidate, which nobody needs to tell, is left NaN.
    """
    if k > 1:
        computed = pair_distances(queries, rows, owner, index)
    else:
        rivals = np.flatnonzero(np.bincount(owner, minlength=len(queries))[owner] > 1)
        computed = np.full(len(owner), np.nan)
        computed[rivals] = pair_distances(queries, rows, owner[rivals], index[rivals])
    kept = settle_all(rows, queries, k, error, owner, index, computed)
    return computed[kept].reshape(-1, k), index[kept].reshape(-1, k)


@np.errstate(all="ignore")
def filled(queries: Array, rows: Array, distances: Array, indices: Indices) -> Array:
    """Return the squared distances (n_test, k) with those that no search needed filled in."""
    k = indices.shape[1]
    for part in slices(len(indices), 1 + 2**12 // k):
        owner, place = np.isnan(distances[part]).nonzero()
        missing = owner + part.start, place
        distances[missing] = pair_distances(queries, rows, missing[0], indices[missing])
    return distances


class Neighbors(NamedTuple):
    """The nearest of a part of the training rows, for each of q queries.

    There are m = min(k, rows of the part) of them, ordered by (distance, index) as the method
    sees distance; m = 0 for an empty part.
    """

    indices: Indices  # (q, m), in the whole training set
    distances: Array  # (q, m), squared, as the method computed them
    rows: Array  # (q, m, d), as they are stored


def merge(queries: Array, first: Neighbors, second: Neighbors, k: int, method: str) -> Neighbors:
    """Return the k nearest of two parts together, or all of them if they are fewer.

    Parameters
    ----------
    queries : ndarray, shape (q, d)
        As `nnlib.validation.as_rows` returns them.
    first, second : Neighbors
        What is known of two parts that share no row, in either order: at least the k nearest
        of each, or the whole part.
    k : int
        How many to keep, at least 1.
    method : {"exact", "expanded", "direct"}
        "exact": by true distance, decided in integers where float64 cannot; the others: by the
        distance as computed. Ties go to the earliest index.

    Returns
    -------
    Neighbors
        Of the union, with min(k, first + second) columns. It is again such a part, so merging is
        associative and commutative, bit for bit, with an empty part as its neutral element.

    Raises
    ------
    ValueError
        If the rows of the parts differ in dtype: a common one might round them.

    Notes
    -----
    Beyond what comes in and goes out this takes one or two MiB, more only for k · d so large
    that two rows of candidates fill it.
    """
    sides = [side for side in (first, second) if side.indices.shape[1]]
    if len(sides) < 2:
        only = sides[0] if sides else first
        return Neighbors(*(column[:, :k] for column in only))
    if first.rows.dtype != second.rows.dtype:
        raise ValueError(
            "the parts of a training set must have one dtype; "
            f"got {first.rows.dtype} and {second.rows.dtype}"
        )
    q, m = len(queries), first.indices.shape[1] + second.indices.shape[1]
    kept = min(k, m)
    merged = Neighbors(
        np.empty((q, kept), np.intp),
        np.empty((q, kept), first.distances.dtype),
        np.empty((q, kept, queries.shape[1]), first.rows.dtype),
    )
    for part in slices(q, 1 + MERGED // (m * (16 + queries.shape[1]))):
        both = [np.concatenate([a[part], b[part]], axis=1) for a, b in zip(*sides, strict=True)]
        places = first_of_both(queries[part], Neighbors(*both), kept, method)
        for column, values in zip(merged, both, strict=True):
            chosen = places.reshape(places.shape + (1,) * (values.ndim - 2))
            column[part] = np.take_along_axis(values, chosen, axis=1)
    return merged


def first_of_both(queries: Array, both: Neighbors, k: int, method: str) -> Indices:
    """Return the columns (q, k) of each query's first k among `both` (q, m), in any order."""
    q, m = both.indices.shape
    order = both.indices.argsort(axis=1)  # a tie goes to the place that comes first
    distances = np.take_along_axis(both.distances, order, axis=1)
    if method == "exact":
        rows = np.take_along_axis(both.rows, order[:, :, None], axis=1).reshape(q * m, -1)
        if not nothing_rounds(queries, rows):
            error = conversion_error(queries, rows)
            owner, index = np.repeat(np.arange(q), m), np.arange(q * m)
            found = settle_all(rows, queries, k, error, owner, index, distances.ravel())
            return np.take_along_axis(order, found.reshape(q, k) % m, axis=1)
    return np.take_along_axis(order, smallest_k(distances, k), axis=1)
