"""Merging: what is known of two parts of the training rows becomes what is known of both.

What is known of a part is a `Neighbors`: the k nearest rows of each query *in that part*, with
the rows themselves. Two parts merge into

    merge(a, b) = the k smallest of a ∪ b by (true distance, index),

and because the k smallest of a union are the k smallest of the parts' k smallest, merging is
associative and commutative: parts may be cut and merged in any way, with the same result.
"""

from typing import NamedTuple

import numpy as np

from nnlib.inner import SIMILARITIES, settled_similar
from nnlib.problem import Candidates, Problem
from nnlib.settle import settled
from nnlib.tiles import Indices, slices, smallest_k
from nnlib.validation import Array

# Entries of candidate rows that are merged in one go.
MERGED = 2**16


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
    method : {"exact", "expanded", "direct", "ip", "cosine"}
        "exact": by true distance, decided in integers where float64 cannot; the others: by the
        distance as computed, or truly by another metric. Ties go to the earliest index.

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
    """Return (q, k): the first k among the columns of `both` (q, m), which come in any order."""
    q, m = both.indices.shape
    order = both.indices.argsort(axis=1)  # a tie goes to the place that comes first
    distances = np.take_along_axis(both.distances, order, axis=1)
    if method == "exact" or method in SIMILARITIES:
        rows = np.take_along_axis(both.rows, order[:, :, None], axis=1).reshape(q * m, -1)
        problem = Problem(rows, queries, k, 0).examined()
        if method in SIMILARITIES:
            every = np.repeat(np.arange(q), m), np.arange(q * m)
            _, places = settled_similar(problem, *every, method)
            return np.take_along_axis(order, places % m, axis=1)
        if not problem.whole:
            pairs = np.repeat(np.arange(q), m), np.arange(q * m), distances.ravel()
            _, places = settled(problem, Candidates(*pairs)).table(k)
            return np.take_along_axis(order, places % m, axis=1)
    return np.take_along_axis(order, smallest_k(distances, k), axis=1)
