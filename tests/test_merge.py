"""Merging is lawful: parts cut and merged in any way give what one search over all rows gives.

The parts are made here, by sorting the oracle's fractions or one matrix of computed distances;
the search is not asked.
"""

import functools
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import FAMILIES, Problem, oracle_distances, problems

from nnlib import settle as settle_module
from nnlib import squared_distances
from nnlib.merge import MERGED, Neighbors, merge
from nnlib.request import METHODS
from nnlib.validation import as_rows

# Rows and a query of which float64 computes the wrong order: the farther one looks nearer.
ROUNDED = Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1)
CONVERTED = Problem(np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]]))
ULPS = Problem(1 + np.array([[2], [1], [-1], [0], [1]]) * 2.0**-52, np.array([[1.0], [5.0]]))


def distances_of(T, X, method):
    """Return the matrix by which a method orders, and the one of the distances it reports."""
    if method == "exact":
        with np.errstate(over="ignore"):
            difference = X.astype(np.float64)[:, None, :] - T.astype(np.float64)[None, :, :]
            squares = np.square(difference)
        computed = np.zeros(squares.shape[:2])
        for j in range(squares.shape[2]):
            with np.errstate(over="ignore"):
                computed += squares[:, :, j]
        return oracle_distances(X, T), computed
    computed = squared_distances(X, T, method=method)
    return computed.tolist(), computed


def nearest_of(rows_of_part, k, T, ranking, computed):
    """Return what is known of some of the training rows, by sorting."""
    columns = [sorted(rows_of_part, key=lambda i, row=row: (row[i], i))[:k] for row in ranking]
    width = min(k, len(rows_of_part))
    indices = np.array(columns, dtype=np.intp).reshape(len(ranking), width)
    return Neighbors(indices, np.take_along_axis(computed, indices, axis=1), T[indices])


def equal(a, b):
    """Return whether two parts agree bit for bit, types included."""
    return all(x.dtype == y.dtype and x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


@example(ROUNDED, 0, [0, 1], "exact")
@example(CONVERTED, 0, [0, 1], "exact")
@example(ULPS, 2, [0, 1, 2, 1, 0], "exact")
@given(
    problems(),
    st.integers(0, 8),
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
    st.sampled_from(METHODS),
)
def test_any_cut_merged_in_any_way_is_the_whole(problem, k, part_of, method):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    k = 1 + k % len(T)
    try:
        ranking, computed = distances_of(T, X, method)
    except ValueError:  # an overflow, which the two computed methods refuse
        assume(False)
    whole = nearest_of(range(len(T)), k, T, ranking, computed)
    a, b, c, d = parts = [
        nearest_of([i for i in range(len(T)) if part_of[i] == p], k, T, ranking, computed)
        for p in range(4)  # some of them empty
    ]

    def join(first, second):
        return merge(X, first, second, k, method)

    assert equal(functools.reduce(join, parts), whole)
    assert equal(functools.reduce(join, parts[::-1]), whole)
    assert equal(join(join(a, b), join(c, d)), whole)
    assert equal(join(a, join(b, join(c, d))), whole)
    assert equal(join(join(d, b), join(c, a)), whole)
    assert equal(join(a, b), join(b, a))
    assert equal(join(join(a, b), c), join(a, join(b, c)))


@given(problems(min_d=1), st.integers(1, 9), st.integers(0, 9), st.sampled_from(METHODS))
def test_an_empty_part_changes_nothing(problem, k, more, method):
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    assume(method == "exact" or np.abs(T.astype(float)).max(initial=0) < 1e100)
    assume(method == "exact" or np.abs(X.astype(float)).max(initial=0) < 1e100)
    try:
        ranking, computed = distances_of(T, X, method)
    except ValueError:
        assume(False)
    known = nearest_of(range(len(T)), k + more, T, ranking, computed)
    empty = nearest_of([], k, T, ranking, computed)
    expected = nearest_of(range(len(T)), k, T, ranking, computed)
    assert equal(merge(X, known, empty, k, method), expected)
    assert equal(merge(X, empty, known, k, method), expected)
    assert merge(X, empty, empty, k, method).indices.shape == (len(X), 0)


def test_the_examples_need_more_than_float64():
    for problem in (ROUNDED, CONVERTED):
        truth, computed = distances_of(problem.T, problem.X, "exact")
        assert computed[0].argmin() != truth[0].index(min(truth[0]))
    truth, computed = distances_of(ULPS.T, ULPS.X, "exact")
    assert len(set(truth[1])) == 4
    assert all(isinstance(value, Fraction) for value in truth[1])


@pytest.mark.parametrize("dtype", ["int64", "float64", "float32", "uint8"])
def test_ties_of_whole_numbers_are_not_settled_in_integers(monkeypatch, dtype):
    """Where nothing rounds, the distances as computed decide, however many are equal."""

    def refuse(*arguments):
        raise AssertionError("settled in integers")

    monkeypatch.setattr(settle_module, "in_integers", refuse)
    rng = np.random.default_rng(0)
    T, X = (rng.integers(0, 3, (n, 3)).astype(dtype) for n in (60, 20))
    ranking, computed = distances_of(T, X, "exact")
    whole, even, odd = (
        nearest_of(rows, 4, T, ranking, computed)
        for rows in (range(60), range(0, 60, 2), range(1, 60, 2))
    )
    assert equal(merge(X, odd, even, 4, "exact"), whole)


def test_a_common_type_would_round():
    X = np.zeros((1, 1))
    parts = [
        Neighbors(np.array([[i]]), np.array([[1.0]]), np.array([[[2**53 + 1]]]).astype(dtype))
        for i, dtype in enumerate(["int64", "float64"])
    ]
    with pytest.raises(ValueError, match=r"one dtype; got int64 and float64"):
        merge(X, *parts, 1, "exact")


@pytest.mark.parametrize("method", METHODS)
def test_many_queries_are_merged_in_little_memory(method):
    rng = np.random.default_rng(0)
    q, k, d = 6000, 3, 20
    assert 2 * q * k * d > 8 * MERGED
    T, X = rng.standard_normal((2 * k, d)), rng.standard_normal((q, d))
    ranking = computed = np.square(X[:, None] - T[None]).sum(axis=2)
    ranking = computed.tolist()
    parts = [nearest_of(rows, k, T, ranking, computed) for rows in (range(k), range(k, 2 * k))]
    tracemalloc.start()
    try:
        merged = merge(X, *parts, k, method)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert equal(merged, nearest_of(range(2 * k), k, T, ranking, computed))
    assert peak <= sum(column.nbytes for column in merged) + 2**21


def test_every_family_of_data_is_merged():
    assert {"integers beyond 2**53", "ulps apart", "extremes"} <= set(FAMILIES)
