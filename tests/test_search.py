"""The search against an oracle in exact fractions: every index, tie, tile and type."""

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_iris
from strategies import (
    MAKERS,
    Problem,
    added_up,
    oracle_distances,
    oracle_k_nearest,
    problems,
    smallest_limit,
)

from nnlib import k_nearest, nearest, predict_1nn, settle
from nnlib.request import METHODS

INTEGERS = ("bits", "small integers", "signed integers")
IRIS = load_iris()
DIGITS = load_digits()


# --- method="exact" ---------------------------------------------------------------------------


@example(Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1), 0, 0)
@example(Problem(np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]])), 0, 0)
@example(Problem(np.array([[1.7e308], [1.6e308], [1e300]]), np.array([[-1e300]])), 2, 0)
@example(Problem(np.array([[2e-200], [1e-200], [5e-324]]), np.array([[0.0]])), 1, 0)
@given(problems(), st.integers(0, 8), st.integers(0, 4000))
def test_exact_is_the_truth_under_any_memory_limit(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    limit = smallest_limit(problem, k, "exact") + more_memory
    for options in ({}, {"memory_limit": limit}):
        found = k_nearest(T, X, k, **options)
        assert found.dtype == np.intp
        assert found.shape == (len(X), k)
        assert np.array_equal(found, truth)
    first = nearest(T, X)
    assert first.dtype == np.intp
    assert np.array_equal(first, truth[:, 0])


@given(problems(), st.integers(0, 8))
def test_exact_distances_are_those_of_the_rows(problem, k):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    distances, indices = k_nearest(T, X, k, return_distance=True)
    assert distances.dtype == np.float64
    assert distances.shape == indices.shape == (len(X), k)
    for x, row, chosen in zip(X, distances, indices, strict=True):
        assert row.tolist() == [added_up(x, T[i]) for i in chosen]


@pytest.mark.parametrize("offset", [0, 1e8, -1e12])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_exact_on_iris(offset, dtype):
    """Iris has a duplicate pair and, moved far from zero, nothing but ties."""
    data = (IRIS.data + offset).astype(dtype)[::3]
    assert np.array_equal(k_nearest(data, data, 7), oracle_k_nearest(data, data, 7))


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "u1", "i8", "u8", "?"])
def test_exact_on_digits(dtype):
    """Digits hold small integers: every form of arithmetic in integers agrees."""
    data = DIGITS.data.astype(dtype)
    T, X = data[300:].astype(np.int64), data[:300].astype(np.int64)
    D = (X * X).sum(1)[:, None] - 2 * X @ T.T + (T * T).sum(1)
    expected = D.argsort(axis=1, kind="stable")[:, :5]
    for method in METHODS:
        assert np.array_equal(k_nearest(data[300:], data[:300], 5, method=method), expected)
        assert np.array_equal(nearest(data[300:], data[:300], method=method), expected[:, 0])


def test_mixed_integer_types_are_compared_as_integers():
    T = np.array([[2**63 - 1], [2**63 - 2]], np.int64)
    X = np.array([[2**63 + 5], [2**63 - 2]], np.uint64)
    assert nearest(T, X).tolist() == [0, 1]
    assert nearest(np.array([[2.0**62], [2.0**62 + 1024]]), np.array([[2**62 + 513]])).tolist() == [
        1
    ]
    assert nearest(np.array([[-(2**63)], [0]]), np.array([[2**64 - 1]], np.uint64)).tolist() == [1]


