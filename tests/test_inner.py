"""The order by inner product and cosine: values within their errors, and ties of true numbers."""

from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import oracle_k_similar, oracle_similarity, problems

from nnlib import inner
from nnlib.inner import (
    SIMILARITIES,
    by_true_rank,
    in_bits,
    pair_values,
    ratios,
    scaled,
    settled_similar,
    true_rank,
)
from nnlib.problem import Problem


def without_zeros(points, metric):
    """Return the points that have a direction, or all of them where none is needed."""
    return points if metric == "ip" else points[points.any(axis=1)]


def all_pairs(T, X):
    return np.repeat(np.arange(len(X)), len(T)), np.tile(np.arange(len(T)), len(X))


@given(problems(min_d=1), st.sampled_from(SIMILARITIES))
def test_computed_values_are_within_their_errors(problem, metric):
    """Of one query: up to a power of two for products, up to ‖x‖ for cosines."""
    T, X = (without_zeros(side, metric) for side in (problem.T, problem.X))
    for x in X:
        value, slack, _ = pair_values(Problem(T, x[None], 1, 0), *all_pairs(T, x[None]), metric)
        assert np.isfinite(value).all()
        assert np.isfinite(slack).all()
        if metric == "ip":
            powers = int(scaled(T)[1].max(initial=-5000)) + int(scaled(x[None])[1][0])
            true = [oracle_similarity(x, t, "ip") / Fraction(2) ** powers for t in T]
            for v, e, exact in zip(value.tolist(), slack.tolist(), true, strict=True):
                assert abs(Fraction(v) - exact) <= Fraction(e)
        else:
            norm = sum(Fraction(v) ** 2 for v in x.tolist())
            for v, e, t in zip(value.tolist(), slack.tolist(), T, strict=True):
                square = oracle_similarity(x, t, "cosine") / norm  # of the cosine, with its sign
                low, high = Fraction(v) - Fraction(e), Fraction(v) + Fraction(e)
                assert low * abs(low) <= square <= high * abs(high)


@given(problems(min_d=1), st.sampled_from(SIMILARITIES), st.integers(0, 8))
def test_pairs_are_settled_by_true_values(problem, metric, k):
    T, X = (without_zeros(side, metric) for side in (problem.T, problem.X))
    if not len(T):
        return
    k = 1 + k % len(T)
    asked = Problem(T, X, k, 0).examined()
    distances, indices = settled_similar(asked, *all_pairs(T, X), metric)
    assert np.array_equal(indices, oracle_k_similar(T, X, k, metric))
    assert distances.shape == indices.shape
    assert not np.isnan(distances).any()


def test_the_rank_of_a_cosine_does_not_see_lengths():
    x, t = np.array([0.1, 0.7]), np.array([0.3, -0.2])
    for factor in (2.0, 0.5, 2.0**600):
        assert true_rank(ratios(x), ratios(t * factor), "cosine") == true_rank(
            ratios(x), ratios(t), "cosine"
        )
    assert true_rank(ratios(x), ratios(-t), "cosine") == -true_rank(ratios(x), ratios(t), "cosine")


@pytest.mark.parametrize("metric", SIMILARITIES)
@given(problems(min_d=1), st.data())
def test_short_numbers_have_the_rank_of_all_others(metric, problem, data):
    """Whichever rows go to NumPy's integers, and which to Python's."""
    T, X = (without_zeros(side, metric) for side in (problem.T, problem.X))
    bits = st.sampled_from([0, 1, 4, 29])
    for x in X[: len(T)]:
        with mock.patch.object(inner, "in_bits", lambda t, _: in_bits(t, data.draw(bits))):
            found = by_true_rank(x, T, np.arange(len(T)), np.arange(len(T)), metric)
        ranks = [-true_rank(ratios(x), ratios(t), metric) for t in T]
        assert found.tolist() == sorted(range(len(T)), key=ranks.__getitem__)


def test_integers_of_few_bits():
    points = np.array([[0.75, -6.0], [0.0, 0.0], [5e-324, 1.0], [2.0**1000, 3 * 2.0**1001]])
    whole, power, fits = in_bits(points, 5)
    assert fits.tolist() == [True, True, False, True]
    assert whole[fits].tolist() == [[3, -24], [0, 0], [1, 6]]
    assert power[fits].tolist() == [-2, 0, 1000]
    assert in_bits(np.array([[2**60], [2**60 + 1], [2**52]]), 29)[2].tolist() == [0, 0, 1]
    assert in_bits(np.array([[2**31 - 1], [2**31 + 1]]), 31)[2].tolist() == [True, False]


def test_masses_of_ties_cost_no_fractions(monkeypatch):
    monkeypatch.setattr(inner, "true_rank", None)
    rng = np.random.default_rng(0)
    T = rng.integers(1, 3, (2000, 5)) * rng.integers(1, 60, (2000, 1)) * 0.25
    x = np.array([[1.0, 2.0, 3.0, 1.0, 1.0]])
    asked = Problem(T, x, 500, 0).examined()
    _, found = settled_similar(asked, *all_pairs(T, x), "cosine")
    monkeypatch.undo()
    assert np.array_equal(found, oracle_k_similar(T, x, 500, "cosine"))


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_ranks_that_were_forgotten_are_found_again(metric, monkeypatch):
    rng = np.random.default_rng(0)
    T, x = rng.integers(1, 9, (200, 3)) * 0.5, np.array([1.0, 2.0, 0.5])
    every = np.arange(len(T))
    expected = by_true_rank(x, T, every, every, metric)
    monkeypatch.setattr(inner, "KNOWN", 3)
    assert np.array_equal(by_true_rank(x, T, every, every, metric), expected)
    ranks = [-true_rank(ratios(x), ratios(t), metric) for t in T]
    assert expected.tolist() == sorted(range(len(T)), key=ranks.__getitem__)


def test_nothing_is_settled_where_nothing_is_close(monkeypatch):
    monkeypatch.setattr(inner, "true_rank", None)
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((50, 3)), rng.standard_normal((9, 3))
    for metric in SIMILARITIES:
        settled_similar(Problem(T, X, 3, 0).examined(), *all_pairs(T, X), metric)
    whole = rng.integers(0, 3, (50, 3))  # ties abound, but no product rounds
    settled_similar(Problem(whole, whole, 3, 0).examined(), *all_pairs(whole, whole), "ip")
    with pytest.raises(TypeError, match="not callable"):
        settled_similar(Problem(whole * 0.1, X, 50, 0), *all_pairs(whole, X), "ip")
