"""The search by inner product and cosine: against fractions, in every way to ask."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from row_files import Reader
from strategies import MAKERS, Problem, oracle_k_similar, problems, smallest_limit

from nnlib import inner, k_nearest, nearest, predict_1nn, similarity
from nnlib.inner import SIMILARITIES


def directed(points):
    """Return the points without those that have no direction."""
    return points[points.any(axis=1)]


@example(
    Problem(np.array([[1.0, 1e-16], [3.0, 3e-16], [1.0, 0.0]]), np.array([[1.0, 0]])),
    "cosine",
    1,
    0,
)
@example(
    Problem(np.array([[0.1, 0.2], [0.2, 0.4], [0.3, 0.6]]), np.array([[1.0, 0]])), "cosine", 2, 0
)
@example(Problem(np.array([[2**62 + 1], [2**62]]), np.array([[2**62]])), "ip", 1, 0)
@example(Problem(np.array([[1.7e308], [5e-324]]), np.array([[1.7e308], [-1.7e308]])), "ip", 1, 0)
@given(problems(), st.sampled_from(SIMILARITIES), st.integers(0, 8), st.integers(0, 4000))
def test_it_is_the_truth_under_any_memory_limit(problem, metric, k, more):
    T, X = problem.T, problem.X
    if metric == "cosine":
        T, X = directed(T), directed(X)
    if not len(T):
        return
    k = 1 + k % len(T)
    truth = oracle_k_similar(T, X, k, metric)
    limit = smallest_limit(Problem(T, X), k, "exact") + more
    for options in ({}, {"memory_limit": limit}, {"algorithm": "brute"}):
        distances, indices = k_nearest(T, X, k, metric=metric, return_distance=True, **options)
        assert indices.dtype == np.intp
        assert np.array_equal(indices, truth)
        assert distances.dtype == np.float64
    assert np.array_equal(k_nearest(Reader(T), X, k, metric=metric), truth)
    found = k_nearest(Reader(T), X, k, metric=metric, memory_limit=2**13 * len(T) * k)
    assert np.array_equal(found, truth)
    assert np.array_equal(nearest(T, X, metric=metric), truth[:, 0])
    if len(T) > 1:
        k = min(k, len(T) - 1)
        order = oracle_k_similar(T, T, len(T), metric)
        others = [[i for i in row.tolist() if i != q][:k] for q, row in enumerate(order)]
        assert k_nearest(T, T, k, metric=metric, exclude_self=True).tolist() == others


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("metric", SIMILARITIES)
def test_the_filter_finds_what_products_find(metric, maker, monkeypatch):
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, 900, 5), MAKERS[maker](rng, 30, 5)
    T[7], X[3] = T[700], T[9]
    if metric == "cosine":
        T, X = directed(T), directed(X)
    if maker in ("random", "single"):
        T[400] *= 1000
        T[13] *= 1e-30
    for k in (1, 4):
        monkeypatch.setattr(similarity, "SMALL_WORK", 2**60)
        expected = k_nearest(T, X, k, metric=metric, return_distance=True)
        monkeypatch.setattr(similarity, "SMALL_WORK", 0)
        for limit in (2**26, 2**19):
            found = k_nearest(T, X, k, metric=metric, return_distance=True, memory_limit=limit)
            for ours, theirs in zip(found, expected, strict=True):
                assert np.array_equal(ours, theirs)
        assert np.array_equal(expected[1][:2], oracle_k_similar(T, X[:2], k, metric))


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_a_row_too_far_out_for_the_filter_is_a_candidate(metric, monkeypatch):
    monkeypatch.setattr(similarity, "SMALL_WORK", 0)
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((600, 3)), rng.standard_normal((40, 3))
    T[17] *= 2.0**100
    T[18] *= 2.0**900
    T[19] *= 2.0**-900
    X[5] *= 2.0**1000
    X[6] *= 2.0**-1000
    found = k_nearest(T, X, 3, metric=metric)
    assert np.array_equal(found, oracle_k_similar(T, X, 3, metric))


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_distances_are_minus_the_product_and_one_minus_the_cosine(metric):
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((70, 4)), rng.standard_normal((9, 4))
    value = -X @ T.T
    if metric == "cosine":
        lengths = np.linalg.norm(X, axis=1)[:, None] * np.linalg.norm(T, axis=1)
        value = 1 + value / lengths
    distances, indices = k_nearest(T, X, 5, metric=metric, return_distance=True)
    assert np.array_equal(indices, np.argsort(value, axis=1)[:, :5])
    assert np.allclose(distances, np.sort(value, axis=1)[:, :5], rtol=1e-12, atol=1e-15)
    labels = np.arange(70) % 7
    assert np.array_equal(predict_1nn(T, labels, X, metric=metric), labels[indices[:, 0]])


def test_a_small_angle_is_not_lost_in_one():
    distances, _ = k_nearest([[1.0, 1e-9]], [[1.0, 0.0]], 1, metric="cosine", return_distance=True)
    assert distances[0, 0] == pytest.approx(5e-19)


def test_what_has_no_direction_is_named():
    T, zero = np.eye(3), np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"X_train: row 3 is zero and has no direction.*'cosine'"):
        k_nearest(np.concatenate([T, zero]), T, 1, metric="cosine")
    with pytest.raises(ValueError, match="X_test: row 0 is zero"):
        k_nearest(T, zero, 1, metric="cosine")
    limit = 2000
    rows = np.ones((300, 3))
    rows[299] = 0
    with pytest.raises(ValueError, match="X_train: row 299 is zero"):
        k_nearest(Reader(rows), T, 1, metric="cosine", memory_limit=limit)
    queries = np.ones((2000, 3))
    queries[1990] = 0
    with pytest.raises(ValueError, match="X_test: row 1990 is zero"):
        k_nearest(Reader(rows[:9]), queries, 1, metric="cosine", memory_limit=limit)
    assert k_nearest(zero, T, 1, metric="ip").tolist() == [[0]] * 3


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_what_another_metric_does_not_do_is_refused(metric):
    T = np.eye(3)
    for method in ("expanded", "direct"):
        with pytest.raises(ValueError, match=f"metric='{metric}' needs method='exact'"):
            k_nearest(T, T, 1, metric=metric, method=method)
    with pytest.raises(ValueError, match="algorithm='tree' needs metric='sqeuclidean'"):
        k_nearest(T, T, 1, metric=metric, algorithm="tree")
    with pytest.raises(ValueError, match=r"metric must be one of 'sqeuclidean', 'ip', 'cosine'"):
        k_nearest(T, T, 1, metric="dot")


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_rows_far_below_the_largest_are_told_apart(metric):
    """The squares of such a row underflow where the row itself does not."""
    rng = np.random.default_rng(4)
    for _ in range(40):
        x, a = rng.normal(size=(2, 8))
        product = sum(
            Fraction(u) * Fraction(v) for u, v in zip(x.tolist(), a.tolist(), strict=True)
        )
        a = a if product > 0 else -a
        b = a.copy()
        b[0] = np.nextafter(a[0], 9 * np.sign(x[0]))
        T = np.array([-x, a * 2.0**-600, b * 2.0**-600])
        expected = oracle_k_similar(T, x[None], 1, metric)
        assert np.array_equal(k_nearest(T, x[None], 1, metric=metric), expected)


@pytest.mark.parametrize("metric", SIMILARITIES)
def test_no_ratio_is_made_of_a_product_without_a_term(metric, monkeypatch):
    rng = np.random.default_rng(0)
    T = np.where(rng.random((300, 30)) < 0.1, rng.random((300, 30)), 0)
    T[:, 0] += ~T.any(axis=1)
    T[:, -1] = 0
    T[:2, -1] = 0.3, 0.2
    x = np.eye(30)[-1:]
    asked = []
    true_rank = inner.true_rank
    monkeypatch.setattr(inner, "true_rank", lambda *a: asked.append(a) or true_rank(*a))
    assert set(k_nearest(T, x, 2, metric=metric)[0].tolist()) == {0, 1}
    assert k_nearest(T, x, 300, metric=metric)[0, 2:].tolist() == list(range(2, 300))
    assert len(asked) <= 4