def test_nothing_is_settled_where_nothing_is_close(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("settled in integers")

    monkeypatch.setattr(settle, "in_integers", refuse)
    monkeypatch.setattr(settle, "pair_digits", refuse)  # settles masses
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((3000, 4)), rng.standard_normal((700, 4))
    for algorithm in ("brute", "tree"):
        assert k_nearest(T, X, 3, algorithm=algorithm).shape == (700, 3)
    small = rng.integers(0, 3, (300, 3))  # many ties, but nothing rounds
    for dtype in (np.int64, np.uint8, np.float32, np.float64):
        assert k_nearest(small.astype(dtype), small[:50].astype(dtype), 3).shape == (50, 3)
    with pytest.raises(AssertionError, match="settled in integers"):
        nearest(small * 0.1, small * 0.1)


# --- the computed methods ---------------------------------------------------------------------


@given(problems(families=INTEGERS), st.integers(0, 8), st.integers(0, 4000))
def test_all_methods_are_exact_on_small_integers(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    D = np.array(oracle_distances(X, T), dtype=float).reshape(len(X), len(T))
    for method in METHODS:
        limit = smallest_limit(problem, k, method) + more_memory
        for memory_limit in (2**26, limit):
            options = {"method": method, "memory_limit": memory_limit}
            distances, indices = k_nearest(T, X, k, return_distance=True, **options)
            assert np.array_equal(indices, truth)
            assert np.array_equal(distances, np.take_along_axis(D, truth, axis=1))
            assert np.array_equal(nearest(T, X, **options), truth[:, 0])


def test_coincident_queries_and_duplicates():
    T = np.array([[0.1, 0.2], [0.3, 0.3], [0.1, 0.2], [0.3, 0.3]])
    assert nearest(T, T).tolist() == [0, 1, 0, 1]
    assert nearest(T, T, method="direct").tolist() == [0, 1, 0, 1]
    distances, indices = k_nearest(T, T, 4, return_distance=True)
    assert indices.tolist() == [[0, 2, 1, 3], [1, 3, 0, 2]] * 2
    assert (distances[:, :2] == 0).all()


def test_paper_example():
    T = [[1, 1], [4, 2], [0, 3]]
    for method in METHODS:
        distances, indices = k_nearest(T, [[2, 2]], 3, method=method, return_distance=True)
        assert indices.tolist() == [[0, 1, 2]]
        assert distances.tolist() == [[2, 4, 5]]


# --- shapes, types, layouts -------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "?"])
@pytest.mark.parametrize(("n", "q", "d"), [(1, 0, 0), (1, 1, 0), (5, 3, 0), (5, 0, 3), (1, 4, 3)])
def test_degenerate_shapes(method, dtype, n, q, d):
    T, X = np.ones((n, d), dtype), np.zeros((q, d), dtype)
    for k in {1, n}:
        distances, indices = k_nearest(T, X, k, method=method, return_distance=True)
        assert indices.tolist() == [list(range(k))] * q
        assert indices.shape == distances.shape == (q, k)
        assert indices.dtype == np.intp
        single = dtype == "f4" and method != "exact"
        assert distances.dtype == (np.float32 if single else np.float64)
        assert (distances == d).all()
    assert nearest(T, X, method=method).shape == (q,)
    assert nearest(T, X, method=method).dtype == np.intp


def variants(rows):
    """Yield the same rows in other layouts and containers."""
    yield np.asfortranarray(rows)
    yield np.ascontiguousarray(rows[::-1, ::-1])[::-1, ::-1]
    yield np.repeat(rows, 2, axis=0)[::2]
    frozen = rows.copy()
    frozen.flags.writeable = False
    yield frozen
    yield rows.astype(rows.dtype.newbyteorder())
    yield rows.tolist()
    yield tuple(map(tuple, rows.tolist()))
    yield pd.DataFrame(rows, index=range(100, 100 + len(rows)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [DIGITS.data[:60, 10:30], DIGITS.data[:60, 10:30] * 0.1])
def test_layout_and_container_do_not_matter_and_inputs_survive(method, data):
    T, X = data[:45], data[30:]
    distances, indices = k_nearest(T, X, 4, method=method, return_distance=True)
    for same_T, same_X in zip(variants(T), variants(X), strict=True):
        before = np.array(same_T), np.array(same_X)
        found = k_nearest(same_T, same_X, 4, method=method, return_distance=True)
        assert np.array_equal(found[1], indices)
        assert np.allclose(found[0], distances, rtol=0, atol=1e-9)
        assert np.array_equal(np.asarray(same_T), before[0])
        assert np.array_equal(np.asarray(same_X), before[1])


@pytest.mark.parametrize("method", METHODS)
def test_training_rows_and_queries_may_be_the_same_array(method):
    data = DIGITS.data[:50].copy()
    assert nearest(data, data, method=method).tolist() == list(range(50))
    assert np.array_equal(data, DIGITS.data[:50])


@pytest.mark.parametrize("method", METHODS)
def test_progress_shows_a_bar_and_changes_nothing(method, capsys):
    data = IRIS.data
    quiet = nearest(data, data[:60], method=method)
    assert capsys.readouterr().err == ""
    assert np.array_equal(nearest(data, data[:60], method=method, progress=True), quiet)
    assert "queries" in capsys.readouterr().err


# --- memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "q", "d", "k"), [(300, 120, 2, 1), (260, 70, 3, 6), (130, 130, 40, 2)]
)
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("method", METHODS)
def test_peak_memory_stays_under_the_limit(method, maker, n, q, d, k):
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, n, d), MAKERS[maker](rng, q, d)
    limit = 2**16
    expected = k_nearest(T, X, k, method=method)
    tracemalloc.start()
    try:
        found = k_nearest(T, X, k, method=method, memory_limit=limit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if method != "expanded":  # whose product may round differently in other shapes
        assert np.array_equal(found, expected)
    results = 2 * found.nbytes  # distances are computed along
    norms = 8 * n
    assert limit < 4 * n * q  # less than the matrix of distances, even in float32
    assert peak <= limit + results + norms + 2**15


STORED = {
    "booleans": lambda rows: rows < 0,
    "big-endian": lambda rows: rows.astype(">f8"),
    "big-endian singles": lambda rows: rows.astype(">f4"),
    "big-endian integers": lambda rows: (1000 * rows).astype(">i4"),
    "big-endian integers beyond 2**53": lambda rows: 2**60 + (1000 * rows).astype(">i8"),
    "strided": lambda rows: rows.astype(">f8")[::-1, ::-1],
}


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("method", METHODS)
def test_what_is_stored_otherwise_is_converted_within_the_limit(method, kind):
    """A tile at a time: a copy of all rows, or of all queries, would be beyond it."""
    rng = np.random.default_rng(0)
    T, X = (STORED[kind](rng.standard_normal((n, 16))) for n in (2**12, 2**8))
    if kind == "booleans":
        T, X = np.tile(T, (6, 1)), X[:20]
    if "beyond" in kind:  # under such a limit they are not moved near zero, but taken as fractions
        X = X[:1]
    limit = 2**16
    ask: Any = predict_1nn if kind == "strided" else k_nearest
    more: Any = {"k": 2} if ask is k_nearest else {"y_train": np.arange(len(T))}
    usual = [a.astype(np.uint8 if a.dtype == bool else a.dtype.newbyteorder("=")) for a in (T, X)]
    expected = k_nearest(*usual, 2, method=method, memory_limit=limit)
    tracemalloc.start()
    try:
        found = ask(X_train=T, X_test=X, method=method, memory_limit=limit, **more)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.array_equal(found, expected if ask is k_nearest else expected[:, 0])
    assert T.nbytes >= 4 * limit
    stretch = 2**17  # of rows whose norms are taken at once
    assert peak <= limit + 32 * len(X) + 8 * len(T) + stretch + 2**15


@pytest.mark.parametrize("algorithm", ["brute", "tree"])
@pytest.mark.parametrize("kind", STORED)
def test_what_is_stored_otherwise_is_found_the_same(kind, algorithm):
    rng = np.random.default_rng(0)
    T, X = (STORED[kind](rng.standard_normal((n, 3))) for n in (3000, 400))
    usual = [a.astype(np.uint8 if a.dtype == bool else a.dtype.newbyteorder("=")) for a in (T, X)]
    expected = k_nearest(*usual, 5, algorithm="brute", return_distance=True)
    found = k_nearest(T, X, 5, algorithm=algorithm, return_distance=True)
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b)
        assert a.dtype == b.dtype


# --- labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["ant", "bee", "c"]),
        np.array(["ant", None, 3], dtype=object),
        np.array([1, 2, 3], np.int8),
        np.array([2**63, 2, 3], np.uint64),
        np.array([True, False, True]),
        np.array([0.5, np.nan, np.inf], np.float32),
        np.array(["2020-01-01", "NaT", "2021-01-01"], "M8[D]"),
        np.array([[1, 2], [3, 4], [5, 6]]),
        np.array([1 + 2j, 0, 0]),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_predict_1nn_returns_the_labels_as_they_are(method, labels):
    T, X = [[0, 0], [5, 5], [9, 9]], [[8, 8], [1, 0], [4, 5], [9, 9]]
    predicted = predict_1nn(T, labels, X, method=method)
    assert predicted.dtype == labels.dtype
    assert predicted.shape == (4, *labels.shape[1:])
    np.testing.assert_array_equal(predicted, labels[[2, 0, 1, 2]])
    empty = predict_1nn(T, labels, np.empty((0, 2)), method=method)
    assert empty.dtype == labels.dtype
    assert empty.shape == (0, *labels.shape[1:])


def test_predict_1nn_of_lists_and_frames():
    frame = pd.DataFrame(IRIS.data, columns=IRIS.feature_names)
    names = pd.Series(IRIS.target_names[IRIS.target], index=range(500, 650))
    predicted = predict_1nn(frame, names, frame.iloc[::10])
    assert predicted.tolist() == names.tolist()[::10]
    assert predict_1nn([[0], [2]], ["a", "b"], [[3]]).tolist() == ["b"]
    column = pd.DataFrame({"y": [7, 8]})
    assert predict_1nn([[0], [2]], column, [[3]]).tolist() == [[8]]


@given(problems(), st.data())
def test_predict_1nn_is_the_label_of_the_nearest(problem, data):
    labels = data.draw(
        st.lists(st.text(max_size=3), min_size=len(problem.T), max_size=len(problem.T))
    )
    truth = oracle_k_nearest(problem.T, problem.X, 1)[:, 0]
    y = np.array(labels)
    assert predict_1nn(problem.T, y, problem.X).tolist() == y[truth].tolist()


M = np.finfo(float).max


@pytest.mark.parametrize("algorithm", ["auto", "brute", "tree"])
@pytest.mark.parametrize(
    ("T", "X", "expected"),
    [
        ([[-5e-324]], [[-0.0]], [0]),
        ([[0.0, 0.0]], [[-5e-324, -5e-324]], [0]),
        ([[1e-170, 0.0], [0.0, 2e-170]], [[0.0, 0.0]], [0]),
        (np.float32([[2.4e-22, -1.6e-22]]), np.float32([[0, 8e-23]]), [0]),
        ([[M, M, -M], [M / 2, M, M / 2]], [[M, 1, -M]], [0]),
        ([[-M], [M]], [[M / 2], [-M]], [1, 0]),
    ],
    ids=str,
)
def test_no_warning_and_no_floating_point_error_whatever_the_caller_asks_for(
    T, X, expected, algorithm
):
    with np.errstate(all="raise"):
        assert nearest(T, X, algorithm=algorithm).tolist() == expected
        many = np.repeat(np.asarray(X), 700, axis=0)  # more than a little work
        rows = np.repeat(np.asarray(T), 800, axis=0)
        found = nearest(rows, many, algorithm=algorithm)
        assert (found == np.repeat(800 * np.array(expected), 700)).all()
