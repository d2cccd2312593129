"""The two forms as they are computed: the order of their own values, and how wrong it may be."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from strategies import oracle_distances, problems, smallest_limit

from nnlib import k_nearest, nearest, squared_distances

IRIS = load_iris()


@given(problems(), st.integers(0, 8), st.integers(0, 4000))
def test_direct_sorts_the_computed_values_under_any_memory_limit(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    try:
        D = squared_distances(X, T, method="direct")
    except ValueError:  # an overflow, which matters here only among the k nearest
        D = None
    limit = smallest_limit(problem, k, "direct") + more_memory
    if D is None:
        try:
            assert np.isfinite(k_nearest(T, X, k, method="direct", return_distance=True)[0]).all()
        except ValueError as error:
            assert "squared distances overflow" in str(error)  # noqa: PT017
        return
    expected = D.argsort(axis=1, kind="stable")[:, :k]
    for options in ({}, {"memory_limit": limit}):
        found = k_nearest(T, X, k, method="direct", return_distance=True, **options)
        assert found[0].dtype == D.dtype
        assert np.array_equal(found[1], expected)
        assert np.array_equal(found[0], np.take_along_axis(D, expected, axis=1))


@given(problems(families=("lattice", "offset lattice", "iris-like")), st.integers(0, 4000))
def test_expanded_is_wrong_by_no_more_than_its_rounding(problem, more_memory):
    T, X = problem.T, problem.X
    limit = smallest_limit(problem, 1, "expanded") + more_memory
    found = nearest(T, X, method="expanded", memory_limit=limit)
    single = T.dtype == X.dtype == np.float32
    u = Fraction(1, 2 ** (24 if single else 53))
    largest = max((abs(Fraction(float(v))) for a in (T, X) for v in a.flat), default=Fraction(0))
    bound = 2 * (2 * T.shape[1] + 6) * u * 4 * T.shape[1] * largest**2
    for row, i in zip(oracle_distances(X, T), found, strict=True):
        assert row[i] - min(row) <= bound


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_expanded_can_be_wrong_where_exact_is_not(dtype):
    offset = 1e4 if dtype is np.float32 else 1e8
    data = (IRIS.data + offset).astype(dtype)
    expanded = nearest(data, data, method="expanded")
    exact = nearest(data, data)
    assert (exact <= np.arange(len(data))).all()
    assert (data[exact] == data).all()
    assert (expanded != exact).any()


@pytest.mark.parametrize("method", ["expanded", "direct"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_overflow_is_an_error_of_the_computed_methods_only(method, dtype):
    huge = np.array([[np.finfo(dtype).max], [0], [-np.finfo(dtype).max]], dtype)
    with pytest.raises(ValueError, match=f"overflow {np.dtype(dtype)}.*method='exact'"):
        k_nearest(huge, huge, 2, method=method)
    with np.errstate(all="raise"):
        assert k_nearest(huge, huge, 2).tolist() == [[0, 1], [1, 0], [2, 1]]
        distances, _ = k_nearest(huge, huge, 3, return_distance=True)
    assert np.isinf(distances[0, 2]) == (dtype is np.float64)
    if method == "direct":  # only the neighbors asked for must be finite
        assert nearest(huge, huge, method=method).tolist() == [0, 1, 2]


@pytest.mark.parametrize("method", ["expanded", "direct"])
@pytest.mark.parametrize(("a", "b"), [("f4", "f4"), ("f4", "f8"), ("f8", "f4"), ("f2", "f4")])
def test_distances_are_float32_iff_both_inputs_are(method, a, b):
    T, X = np.ones((3, 2), a), np.ones((2, 2), b)
    distances, _ = k_nearest(T, X, 2, method=method, return_distance=True)
    assert distances.dtype == (np.float32 if a == b == "f4" else np.float64)
