"""Votes by distance: as floats within their bound, and by exact numbers where that is no help."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import oracle_distance, problems

from nnlib import NearestNeighborClassifier, NearestNeighborRegressor, k_nearest
from nnlib.certify import conversion_error
from nnlib.votes import MANY, cancels, distance_votes, exact_squares, leaders, margin, sign_of_sum

# 1/√2312 + 1/√3253 < 1/√2181 + 1/√3494, by a 10⁻¹⁵th; and rows of four integers that far away.
NEAR_TIE = {2312: 1, 3253: 1, 2181: -1, 3494: -1}
FOUR = {2312: (0, 0, 14, 46), 3253: (0, 0, 2, 57), 2181: (0, 1, 8, 46), 3494: (0, 2, 3, 59)}


def decimal_sum(terms):
    with localcontext(prec=200):
        return sum(count / Decimal(square).sqrt() for square, count in terms.items())


def truth(x, T, y, neighbors):
    """Return the label by the rule as written, to 200 digits; and the shares of all labels."""
    squares = [oracle_distance(x, T[i]) for i in neighbors]
    with localcontext(prec=200):
        if 0 in squares:
            votes = [Decimal(square == 0) for square in squares]
        else:
            votes = [(Decimal(s.denominator) / Decimal(s.numerator)).sqrt() for s in squares]
        tally = {}
        for i, vote in zip(neighbors, votes, strict=True):
            tally[y[i]] = tally.get(y[i], 0) + vote
        most = max(tally.values())
        close = {label for label, total in tally.items() if total >= most * (1 - Decimal("1e-120"))}
        shares = {label: float(total / sum(votes)) for label, total in tally.items()}
    return next(y[i] for i in neighbors if y[i] in close), shares


@given(st.dictionaries(st.integers(1, 60), st.integers(-9, 9), max_size=8))
@example({2: 1, 8: 1, 3: -1})
@example({2: 2, 8: 2, 18: -9})
@example({2: 1, 8: 2, 50: -10, 3: 4, 12: -8, 7: 0})
@example(NEAR_TIE)
def test_the_sign_of_a_sum_of_roots(terms):
    total = decimal_sum(terms)
    zero = abs(total) < Decimal("1e-150")
    assert cancels(terms) == zero
    assert sign_of_sum(terms) == (0 if zero else 1 if total > 0 else -1)
    assert sign_of_sum({square: -count for square, count in terms.items()}) == -sign_of_sum(terms)
    scaled = {square * 7**2 * 2**900: count for square, count in terms.items()}
    assert sign_of_sum(scaled) == sign_of_sum(terms)


def test_a_sum_of_roots_that_needs_many_bits():
    big = 10**40
    assert sign_of_sum({big**2: 1, big**2 + 1: -1}) == 1
    assert sign_of_sum({big**2 - 1: 1, big**2 + 1: 1, big**2: -2}) == 1  # it is convex
    assert sign_of_sum({4 * big**2: 2, big**2: -1}) == 0


@given(problems(min_d=1), st.data())
def test_the_vote_is_that_of_exact_numbers(problem, data):
    """Whatever the numbers: integers beyond 2⁵³, tiny ones, huge offsets, ties."""
    T, X = problem.T, problem.X
    n = len(T)
    k = data.draw(st.integers(1, n))
    y = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    if not len(X):
        X = T
    model = NearestNeighborClassifier(k, "distance").fit(T, y)
    if not np.isfinite(model.kneighbors(X)[0]).all():
        with pytest.raises(ValueError, match="a squared distance overflows"):
            model.predict(X)
        return
    found, shares = model.predict(X), model.predict_proba(X)
    for x, label, share, neighbors in zip(X, found, shares, k_nearest(T, X, k), strict=True):
        expected, exact = truth(x, T, y, neighbors.tolist())
        assert label == expected
        assert share == pytest.approx([exact.get(c, 0) for c in model.classes_], rel=1e-9)


EXACT_TIES = {
    "a sum in another order": ([[0.5, 0.1, 0.2], [0.2, 0.1, 0.5]], [1, 0], [0, 0, 0], 1),
    "the same, the other way round": ([[0.2, 0.1, 0.5], [0.5, 0.1, 0.2]], [0, 1], [0, 0, 0], 0),
    "2 · 0.3 is the float 0.6": ([[0.3], [0.6], [-0.6]], [1, 0, 0], [0.0], 1),
    "1/3 = 1/6 + 1/6": ([[3.0], [6], [-6]], [1, 0, 0], [0.0], 1),
    "3 · 0.1 is not the float 0.3": ([[0.1], [0.3], [-0.3], [0.3]], [1, 0, 0, 0], [0.0], 0),
    "roots of 2, 8 and 18": ([[1, 1], [2, 2], [-2, -2]], [1, 0, 0], [0, 0], 1),
    "tiny": (np.ldexp([[3.0], [6], [-6]], -1070), [1, 0, 0], [0.0], 1),
    "a near-tie": (list(FOUR.values()), [1, 1, 0, 0], [0, 0, 0, 0], 0),
    "nanoseconds": (2**60 + np.array([[3], [6], [-6]]), [1, 0, 0], [2**60], 1),
    "and one more": (2**60 + np.array([[4], [6], [-6]]), [1, 0, 0], [2**60], 0),
    "unsigned": (2**63 + np.array([[3], [7], [12]], np.uint64), [1, 0, 0], [2**63 + 0], 1),
}


@pytest.mark.parametrize(("T", "y", "x", "label"), EXACT_TIES.values(), ids=EXACT_TIES)
def test_a_tie_of_votes_is_one_of_exact_numbers(T, y, x, label):
    T = np.asarray(T)
    X = np.array([x], T.dtype)
    neighbors = k_nearest(T, X, len(T))[0].tolist()
    assert truth(X[0], T, y, neighbors)[0] == label  # it is what the case says
    for method in ("exact", "direct", "expanded"):
        if method == "expanded" and np.abs(T).max() > 2**30:
            continue  # which finds other neighbors there
        model = NearestNeighborClassifier(len(T), "distance", method=method).fit(T, y)
        if np.array_equal(model.kneighbors(X)[1][0], neighbors):
            assert model.predict(X).tolist() == [label]
    single = NearestNeighborClassifier(len(T), "distance").fit(T, y)
    assert single.predict(np.repeat(X, 3, axis=0)).tolist() == [label] * 3


def test_the_near_tie_is_what_it_is_said_to_be():
    assert [sum(v * v for v in row) for row in FOUR.values()] == list(FOUR)
    assert -3e-16 < decimal_sum(NEAR_TIE) < 0


def test_distances_whose_squares_underflow_are_not_zero():
    T = 1e-170 * np.array([[1], [2], [3]])
    model = NearestNeighborClassifier(3, "distance").fit(T, [0, 1, 2])
    assert model.predict_proba([[0.0]])[0] == pytest.approx([6 / 11, 3 / 11, 2 / 11])
    regressor = NearestNeighborRegressor(3, "distance").fit(T, [11.0, 22, 33])
    assert regressor.predict([[0.0]]) == pytest.approx([6 + 6 + 6])
    # One far away and one near: their squares have no common scale.
    far = NearestNeighborClassifier(3, "distance").fit([[1e150], [1e-200], [-4e-200]], [0, 1, 2])
    assert far.predict_proba([[0.0]])[0] == pytest.approx([0, 0.8, 0.2])
    votes, exact = distance_votes(
        np.zeros((1, 1)), far._training.rows, np.array([[1, 2, 0]]), np.array([[0, 0, 1e300]])
    )
    assert votes[0] == pytest.approx([1, 0.25, 0], abs=1e-300)
    assert not exact[0]


@pytest.mark.parametrize("method", ["direct", "expanded"])
def test_votes_of_float32_are_not_rounded_to_it(method):
    T = np.array([[1e-30], [2e-30], [3e-30], [1e30]], np.float32)
    model = NearestNeighborClassifier(2, "distance", method=method).fit(T[:3], [0, 1, 2])
    shares = model.predict_proba(np.zeros((1, 1), np.float32))[0]
    assert shares == pytest.approx([2 / 3, 1 / 3, 0], rel=1e-6)


def test_integers_of_two_types_are_subtracted_exactly():
    T = np.array([[2**63 + 4], [2**63 + 8]], np.uint64)
    X = np.array([[2**62]], np.int64)
    votes, exact = distance_votes(X, T, np.array([[0, 1]]), np.full((1, 2), np.nan))
    assert conversion_error(X, T) > 0
    assert votes[0] == pytest.approx([1, 1], rel=1e-15)
    assert not exact[0]
    votes, exact = distance_votes(
        np.array([[2**62]], np.uint64),
        np.array([[2**62], [3]]),
        np.array([[0, 1]]),
        np.zeros((1, 2)),
    )
    assert votes.tolist() == [[1, 0]]
    assert exact[0]


@given(problems(min_d=1))
def test_exact_squares_are_those_of_fractions(problem):
    T = np.concatenate([problem.T] * (1 + MANY // len(problem.T)))
    for x in problem.X[:3]:
        for rows in (problem.T, T):
            found = exact_squares(x, rows)
            expected = [oracle_distance(x, t) for t in rows]
            top = max(expected)
            factor = Fraction(max(found)) / top if top else 1
            assert [Fraction(square) for square in found] == [factor * e for e in expected]
            assert factor.numerator.bit_count() == factor.denominator.bit_count() == 1


def test_many_different_squares_are_found_in_digits():
    rows = np.random.default_rng(0).random((3 * MANY, 3))
    found = exact_squares(np.zeros(3), rows)
    expected = [oracle_distance(np.zeros(3), t) for t in rows]
    assert len({Fraction(a) / b for a, b in zip(found, expected, strict=True)}) == 1


@given(problems(min_d=1, families=("signed integers", "lattice", "iris-like")), st.data())
def test_float_votes_keep_to_the_margin(problem, data):
    k = data.draw(st.integers(1, len(problem.T)))
    for x, neighbors in zip(problem.X, k_nearest(problem.T, problem.X, k), strict=True):
        squares = [oracle_distance(x, problem.T[i]) for i in neighbors]
        computed = np.array([[float(s) for s in squares]])
        votes, exact = distance_votes(x[None], problem.T, neighbors[None], computed)
        if exact[0]:
            assert votes[0].tolist() == [s == 0 for s in squares]
            continue
        least = min(squares)
        relative = [
            float(Fraction(v) ** 2 * s / least) ** 0.5
            for v, s in zip(votes[0], squares, strict=True)
        ]
        bound = margin(problem.T.shape[1], k)
        assert max(relative) - min(relative) <= bound


def test_only_labels_that_are_close_are_counted():
    rows, codes = np.array([[1.0], [2], [-2], [4]]), np.array([0, 1, 1, 2])
    assert leaders(np.zeros(1), rows, codes, np.array([0, 1])).tolist() == [True, True, True, False]
    assert leaders(np.zeros(1), rows, codes, np.array([2])).tolist() == [False, False, False, True]
