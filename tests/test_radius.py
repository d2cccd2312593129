"""Rows within a radius: against fractions, at the border above all, in every way to ask."""

import re
import tracemalloc
from fractions import Fraction
from math import isqrt, nextafter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from row_files import Reader
from strategies import MAKERS, Problem, added_up, oracle_distances, problems

from nnlib import radius, radius_neighbors
from nnlib.errorfree import SLICES, pair_digits, slice_bits, top_of
from nnlib.radius import as_ball, no_larger


def oracle(T, X, r, exclude_self=False):
    """Return the rows within the radius by (distance, index), of each query."""
    square = Fraction(r) ** 2
    return [
        [
            i
            for i in sorted(range(len(T)), key=lambda i: (row[i], i))
            if row[i] <= square and not (exclude_self and i == q)
        ]
        for q, row in enumerate(oracle_distances(X, T))
    ]


def root(square):
    """Return the float next to √square, for a radius at the border."""
    shift = 2 * max(0, 60 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    try:
        return float(Fraction(isqrt(int(square * 4**shift)), 2**shift))
    except OverflowError:
        return float(np.finfo(float).max)


@st.composite
def asked(draw):
    """Draw a problem, and a radius at most an ulp from the distance of one of its pairs."""
    problem = draw(problems())
    pairs = [d for row in oracle_distances(problem.X, problem.T) for d in row]
    r = root(draw(st.sampled_from(pairs))) if pairs else 1.0
    ulps = draw(st.integers(-1, 1))
    r = nextafter(r, np.inf if ulps > 0 else 0.0) if ulps else r
    return problem, min(r, float(np.finfo(float).max))


WAYS = [{}, {"algorithm": "tree"}, {"algorithm": "brute", "memory_limit": 20_000}]


@example((Problem(np.array([[3.0, 4.0], [0.0, 5.0]]), np.zeros((1, 2))), 5.0))
@example((Problem(np.array([[3.0, 4.0]]) * 0.1, np.zeros((1, 2))), 0.5))
@example((Problem(np.array([[1.7e308], [-1.7e308]]), np.array([[1.7e308]])), 1.7e308))
@example((Problem(np.array([[5e-324], [1e-323]]), np.zeros((1, 1))), 5e-324))
@given(asked())
def test_who_is_inside_is_the_truth(case):
    problem, r = case
    T, X = problem.T, problem.X
    truth = oracle(T, X, r)
    for options in WAYS:
        distances, indices = radius_neighbors(T, X, r, return_distance=True, **options)
        assert [found.tolist() for found in indices] == truth
        assert all(found.dtype == np.intp for found in indices)
        assert [d.shape for d in distances] == [i.shape for i in indices]
        for x, row, chosen in zip(X, distances, indices, strict=True):
            assert row.tolist() == [added_up(x, T[i]) for i in chosen]
    assert [found.tolist() for found in radius_neighbors(Reader(T), X, r)] == truth
    small = radius_neighbors(Reader(T), X, r, memory_limit=20_000)
    assert [found.tolist() for found in small] == truth
    own = radius_neighbors(T, T, r, exclude_self=True)
    assert [found.tolist() for found in own] == oracle(T, T, r, exclude_self=True)


@pytest.mark.parametrize("maker", MAKERS)
def test_all_ways_agree_on_many_rows(maker, monkeypatch):
    """The filter in two threads, the tree, the direct form and stretches of a source."""
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, 400, 4), MAKERS[maker](rng, 25, 4)
    reach = np.sqrt(((X[:1].astype(float) - T[:40].astype(float)) ** 2).sum(axis=1))
    for r in (0.0, float(reach[3]), float(np.median(reach))):
        monkeypatch.setattr(radius, "SMALL_WORK", 2**60)
        expected = radius_neighbors(T, X, r, algorithm="brute", return_distance=True)
        monkeypatch.setattr(radius, "SMALL_WORK", 0)
        monkeypatch.setattr(radius, "threads_for", lambda products: 2)
        for rows, options in (
            (T, {"algorithm": "brute"}),
            (T, {"algorithm": "brute", "memory_limit": 2**17}),
            (T, {"algorithm": "tree"}),
            (Reader(T), {"memory_limit": 2**17}),
        ):
            found = radius_neighbors(rows, X, r, return_distance=True, **options)
            for ours, theirs in zip(found, expected, strict=True):
                assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    some = oracle(T, X[:2], r)
    assert [found.tolist() for found in expected[1][:2]] == some


def test_rows_and_queries_too_far_out_for_the_filter(monkeypatch):
    monkeypatch.setattr(radius, "SMALL_WORK", 0)
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((300, 3)), rng.standard_normal((20, 3))
    T[7] *= 2.0**70
    X[3] = T[7]
    X[4] *= 2.0**65
    for r in (0.5, 2.0**66, 2.0**500):
        found = radius_neighbors(T, X, r, algorithm="brute")
        assert [row.tolist() for row in found] == oracle(T, X, r)


def test_masses_at_the_border_are_compared_in_digits(monkeypatch):
    """A lattice has hundreds of rows at one distance, which no rounded square tells apart."""
    axis = np.arange(-4, 5) * 0.1
    T = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    X = np.zeros((1, 3))
    expected = {}
    for r in (0.3, nextafter(0.3, 0), 0.1 * 3, 0.5, nextafter(0.5, 1)):
        expected[r] = oracle(T, X, r)
        assert radius_neighbors(T, X, r)[0].tolist() == expected[r][0]
    monkeypatch.setattr(radius, "over_common", None)  # digits alone
    monkeypatch.setattr(radius, "MASS", 1)
    for r, truth in expected.items():
        assert radius_neighbors(T, X, r)[0].tolist() == truth[0]


