"""Neighbors without oneself: against fractions, in every way to ask, and what is refused."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from row_files import Reader
from strategies import FAMILIES, Problem, oracle_distances, problems, smallest_limit

from nnlib import k_nearest, nearest, predict_1nn
from nnlib.others import without_itself
from nnlib.request import METHODS, Request


def oracle_others(T, k):
    """Return the indices of the k nearest other rows of each row, by (distance, index)."""
    rows = [
        sorted((i for i in range(len(T)) if i != q), key=lambda i: (row[i], i))[:k]
        for q, row in enumerate(oracle_distances(T, T))
    ]
    return np.array(rows, np.intp).reshape(len(T), k)


@example(Problem(np.zeros((5, 1)), np.zeros((0, 1))), 3, 0)
@example(Problem(np.array([[0.1], [0.1], [0.3], [0.3]]), np.zeros((0, 1))), 0, 0)
@given(problems(families=tuple(FAMILIES)), st.integers(0, 8), st.integers(0, 4000))
def test_the_same_row_is_left_out_and_no_equal_one(problem, k, more):
    T = problem.T
    if len(T) == 1:
        return
    k = 1 + k % (len(T) - 1)
    truth = oracle_others(T, k)
    limit = smallest_limit(Problem(T, T), k + 1, "exact") + more
    for options in ({}, {"algorithm": "tree"}, {"algorithm": "brute", "memory_limit": limit}):
        distances, indices = k_nearest(T, T, k, exclude_self=True, return_distance=True, **options)
        assert indices.dtype == np.intp
        assert np.array_equal(indices, truth)
        both = k_nearest(T, T, len(T), return_distance=True)
        for q in range(len(T)):  # the bits are those of the search with oneself
            place = {int(i): value for i, value in zip(both[1][q], both[0][q], strict=True)}
            assert [place[i] for i in indices[q].tolist()] == distances[q].tolist()
    found = k_nearest(Reader(T), T, k, exclude_self=True)
    assert np.array_equal(found, truth)
    assert np.array_equal(nearest(T, T, exclude_self=True), truth[:, 0])
    labels = np.arange(len(T))[::-1]
    assert np.array_equal(predict_1nn(T, labels, T, exclude_self=True), labels[truth[:, 0]])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("copies", [1, 3, 40])
def test_every_method_leaves_out_the_row_itself(method, copies):
    rng = np.random.default_rng(0)
    T = np.repeat(rng.integers(0, 9, (30, 3)), copies, axis=0)
    expected = oracle_others(T[: 3 * copies + 30], 4)
    rows = T[: 3 * copies + 30]
    assert np.array_equal(k_nearest(rows, rows, 4, method=method, exclude_self=True), expected)


def test_large_searches_in_blocks_leave_out_the_row_itself():
    rng = np.random.default_rng(0)
    T = rng.standard_normal((3000, 6))
    T[1000:1040] = T[7]
    found = k_nearest(T, T, 3, exclude_self=True, algorithm="brute", memory_limit=2**20)
    all_of_them = k_nearest(T, T, 50, algorithm="tree")
    for q in (0, 7, 1000, 1039, 2999):
        assert found[q].tolist() == [i for i in all_of_them[q].tolist() if i != q][:3]


def test_the_last_goes_where_equal_rows_stand_before():
    distances = np.zeros((3, 2))
    indices = np.array([[0, 1], [0, 1], [0, 1]])
    assert without_itself(distances, indices)[1].tolist() == [[1], [0], [0]]


def test_what_makes_no_sense_is_refused():
    T = np.arange(6.0).reshape(3, 2)
    for source in (T, Reader(T)):
        with pytest.raises(ValueError, match=r"row i as query i; X_train has 3 rows, X_test has 2"):
            k_nearest(source, T[:2], 1, exclude_self=True)
        with pytest.raises(ValueError, match=r"k must be between 1 and 2 .*own neighbor.*; got 3"):
            k_nearest(source, T, 3, exclude_self=True)
        with pytest.raises(ValueError, match="leaves no neighbor"):
            k_nearest(source[:1] if source is T else Reader(T[:1]), T[:1], 1, exclude_self=True)
        with pytest.raises(ValueError, match="exclude_self must be True or False; got 'no'"):
            k_nearest(source, T, 1, exclude_self="no")


def test_what_is_sought_is_one_more():
    asked = Request(2, exclude_self=True)
    assert (asked.sought, asked.among(3, 3).sought, Request(2).sought) == (3, 3, 2)
    assert asked.of_part(asked.sought, 500).sought == 3
