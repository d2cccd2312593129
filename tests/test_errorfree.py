"""Sliced products do not round: digits, their order, and what does not fit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import Problem, oracle_distance, problems

from nnlib.errorfree import SLICES, cut, digits, first_k, reversed_rows, slice_bits
from nnlib.validation import as_rows


def in_slices(problem, extra=1):
    """Return (T, X, slices of both, top, bits), for the points that fit."""
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    T, X = T.astype(np.float64), X.astype(np.float64)
    largest = max(np.abs(T).max(initial=0), np.abs(X).max(initial=0))
    top, bits = int(np.frexp(largest)[1]) + extra, slice_bits(T.shape[1])
    (t, t_fits), (x, x_fits) = cut(T, top, bits), cut(X, top, bits)
    return T[t_fits], X[x_fits], [p[t_fits] for p in t], [p[x_fits] for p in x], top, bits


@example(Problem(np.array([[0.1, 0.3]]), np.array([[-0.7, 1e-5]])))
@given(problems(max_d=6))
def test_digits_are_the_exact_reduced_distances(problem):
    T, X, t, x, top, bits = in_slices(problem)
    if not t or not len(T) or not len(X):
        return
    for points, parts in ((T, t), (X, x)):
        for i, point in enumerate(points):
            for j, v in enumerate(point.tolist()):
                places = range(1, SLICES + 1)
                units = [Fraction(2) ** (top - place * bits) for place in places]
                assert v == sum(int(p[i, j]) * u for p, u in zip(parts, units, strict=True))
                assert all(abs(p[i, j]) <= 2 ** (bits - 1) for p in parts)
    number = digits(x, reversed_rows(t), bits)
    unit = Fraction(2) ** (2 * top - 2 * bits)
    origin = np.zeros(T.shape[1])
    for i in range(len(X)):
        for j in range(len(T)):
            value = sum(int(p[i, j]) * unit / 2 ** (bits * n) for n, p in enumerate(number))
            norm = oracle_distance(X[i], origin)
            assert value == oracle_distance(X[i], T[j]) - norm
            assert all(0 <= p[i, j] < 2**bits for p in number[1:])


@pytest.mark.parametrize("d", [1, 2, 64, 1000, 10**6])
def test_the_largest_slices_stay_within_53_bits(d):
    """All slices at their limit, the worst signs: every digit is still an exact integer."""
    half = 2 ** (slice_bits(d) - 1)
    assert slice_bits(d) >= 11
    assert 6 * SLICES * d * half**2 <= 2**53
    assert 6 * SLICES * d * (2 * half) ** 2 > 2**53 / 2
    if d <= 64:
        x, t = [np.full((1, d), half * 1.0)] * SLICES, [np.full((1, d), -half * 1.0)] * SLICES
        number = digits(x, reversed_rows(t), slice_bits(d))
        unit = Fraction(1, 2 * half)
        v = half * sum(unit**n for n in range(SLICES))
        assert sum(int(p[0, 0]) * unit**n for n, p in enumerate(number)) == 3 * d * v**2


def test_what_does_not_fit_is_told():
    _, fits = cut(np.array([[1.0], [2.0**-200], [1 + 2.0**-52], [3.0], [0.0]]), 2, 22)
    assert fits.tolist() == [True, False, True, False, True]
    for top in (-900, 1020):
        assert cut(np.ones((2, 1)), top, 22)[1].tolist() == [False, False]


@given(st.data(), st.integers(1, 12), st.integers(1, 4))
def test_first_k_sorts_by_digits_and_position(data, n, places):
    column = st.lists(st.integers(0, 2), min_size=places, max_size=places)
    numbers = data.draw(st.lists(column, min_size=n, max_size=n))
    k = data.draw(st.integers(1, n))
    found = first_k([np.array(digit, float) for digit in zip(*numbers, strict=True)], k)
    assert found.tolist() == sorted(range(n), key=lambda i: (numbers[i], i))[:k]
