"""From candidates to winners: each query's k nearest, ordered by (distance, index).

Whoever finds candidates, the filter, the direct form, a tree, a shard on another machine, hands
them over here. The direct form orders what its rounding lets it; integers, or digits where many
compete, order the rest.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import cutoff, in_integers
from nnlib.errorfree import SLICES, pair_digits, top_of
from nnlib.problem import Candidates, Problem
from nnlib.tiles import Indices, Winners, slices
from nnlib.validation import Array

# From so many entries of rivals on, 32 more for each, these are compared many at a time, which
# takes memory; and so many rivals at most.
MASS, LOT = 2**15, 2**12


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


def settled(problem: Problem, found: Candidates) -> Candidates:
    """Return each query's k nearest candidates, in order; exact where it must be."""
    queries, rows, index, k = problem.queries, problem.rows, found.row, problem.k
    order: Indices
    if problem.whole:  # so that computed distances are true
        order = np.lexsort((index, found.computed, found.owner))
        start = np.searchsorted(found.owner[order], np.arange(len(queries)))
        return found.only(order[np.arange(len(order)) - start[found.owner[order]] < k])
    order = np.lexsort((found.computed, found.owner))
    owner, computed = found.owner[order], found.computed[order]
    start = np.searchsorted(owner, np.arange(len(queries) + 1))
    place = np.arange(len(order)) - start[owner]
    limit = cutoff(computed, problem.d, problem.error)
    close = ~(computed[1:] > limit[:-1]) & (owner[1:] == owner[:-1])  # so is a NaN
    hits = np.flatnonzero(close & (place[:-1] < k))
    if not len(hits):
        return found.only(order[place < k])
    entries = 32 + problem.d
    if k == 1 and len(order) * entries < MASS // 8:  # what follows would take longer
        for spot in hits:
            near = computed[spot : start[owner[spot] + 1]]
            rivals = order[spot + np.flatnonzero(~(near > limit[spot]))]
            order[spot] = rivals[in_integers(queries[owner[spot]], rows, index[rivals], 1)[0]]
        return found.only(order[place < k])
    # Runs of rivals, each close to the one before: only within a run is the order not proved.
    run = np.concatenate([[0], np.cumsum(~close)])
    kth = limit[np.minimum(start[:-1] + k, start[1:]) - 1]
    first = np.searchsorted(run, np.arange(run[-1] + 1))
    rival = (place[first] < k)[run] & ~(computed > kth[owner])
    rival &= (np.bincount(run, rival) > 1)[run]
    spots = np.flatnonzero(rival)
    ends = [*(np.flatnonzero(np.diff(run[spots])) + 1).tolist(), len(spots)]
    many = problem.error == 0 and len(spots) * entries >= MASS
    for begin, lot in lots(ends) if many else [(0, ends)]:
        if many:
            some = spots[begin : lot[-1]]
            winners = sorted_runs(problem, found.only(order[some]), run[some])
            if winners is not None:
                order[some[: len(winners)]] = order[some[winners]]
                continue
        for end in lot:
            one = spots[begin:end]
            chosen = in_integers(queries[owner[one[0]]], rows, index[order[one]], k)
            order[one[: len(chosen)]] = order[one[chosen]]
            begin = end
    return found.only(order[place < k])


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


def sorted_runs(problem: Problem, rivals: Candidates, run: Indices) -> Indices | None:
    """Return the positions of rivals by (run, true distance, row), in exact digits.

    Of one long run only the first k, which the rest joins a lot at a time. None where a number has
    more bits than the digits hold.
    """
    queries, rows, k = problem.queries, problem.rows, problem.k
    owner, index, _ = rivals
    step = 1 + 2**13 // (1 + problem.d)
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


def settled_pairs(problem: Problem, owner: Indices, index: Indices) -> Winners:
    """Return each query's k nearest among pairs (query, row).

    The distance of an only candidate, which nobody needs to tell, is left NaN.
    """
    queries, rows = problem.queries, problem.rows
    if problem.k > 1:
        computed = pair_distances(queries, rows, owner, index)
    else:
        rivals = np.flatnonzero(np.bincount(owner, minlength=len(queries))[owner] > 1)
        computed = np.full(len(owner), np.nan)
        computed[rivals] = pair_distances(queries, rows, owner[rivals], index[rivals])
    return settled(problem, Candidates(owner, index, computed)).table(problem.k)


@np.errstate(all="ignore")
def filled(rows: Array, queries: Array, distances: Array, indices: Indices) -> Array:
    """Return the squared distances (n_test, k) with those that no search needed filled in."""
    k = indices.shape[1]
    for part in slices(len(indices), 1 + 2**12 // k):
        owner, place = np.isnan(distances[part]).nonzero()
        missing = owner + part.start, place
        distances[missing] = pair_distances(queries, rows, missing[0], indices[missing])
    return distances