@given(st.lists(st.integers(-(2**60), 2**60), min_size=2, max_size=8), st.data())
def test_digits_are_no_larger_than_a_number_exactly_where_they_are_not(values, data):
    points = np.array(values).astype(float)[: len(values) // 2 * 2].reshape(-1, 2)
    zeros = np.zeros_like(points)
    top = top_of(points)
    numbers = pair_digits(points, zeros, top)
    if numbers is None:
        return
    true = [sum(Fraction(v) ** 2 for v in point) for point in points.tolist()]
    unit = Fraction(2) ** (2 * top - 2 * SLICES * slice_bits(2))
    square = data.draw(st.sampled_from(true)) + data.draw(st.integers(-1, 1)) * unit / 2
    square = max(square, Fraction(0))
    found = no_larger(numbers, square, top, slice_bits(2))
    assert found.tolist() == [value <= square for value in true]


@pytest.mark.parametrize(
    "r", [0, 1, 2**70, 0.1, 5e-324, 1e-170, 1e200, 1.7e308, Fraction(1, 3), np.float32(0.1)]
)
def test_a_ball_is_the_square_as_a_fraction_and_the_floats_around_it(r):
    ball = as_ball(r)
    exact = Fraction(r.item() if isinstance(r, np.generic) else r)
    assert ball.square == exact**2
    assert ball.low <= ball.square <= ball.high
    assert nextafter(ball.low, np.inf) >= ball.high


@pytest.mark.parametrize("r", [-1, -5e-324, np.nan, np.inf, "1", None, True, 1j, [1.0]])
def test_a_radius_is_a_finite_length(r):
    with pytest.raises(ValueError, match=r"^radius must"):
        radius_neighbors([[0.0]], [[0.0]], r)


def test_nobody_and_nothing():
    T = np.zeros((3, 2))
    assert radius_neighbors(T, np.empty((0, 2)), 1.0) == []
    assert [found.tolist() for found in radius_neighbors(T, [[5, 5]], 1.0)] == [[]]
    assert [found.tolist() for found in radius_neighbors(T[:, :0], T[:1, :0], 0)] == [[0, 1, 2]]
    assert [found.tolist() for found in radius_neighbors(T[:1], T[:1], 1, exclude_self=True)] == [
        []
    ]
    with pytest.raises(ValueError, match="X_train has 3 rows, X_test has 2"):
        radius_neighbors(T, T[:2], 1, exclude_self=True)
    with pytest.raises(ValueError, match="algorithm='tree' needs X_train in memory"):
        radius_neighbors(Reader(T), T, 1, algorithm="tree")
    with pytest.raises(ValueError, match="same number of columns"):
        radius_neighbors(T, T[:, :1], 1)


@pytest.mark.parametrize("kind", [np.asarray, Reader])
@pytest.mark.parametrize("algorithm", ["auto", "brute"])
@pytest.mark.parametrize("dtype", ["f8", "i8"])
def test_the_least_limit_is_told_and_is_enough(kind, algorithm, dtype):
    T = 2**60 + np.arange(90).reshape(30, 3) if dtype == "i8" else np.arange(90.0).reshape(30, 3)
    source = kind(T)
    with pytest.raises(
        ValueError, match=r"memory_limit must be at least \d+ bytes for d = 3; got 1"
    ):
        radius_neighbors(source, T, 1, memory_limit=1, algorithm=algorithm)
    with pytest.raises(ValueError, match="memory_limit") as error:
        radius_neighbors(source, T, 1, memory_limit=9, algorithm=algorithm)
    least = int(re.search(r"at least (\d+)", str(error.value))[1])
    for limit in (least, least + 700, 2 * least, 3 * least):
        found = radius_neighbors(source, T, 6, memory_limit=limit, algorithm=algorithm)
        assert [i.tolist() for i in found[:2]] == [[0, 1], [1, 0, 2]]
    with pytest.raises(ValueError, match=f"at least {least} bytes"):
        radius_neighbors(source, T, 1, memory_limit=least - 1, algorithm=algorithm)


def test_a_bar_counts_all_pairs(capsys):
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((500, 2)), rng.standard_normal((90, 2))
    for options in ({"algorithm": "brute"}, {"algorithm": "tree"}):
        radius_neighbors(T, X, 0.5, progress=True, **options)
        assert "45.0k/45.0k" in capsys.readouterr().err


@pytest.mark.parametrize("algorithm", ["brute", "tree"])
def test_working_memory_stays_near_the_limit(algorithm):
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((20_000, 8)), rng.standard_normal((300, 8))
    limit = 2**23
    tracemalloc.start()
    try:
        found = radius_neighbors(T, X, 1.0, algorithm=algorithm, memory_limit=limit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(map(len, found)) > 100
    assert peak <= limit + 2**21


def test_rows_whose_squared_scale_underflows():
    T = np.random.default_rng(0).normal(size=(4000, 8)) * 1e163
    T[7] = 0
    T[7, 0] = 1e153
    for rows in (T, T[:100]):  # by the filter, and by the direct form
        assert [i.tolist() for i in radius_neighbors(rows, np.zeros((20, 8)), 1.2e153)] == [
            [7]
        ] * 20


def test_there_are_no_lists():
    T = np.eye(3)
    for rows in (T, Reader(T)):
        with pytest.raises(
            ValueError, match=r"radius_neighbors makes no lists: .* got 'partition'"
        ):
            radius_neighbors(rows, T, 1, algorithm="partition")
