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

from nnlib.certify import conversion_error, cutoff, settle
from nnlib.validation import Array

Indices = NDArray[np.intp]


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
    close = (computed[1:] <= limit[:-1]) & (owner[1:] == owner[:-1]) & (place[:-1] < k)
    for q in np.unique(owner[1:][close]):  # the order of their candidates is not proved
        first, stop = start[q], start[q + 1]
        rivals = computed[first:stop] <= limit[min(first + k, stop) - 1]
        some = order[first:stop][rivals]
        winners = settle(queries[q], rows, index[some], k)
        order[first : first + len(winners)] = some[winners]
    return order[place < k]


def settle_pairs(
    rows: Array, queries: Array, k: int, error: float, owner: Indices, index: Indices
) -> tuple[Array, Indices]:
    """Return (squared distances, indices) of each query's k nearest among its candidates."""
    computed = pair_distances(queries, rows, owner, index)
    kept = settle_all(rows, queries, k, error, owner, index, computed)
    return computed[kept].reshape(-1, k), index[kept].reshape(-1, k)


class Neighbors(NamedTuple):
    """The k nearest of a part of the training rows, for each of q queries."""

    indices: Indices  # (q, k), in the whole training set
    distances: Array  # (q, k), squared, as the method computed them
    rows: Array  # (q, k, d), as they are stored


def merge(queries: Array, first: Neighbors, second: Neighbors, k: int, method: str) -> Neighbors:
    """Return the k nearest of two parts together, or all of them if they are fewer.

    In the exact method by true distance, otherwise by the distance as computed; ties go to the
    earliest index.
    """
    indices = np.concatenate([first.indices, second.indices], axis=1)
    q, m = indices.shape
    order = indices.argsort(axis=1)
    indices = np.take_along_axis(indices, order, axis=1)
    distances = np.concatenate([first.distances, second.distances], axis=1)
    distances = np.take_along_axis(distances, order, axis=1)
    rows = np.concatenate([first.rows, second.rows], axis=1)
    rows = np.take_along_axis(rows, order[:, :, None], axis=1)
    k = min(k, m)
    if method == "exact":
        candidates = rows.reshape(q * m, -1)
        error = conversion_error(queries, candidates)
        owner, index = np.repeat(np.arange(q), m), np.arange(q * m)
        kept = settle_all(candidates, queries, k, error, owner, index, distances.ravel())
        places = kept.reshape(q, k) % max(m, 1)
    else:
        places = smallest_k(distances, k)
    return Neighbors(
        np.take_along_axis(indices, places, axis=1),
        np.take_along_axis(distances, places, axis=1),
        np.take_along_axis(rows, places[:, :, None], axis=1),
    )
