"""‖x − t‖² against the definition in exact fractions."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from sklearn.datasets import load_digits, load_iris
from strategies import TAME, oracle_distances, problems

import nnlib
from nnlib import squared_distances
from nnlib.distances import (
    check_norms,
    direct_tile,
    squared_norms,
    with_bias,
    with_ones,
)

METHODS = ("expanded", "direct")


def gamma(n, u):
    return n * Fraction(u) / (1 - n * Fraction(u))


def norm_bound(row):
    """Return a little more than ‖row‖, as a Fraction."""
    return Fraction(
        float(np.sqrt(float(sum((Fraction(v) ** 2 for v in row.tolist()), Fraction(0)))))
    ) * (1 + Fraction(1, 2**40))


@given(problems(families=TAME))
def test_direct_has_small_relative_error(problem):
    computed = squared_distances(problem.X, problem.T, method="direct")
    single = problem.X.dtype == problem.T.dtype == np.float32
    assert computed.dtype == (np.float32 if single else np.float64)
    assert computed.shape == (len(problem.X), len(problem.T))
    bound = gamma(problem.X.shape[1] + 2, float(np.finfo(computed.dtype).eps) / 2)
    for row, true_row in zip(
        computed.tolist(), oracle_distances(problem.X, problem.T), strict=True
    ):
        for value, true in zip(row, true_row, strict=True):
            assert abs(Fraction(value) - true) <= bound * true


@given(problems(families=TAME))
def test_expanded_has_small_error_relative_to_the_norms(problem):
    computed = squared_distances(problem.X, problem.T)
    single = problem.X.dtype == problem.T.dtype == np.float32
    assert computed.dtype == (np.float32 if single else np.float64)
    assert computed.shape == (len(problem.X), len(problem.T))
    d, u = problem.X.shape[1], float(np.finfo(computed.dtype).eps) / 2
    x_norms, t_norms = map(norm_bound, problem.X), list(map(norm_bound, problem.T))
    truth = oracle_distances(problem.X, problem.T)
    for row, true_row, x_norm in zip(computed.tolist(), truth, x_norms, strict=True):
        for value, true, t_norm in zip(row, true_row, t_norms, strict=True):
            bound = gamma(2 * d + 1, u) * (x_norm + t_norm) ** 2
            assert abs(Fraction(value) - true) <= bound


@given(problems(families=("bits", "small integers", "signed integers")))
def test_both_methods_are_exact_on_small_integers(problem):
    truth = np.array(oracle_distances(problem.X, problem.T), dtype=float)
    truth = truth.reshape(len(problem.X), len(problem.T))
    for method in METHODS:
        assert np.array_equal(squared_distances(problem.X, problem.T, method=method), truth)


@given(problems())
def test_direct_is_symmetric_zero_on_itself_and_never_negative(problem):
    T = problem.T
    try:
        D = squared_distances(T, T, method="direct")
    except ValueError as error:
        assert "overflow" in str(error)  # noqa: PT017
        return
    assert np.array_equal(D, D.T)
    assert not D.diagonal().any()
    assert (D >= 0).all()


@given(problems(max_queries=1))
def test_direct_does_not_depend_on_the_other_rows(problem):
    """Its bits are the same alone and in company, whatever the tile."""
    X = problem.X.astype(np.float64)
    T = problem.T.astype(np.float64)
    with np.errstate(over="ignore"):
        together = direct_tile(X, T)
        alone = [direct_tile(X, t[None, :]) for t in T]
    assert np.array_equal(together, np.concatenate(alone, axis=1))


def test_paper_example():
    T, x = [[1, 1], [4, 2], [0, 3]], [[2, 2]]
    for method in METHODS:
        assert squared_distances(x, T, method=method).tolist() == [[2.0, 4.0, 5.0]]


def test_small_types_do_not_wrap():
    a, b = np.array([[200, 0]], np.uint8), np.array([[0, 100]], np.uint8)
    for method in METHODS:
        assert squared_distances(a, b, method=method).tolist() == [[50000.0]]
        assert (
            squared_distances(np.float16([[60000]]), np.float16([[-60000]]), method=method)
            == (float(np.float16(60000)) * 2) ** 2
        )
        assert squared_distances([[True]], [[False]], method=method).tolist() == [[1.0]]
        int8 = squared_distances(np.int8([[-128]]), np.int8([[127]]), method=method)
        assert int8.tolist() == [[255.0**2]]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("a", "b"), [("f4", "f4"), ("f4", "f8"), ("f2", "f2"), ("u1", "u1"), ("f4", "i4"), ("?", "f4")]
)
def test_dtype(method, a, b):
    X, T = np.ones((2, 3), a), np.ones((4, 3), b)
    expected = np.float32 if a == b == "f4" else np.float64
    assert squared_distances(X, T, method=method).dtype == expected
    big_endian = squared_distances(X.astype(X.dtype.newbyteorder(">")), T, method=method)
    assert big_endian.dtype == expected


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize(
    "shape", [(0, 3, 2), (2, 0, 2), (0, 0, 2), (2, 3, 0), (0, 0, 0), (1, 1, 1)]
)
def test_degenerate_shapes(method, dtype, shape):
    q, n, d = shape
    D = squared_distances(np.ones((q, d), dtype), np.ones((n, d), dtype), method=method)
    assert D.shape == (q, n)
    assert D.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert not D.any()


def test_negatives_are_not_clipped():
    x, t = np.float32([[5794]]), np.float32([[5795]])
    assert squared_distances(x, t).tolist() == [[-4.0]]
    assert squared_distances(x, t, method="direct").tolist() == [[1.0]]
    iris = load_iris().data + 1e8
    assert squared_distances(iris, iris).min() < 0
    assert squared_distances(iris, iris, method="direct").min() == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squares_that_overflow_are_an_error(dtype):
    huge = np.array([[np.finfo(dtype).max / 2]], dtype)
    with pytest.raises(ValueError, match=f"squared norms overflow {np.dtype(dtype)}.*'exact'"):
        squared_distances(huge, np.zeros_like(huge))
    with pytest.raises(ValueError, match=f"a squared distance overflows {np.dtype(dtype)}"):
        squared_distances(huge, np.zeros_like(huge), method="direct")
    assert squared_distances(huge, huge, method="direct") == 0  # only the distance matters


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_expanded_is_finite_or_refused_up_to_the_edge(dtype):
    """Opposite points have the largest intermediate, 4‖x‖², for given norms."""
    edge = np.sqrt(np.finfo(dtype).max) / 2
    refused = []
    for factor in (0.5, 0.7, 0.7072, 0.99, 0.9999999, 1.0, 1.0000001, 1.5):
        x = np.array([[edge * factor]], dtype)
        try:
            with np.errstate(all="raise"):
                assert np.isfinite(squared_distances(x, -x)).all()
            refused.append(False)
        except ValueError:
            refused.append(True)
    assert refused == sorted(refused)
    assert not refused[0]
    assert refused[-1]


def test_check_norms():
    check_norms(np.array([1e307]), np.array([1e307]))
    check_norms(np.empty(0), np.empty(0))
    for norms in ([1e308], [np.inf]):
        with pytest.raises(ValueError, match="overflow float64"):
            check_norms(np.array(norms), np.zeros(1))
        with pytest.raises(ValueError, match="overflow float64"):
            check_norms(np.zeros(1), np.array(norms))


def test_the_pieces():
    X = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    assert squared_norms(X).tolist() == [5.0, 50.0]
    assert with_ones(X).tolist() == [[0, 1, 2, 1], [3, 4, 5, 1]]
    assert with_bias(X, np.float32([7, 8])).tolist() == [[0, 1, 2, 7], [3, 4, 5, 8]]
    for piece in (squared_norms(X), with_ones(X), with_bias(X, squared_norms(X))):
        assert piece.dtype == np.float32


@pytest.mark.parametrize("method", METHODS)
def test_layout_and_container_do_not_matter_and_inputs_survive(method):
    base = load_digits().data[:40, :7]
    expected = squared_distances(base, base, method=method)
    fortran = np.asfortranarray(base)
    backwards = np.ascontiguousarray(base[::-1, ::-1])[::-1, ::-1]
    frozen = base.copy()
    frozen.flags.writeable = False
    for same in (fortran, backwards, frozen, base.tolist(), pd.DataFrame(base), base.astype(">f8")):
        before = np.array(same)
        assert np.array_equal(squared_distances(same, same, method=method), expected)
        assert np.array_equal(np.asarray(same), before)


def test_public_names():
    assert set(nnlib.__all__) <= set(dir(nnlib))
    for name in nnlib.__all__:
        assert getattr(nnlib, name).__name__ == name
        assert getattr(nnlib, name).__doc__
    with pytest.raises(AttributeError, match="'nnlib' has no attribute 'furthest'"):
        _ = nnlib.furthest


def test_importing_the_core_imports_no_more_than_numpy():
    code = (
        "import sys, nnlib; nnlib.nearest([[0.5]], [[1]]); "
        "print(sorted({'sklearn', 'scipy', 'tqdm', 'pandas', 'dask'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
