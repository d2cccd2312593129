"""The estimators: votes, ties, distances, and everything scikit-learn asks of an estimator."""

import pickle
from fractions import Fraction
from unittest import mock

import dask.array
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from row_files import NULL
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks
from strategies import oracle_k_nearest, oracle_k_similar, problems

from nnlib import (
    NearestNeighborClassifier,
    NearestNeighborRegressor,
    k_nearest,
    partition,
    predict_1nn,
    radius_neighbors,
    shortlist,
    squared_distances,
    training,
)
from nnlib.classifier import normalized
from nnlib.request import METHODS
from nnlib.validation import as_rows

IRIS = load_iris()
DIGITS = load_digits()
BOTH = (NearestNeighborClassifier, NearestNeighborRegressor)
RNG = np.random.default_rng(0)
CLOUD, CLOUD_LABELS = RNG.standard_normal((120, 4)), RNG.integers(0, 9, 120) % 5 // 2
QUERIES = RNG.standard_normal((80, 4))

SETTINGS = [
    {},
    {"n_neighbors": 3, "weights": "distance"},
    {"n_neighbors": 5, "method": "expanded", "weights": "distance"},
    {"method": "direct", "memory_limit": 2**16},
]
# scikit-learn's checks hold zero rows, which "cosine" refuses, and ask that `predict` be the
# first maximum of `predict_proba`, which it is not where a vote is tied.
CHECKED = [estimator(**setting) for estimator in BOTH for setting in SETTINGS]
SETTINGS += [
    {"n_neighbors": 3, "metric": "cosine"},
    {"n_neighbors": 2, "metric": "cosine", "method": "expanded", "weights": "distance"},
    {"n_neighbors": 4},
]


# --- scikit-learn's own checks ----------------------------------------------------------------


@parametrize_with_checks(CHECKED)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", CHECKED, ids=str)
def test_no_scikit_learn_check_was_skipped(estimator):
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    assert len(results) > 40
    assert {r["check_name"]: r["status"] for r in results if r["status"] != "passed"} == {}


def test_kind_and_tags():
    assert is_classifier(NearestNeighborClassifier())
    assert is_regressor(NearestNeighborRegressor())
    assert NearestNeighborRegressor().__sklearn_tags__().target_tags.multi_output
    assert not NearestNeighborClassifier().__sklearn_tags__().target_tags.multi_output


# --- votes ------------------------------------------------------------------------------------


def vote(labels, neighbors, votes):
    """Return the winner by the rule as written: most votes, then whose nearest comes first."""
    tally = {}
    for i, v in zip(neighbors, votes, strict=True):
        tally[labels[i]] = tally.get(labels[i], 0) + v
    return next(labels[i] for i in neighbors if tally[labels[i]] == max(tally.values())), tally


@given(problems(min_d=1, families=("signed integers", "lattice", "iris-like")), st.data())
def test_uniform_vote(problem, data):
    n = len(problem.T)
    k = data.draw(st.integers(1, n))
    labels = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    X = problem.X if len(problem.X) else problem.T
    model = NearestNeighborClassifier(n_neighbors=k).fit(problem.T, labels)
    shares = model.predict_proba(X)
    assert shares.shape == (len(X), len(set(labels)))
    for x, neighbors, share in zip(
        model.predict(X), oracle_k_nearest(problem.T, X, k).tolist(), shares, strict=True
    ):
        winner, tally = vote(labels, neighbors, [1] * k)
        assert x == winner
        assert share == pytest.approx([tally.get(c, 0) / k for c in model.classes_])


@given(st.data())
def test_distance_vote(data):
    """On a line the distances are integers: votes can be added as fractions."""
    n = data.draw(st.integers(1, 9))
    k = data.draw(st.integers(1, n))
    T = data.draw(st.lists(st.sampled_from([0, 1, 2, 4, 8]), min_size=n, max_size=n))
    labels = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    x = data.draw(st.sampled_from([0, 1, 16]))
    column = np.array(T)[:, None]
    model = NearestNeighborClassifier(n_neighbors=k, weights="distance").fit(column, labels)
    neighbors = oracle_k_nearest(column, np.array([[x]]), k)[0].tolist()
    distances = [abs(T[i] - x) for i in neighbors]
    if 0 in distances:
        votes = [Fraction(distance == 0) for distance in distances]
    else:
        votes = [Fraction(1, distance) for distance in distances]
    winner, tally = vote(labels, neighbors, votes)
    total = sum(votes)
    shares = [float(tally.get(c, 0) / total) for c in model.classes_]
    assert model.predict_proba([[x]])[0] == pytest.approx(shares)
    assert model.predict([[x]])[0] == winner


@given(problems(min_d=1, families=("signed integers", "lattice", "iris-like")), st.data())
def test_uniform_mean(problem, data):
    n = len(problem.T)
    k = data.draw(st.integers(1, n))
    y = data.draw(st.lists(st.integers(-9, 9), min_size=n, max_size=n))
    X = problem.X if len(problem.X) else problem.T
    predicted = NearestNeighborRegressor(n_neighbors=k).fit(problem.T, y).predict(X)
    for value, neighbors in zip(predicted, oracle_k_nearest(problem.T, X, k), strict=True):
        assert value == pytest.approx(float(Fraction(sum(y[i] for i in neighbors), k)))
        assert min(y) - 1e-9 <= value <= max(y) + 1e-9


@given(
    problems(min_d=1, families=("signed integers",)),
    st.sampled_from(METHODS),
    st.sampled_from(["uniform", "distance"]),
    st.data(),
)
def test_moving_turning_and_doubling_change_no_prediction(problem, method, weights, data):
    """On small integers a translation, a signed permutation of the features and a power of two
    are exact, and multiply all squared distances by one power of four."""
    n, d = problem.T.shape
    k = data.draw(st.integers(1, n))
    y = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    order = data.draw(st.permutations(range(d)))
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=d, max_size=d))
    shift = data.draw(st.lists(st.integers(-50, 50), min_size=d, max_size=d))
    exponent = data.draw(st.integers(-9, 9))
    X = problem.X if len(problem.X) else problem.T

    def moved(rows):
        return np.ldexp(rows.astype(np.float64)[:, order] * signs + shift, exponent)

    for estimator in BOTH:
        model = estimator(k, weights, method=method)
        squared, indices = model.fit(problem.T, y).kneighbors(X)
        before = model.predict(X)
        moved_squared, moved_indices = model.fit(moved(problem.T), y).kneighbors(moved(X))
        assert np.array_equal(moved_indices, indices)
        assert np.array_equal(moved_squared, np.ldexp(squared.astype(np.float64), 2 * exponent))
        assert np.array_equal(model.predict(moved(X)), before)


@given(problems(min_d=1, families=("bits", "signed integers")), st.data())
def test_the_order_of_the_rows_matters_only_at_ties(problem, data):
    n = len(problem.T)
    k = data.draw(st.integers(1, n))
    y = np.array(data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n)))
    order = np.array(data.draw(st.permutations(range(n))))
    X = problem.X if len(problem.X) else problem.T
    model = NearestNeighborClassifier(n_neighbors=k).fit(problem.T, y)
    other = NearestNeighborClassifier(n_neighbors=k).fit(problem.T[order], y[order])
    distances, indices = model.kneighbors(X)
    other_distances, other_indices = other.kneighbors(X)
    assert np.array_equal(distances, other_distances)
    ranked = np.sort(squared_distances(X, problem.T), axis=1)
    steps = np.diff(ranked, axis=1, append=np.inf)
    seated = steps[:, k - 1] > 0  # no tie for the last seat: the same rows vote
    assert np.array_equal(np.sort(indices[seated]), np.sort(order[other_indices[seated]]))
    assert np.array_equal(model.predict_proba(X)[seated], other.predict_proba(X)[seated])
    apart = (steps[:, :k] > 0).all(axis=1)  # no tie at all among them: the same order, too
    assert np.array_equal(model.predict(X)[apart], other.predict(X)[apart])


@given(problems(min_d=1, families=("bits", "signed integers")), st.data())
def test_labels_are_names_and_their_order_means_nothing(problem, data):
    n = len(problem.T)
    k = data.draw(st.integers(1, n))
    weights = data.draw(st.sampled_from(["uniform", "distance"]))
    y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    names = np.array(data.draw(st.permutations(["a", "b", "c"])))
    X = problem.X if len(problem.X) else problem.T
    codes = NearestNeighborClassifier(k, weights).fit(problem.T, y).predict(X)
    named = NearestNeighborClassifier(k, weights).fit(problem.T, names[y]).predict(X)
    assert np.array_equal(named, names[codes])


@given(problems(min_d=1, families=("bits", "signed integers", "iris-like")), st.data())
def test_two_neighbors_answer_like_one(problem, data):
    """The second agrees with the first, or ties with it and is farther."""
    n = len(problem.T)
    y = data.draw(st.lists(st.sampled_from("abc"), min_size=n, max_size=n))
    X = problem.X if len(problem.X) else problem.T
    one = NearestNeighborClassifier(1).fit(problem.T, y)
    two = NearestNeighborClassifier(min(2, n)).fit(problem.T, y)
    assert np.array_equal(one.predict(X), two.predict(X))


def test_a_tied_vote_goes_to_the_label_whose_nearest_member_comes_first():
    T, y = [[3], [1], [2], [4]], ["a", "b", "b", "a"]
    model = NearestNeighborClassifier(n_neighbors=4).fit(T, y)
    assert model.predict([[0], [5]]).tolist() == ["b", "a"]
    # Equal distances: the earlier index is the nearer one, whatever its label sorts like.
    model = NearestNeighborClassifier(n_neighbors=2).fit([[1], [-1]], ["z", "a"])
    assert model.predict([[0]]).tolist() == ["z"]
    assert model.predict_proba([[0]]).tolist() == [[0.5, 0.5]]
    # The nearest of all does not win if its label is not among the tied ones.
    model = NearestNeighborClassifier(n_neighbors=5).fit(
        [[1], [2], [3], [4], [5]], ["lone", "b", "a", "a", "b"]
    )
    assert model.predict([[0]]).tolist() == ["b"]


def test_a_zero_distance_outweighs_all_others():
    T, y = [[0.0], [1e-9], [1e-9], [0.0], [5.0]], ["a", "b", "b", "c", "b"]
    model = NearestNeighborClassifier(n_neighbors=5, weights="distance").fit(T, y)
    assert model.predict_proba([[0.0]]).tolist() == [[0.5, 0, 0.5]]
    assert model.predict([[0.0]]).tolist() == ["a"]
    regressor = NearestNeighborRegressor(n_neighbors=5, weights="distance").fit(T, range(5))
    assert regressor.predict([[0.0]]).tolist() == [1.5]


@pytest.mark.parametrize("method", METHODS)
def test_coincident_points_decide_whatever_the_method_rounds(method):
    """The expanded form rarely computes a zero for them."""
    rows = CLOUD + 3
    model = NearestNeighborRegressor(3, "distance", method=method).fit(rows, np.arange(120))
    assert model.predict(rows).tolist() == list(range(120))
    squared = model.kneighbors(rows)[0][:, 0]
    assert (squared != 0).any() == (method == "expanded")


def test_distance_votes_do_not_overflow():
    """1/‖x − t‖ of a tiny distance would be infinite; the shares are not."""
    T, y = [[3e-160], [-6e-160]], [0, 1]
    model = NearestNeighborClassifier(n_neighbors=2, weights="distance").fit(T, y)
    assert model.predict_proba([[0.0]])[0] == pytest.approx([2 / 3, 1 / 3], rel=1e-3)
    model.fit([[3e153], [-6e153]], y)
    assert model.predict_proba([[0.0]])[0] == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("estimator", BOTH)
def test_distance_votes_on_overflowing_distances_are_an_error(estimator):
    model = estimator(n_neighbors=2, weights="distance").fit([[1e300], [0], [-1e300]], [0, 1, 2])
    with pytest.raises(ValueError, match=r"squared distance overflows.*weights='distance'"):
        model.predict([[1e300]])
    assert model.set_params(weights="uniform", n_neighbors=1).predict([[1e300]]).tolist() == [0]


def test_the_expanded_form_may_give_negative_squares_but_no_nan():
    data = IRIS.data + 1e8
    model = NearestNeighborClassifier(n_neighbors=5, weights="distance", method="expanded")
    shares = model.fit(data, IRIS.target).predict_proba(data)
    assert model.kneighbors(data)[0].min() < 0
    assert np.isfinite(shares).all()
    assert np.allclose(shares.sum(axis=1), 1)


@pytest.mark.parametrize("dtype", [object, str, np.int8, bool, "M8[D]"])
def test_labels_keep_their_type(dtype):
    y = np.array(["a", "b"] if dtype in (object, str) else [0, 1]).astype(dtype)
    model = NearestNeighborClassifier().fit([[0], [1]], y)
    assert model.classes_.dtype == model.predict([[0]]).dtype == y.dtype
    assert model.predict([[0.1], [3], [0.2]]).tolist() == y[[0, 1, 0]].tolist()


# --- the same neighbors as the functions ------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [IRIS.data, DIGITS.data[:400], CLOUD])
def test_kneighbors_is_k_nearest(method, data):
    T, X = data[::2], data[1::2]
    model = NearestNeighborClassifier(n_neighbors=4, method=method).fit(T, np.arange(len(T)) % 3)
    for k in (None, 1, 7):
        distances, indices = model.kneighbors(X, n_neighbors=k)
        expected = k_nearest(T, X, k or 4, method=method, return_distance=True)
        assert np.array_equal(indices, expected[1])
        assert np.allclose(distances, expected[0], rtol=0, atol=1e-9)
        assert np.array_equal(model.kneighbors(X, k, return_distance=False), indices)
    one = NearestNeighborClassifier(method=method).fit(T, np.arange(len(T)) % 3)
    assert np.array_equal(one.predict(X), predict_1nn(T, np.arange(len(T)) % 3, X, method=method))


def test_memory_limit_changes_nothing():
    for weights in ("uniform", "distance"):
        wide = NearestNeighborClassifier(5, weights).fit(IRIS.data[::2], IRIS.target[::2])
        tight = NearestNeighborClassifier(5, weights, memory_limit=2**12)
        tight.fit(IRIS.data[::2], IRIS.target[::2])
        assert np.array_equal(wide.predict_proba(IRIS.data), tight.predict_proba(IRIS.data))


def test_large_integers_are_told_apart():
    T = np.array([[2**60], [2**60 + 1]])
    model = NearestNeighborClassifier().fit(T, ["a", "b"])
    assert model.predict(T).tolist() == ["a", "b"]


# --- against scikit-learn ---------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("metric", ["sqeuclidean", "cosine"])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("k", [1, 2, 5, 120])
def test_agreement_with_scikit_learn(k, weights, metric, method):
    """On a random cloud no two distances are equal; cosine compares as ‖x − t‖ of unit rows."""
    # scikit-learn weighs by 1/(1 − cos), this library by 1/‖x − t‖ of the normalized rows.
    unit = metric == "cosine"
    T = CLOUD / np.linalg.norm(CLOUD, axis=1)[:, None] if unit else CLOUD
    X = QUERIES / np.linalg.norm(QUERIES, axis=1)[:, None] if unit else QUERIES
    options = {"n_neighbors": k, "weights": weights}
    ours = NearestNeighborClassifier(**options, metric=metric, method=method)
    ours.fit(CLOUD, CLOUD_LABELS)
    theirs = KNeighborsClassifier(**options, algorithm="brute").fit(T, CLOUD_LABELS)
    distances, indices = ours.kneighbors(QUERIES)
    expected, expected_indices = theirs.kneighbors(X)
    assert np.array_equal(indices, expected_indices)
    assert np.allclose(distances, expected**2 / (2 if unit else 1), rtol=1e-9)
    shares = theirs.predict_proba(X)
    assert np.allclose(ours.predict_proba(QUERIES), shares)
    ranked = np.sort(shares, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 1e-9
    assert clear.any()
    assert np.array_equal(ours.predict(QUERIES)[clear], theirs.predict(X)[clear])

    y = np.column_stack([CLOUD[:, 0], CLOUD_LABELS])
    for targets in (y[:, 0], y):
        regressor = NearestNeighborRegressor(**options, metric=metric, method=method)
        peer = KNeighborsRegressor(**options, algorithm="brute").fit(T, targets)
        predicted = regressor.fit(CLOUD, targets).predict(QUERIES)
        assert predicted.shape == (80, *targets.shape[1:])
        assert np.allclose(predicted, peer.predict(X))


def test_cosine_neighbors_are_scikit_learns():
    ours = NearestNeighborClassifier(7, metric="cosine").fit(CLOUD, CLOUD_LABELS)
    theirs = KNeighborsClassifier(7, metric="cosine").fit(CLOUD, CLOUD_LABELS)
    distances, indices = ours.kneighbors(QUERIES)
    expected, expected_indices = theirs.kneighbors(QUERIES)
    assert np.array_equal(indices, expected_indices)
    assert np.allclose(distances, expected)


def test_scores_on_real_data():
    iris = cross_val_score(NearestNeighborClassifier(5), IRIS.data, IRIS.target)
    assert iris.mean() > 0.95
    model = NearestNeighborClassifier().fit(DIGITS.data[:1000], DIGITS.target[:1000])
    assert model.score(DIGITS.data[1000:], DIGITS.target[1000:]) > 0.95
    data, y = load_diabetes(return_X_y=True)
    assert cross_val_score(NearestNeighborRegressor(10, "distance"), data, y).mean() > 0.3


# --- cosine -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("exponent", [-1070, -600, -140, -100, 0, 100, 120, 500, 1020])
def test_normalized_at_any_scale(dtype, exponent):
    if dtype is np.float32 and abs(exponent) > 140:
        exponent = 120
    rows = np.ldexp(np.array([[1, 1], [-2, 0], [0, 4]], dtype), exponent).astype(dtype)
    unit = normalized(rows, "X")
    assert unit.dtype == dtype
    root = 0.5**0.5
    assert np.allclose(unit, [[root, root], [-1, 0], [0, 1]], rtol=1e-6)


def test_normalized_small_types():
    for dtype in (np.uint8, np.int8, np.float16, np.int64, bool):
        unit = normalized(np.array([[1, 0], [1, 1]], dtype), "X")
        assert unit.dtype == np.float64
        assert np.allclose((unit**2).sum(axis=1), 1)
    lowest = normalized(np.array([[-(2**63), 0], [-(2**63), 2**62]]), "X")
    assert np.allclose(lowest, [[-1, 0], [-2 / 5**0.5, 1 / 5**0.5]])
    assert np.allclose(normalized(np.int8([[-128, 0]]), "X"), [[-1, 0]])
    many = normalized(np.ones((1, 100_000), np.float16), "X")
    assert np.allclose(many, 100_000**-0.5)


def test_cosine_does_not_see_lengths():
    lengths = 10.0 ** np.arange(-150, 150, 300 / len(CLOUD))[:, None]
    model = NearestNeighborClassifier(3, metric="cosine").fit(CLOUD * lengths, CLOUD_LABELS)
    plain = NearestNeighborClassifier(3, metric="cosine").fit(CLOUD, CLOUD_LABELS)
    for scale in (1e-300, 1, 1e300):
        assert np.array_equal(model.kneighbors(QUERIES * scale)[1], plain.kneighbors(QUERIES)[1])
    distances, _ = plain.kneighbors([[1, 0, 0, 0]], n_neighbors=120)
    cosines = CLOUD[:, 0] / np.linalg.norm(CLOUD, axis=1)
    assert np.allclose(distances[0], np.sort(1 - cosines))


@given(
    arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.integers(-9, 9)),
    st.data(),
)
def test_whole_multiples_of_a_row_are_normalized_to_the_same_bits(rows, data):
    """a/s and (ma)/(ms) are one rational number, and division rounds correctly."""
    rows[~rows.any(axis=1), 0] = 1
    multiples = data.draw(arrays(np.int64, len(rows), elements=st.integers(1, 1000)))
    exponents = data.draw(arrays(np.int64, len(rows), elements=st.integers(-300, 300)))
    unit = normalized(rows, "X")
    assert np.array_equal(normalized(rows * multiples[:, None], "X"), unit)
    scaled = np.ldexp(rows.astype(np.float64), exponents[:, None])
    assert np.array_equal(normalized(scaled, "X"), unit)
    assert np.array_equal(normalized(-rows, "X"), -unit)
    model = NearestNeighborClassifier(metric="cosine")
    found = model.fit(rows, range(len(rows))).predict(rows)
    model.fit(rows * multiples[:, None], range(len(rows)))
    assert np.array_equal(model.predict(scaled), found)


@pytest.mark.parametrize("estimator", BOTH)
def test_cosine_refuses_a_zero_row(estimator):
    model = estimator(metric="cosine")
    with pytest.raises(ValueError, match=r"^X: row 1 is zero and has no direction.*'cosine'"):
        model.fit([[1, 2], [0, 0], [0, 0]], [0, 1, 1])
    model.fit([[1, 2], [2, 1]], [0, 1])
    with pytest.raises(ValueError, match=r"^X: row 2 is zero and has no direction"):
        model.predict([[1, 2], [3, 4], [0, 0]])


# --- the training rows without themselves -----------------------------------------------------


@pytest.mark.parametrize("metric", ["sqeuclidean", "cosine"])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("method", METHODS)
def test_without_queries_it_is_leave_one_out(method, weights, metric):
    """As if the rows were asked one by one, each of an estimator that was fitted to the others."""
    rows, labels = IRIS.data[::4] * 10, IRIS.target[::4]  # whole numbers, and two equal rows
    rows[5] = rows[3]
    options = {"method": method, "weights": weights, "metric": metric}
    for k in (1, 4):
        model = NearestNeighborClassifier(k, **options).fit(rows, labels)
        regressor = NearestNeighborRegressor(k, **options).fit(rows, labels)
        distances, indices = model.kneighbors()
        predicted, shares, means = model.predict(None), model.predict_proba(), regressor.predict()
        for q in range(len(rows)):
            others = np.delete(np.arange(len(rows)), q)
            one = NearestNeighborClassifier(k, **options).fit(rows[others], labels[others])
            near, found = one.kneighbors(rows[[q]])
            if metric == "sqeuclidean":
                assert others[found[0]].tolist() == indices[q].tolist()
                assert one.predict(rows[[q]])[0] == predicted[q]
            assert near[0] == pytest.approx(distances[q], abs=1e-9)
            whole = np.zeros(len(model.classes_))
            whole[np.isin(model.classes_, one.classes_)] = one.predict_proba(rows[[q]])[0]
            if metric == "sqeuclidean":
                assert whole == pytest.approx(shares[q])
                mean = NearestNeighborRegressor(k, **options).fit(rows[others], labels[others])
                assert mean.predict(rows[[q]])[0] == pytest.approx(means[q])
        assert model.score(None, labels) == np.mean(predicted == labels)


@pytest.mark.parametrize("estimator", BOTH)
def test_leave_one_out_needs_another_row(estimator):
    with pytest.raises(NotFittedError):
        estimator().score(None, [1, 2])
    model = estimator(2).fit([[0], [1]], [0, 1])
    with pytest.raises(
        ValueError, match=r"between 1 and 1 \(n_samples = 2, without the row itself"
    ):
        model.predict()
    assert model.kneighbors(n_neighbors=1, return_distance=False).tolist() == [[1], [0]]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.set_params(n_neighbors=1).score(None, [1, 2, 3])


@pytest.mark.parametrize("estimator", BOTH)
def test_rows_within_a_radius(estimator):
    model = estimator().fit(IRIS.data, IRIS.target)
    found = model.radius_neighbors(IRIS.data[:9], 0.5)
    expected = radius_neighbors(IRIS.data, IRIS.data[:9], 0.5, return_distance=True)
    for ours, theirs in zip(found, expected, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    own = model.radius_neighbors(radius=0.5, return_distance=False)
    expected = radius_neighbors(IRIS.data, IRIS.data, 0.5, exclude_self=True)
    assert all(np.array_equal(a, b) for a, b in zip(own, expected, strict=True))
    with pytest.raises(ValueError, match="radius must not be negative"):
        model.radius_neighbors(IRIS.data, -1)
    for options in ({"method": "direct"}, {"metric": "cosine"}):
        other = estimator(**options).fit(IRIS.data, IRIS.target)
        with pytest.raises(ValueError, match="needs method='exact' and a fit with metric='sqeucl"):
            other.radius_neighbors(IRIS.data, 1)
    with pytest.raises(NotFittedError):
        estimator().radius_neighbors(IRIS.data, 1)


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize("metric", ["ip", "cosine"])
def test_another_metric_is_exact_on_the_given_rows(estimator, metric):
    """Multiples of a row are tied under the cosine, which no normalized copy of them shows."""
    rows = np.array([[1, 3], [0.1, 0.3], [0.7, 2.1], [1, 3 + 2.0**-51], [5, 1]])
    model = estimator(4, metric=metric).fit(rows, range(5))
    distances, indices = model.kneighbors([[0.1, 0.3]])
    assert np.array_equal(indices, oracle_k_similar(rows, np.array([[0.1, 0.3]]), 4, metric))
    again = k_nearest(rows, [[0.1, 0.3]], 4, metric=metric, return_distance=True)
    assert np.array_equal(distances, again[0])
    others = k_nearest(rows, rows, 2, metric=metric, exclude_self=True)
    assert np.array_equal(model.kneighbors(None, 2, return_distance=False), others)
    with pytest.raises(ValueError, match="algorithm='tree' needs metric='sqeuclidean'"):
        estimator(metric=metric, algorithm="tree").fit(rows, range(5))
    with pytest.raises(ValueError, match="needs method='exact' and a fit with metric='sqeucl"):
        model.radius_neighbors(rows)


def test_products_are_no_weights():
    with pytest.raises(ValueError, match="weights='distance' needs a metric with distances"):
        NearestNeighborClassifier(metric="ip", weights="distance").fit([[1.0]], [0])
    with pytest.raises(ValueError, match="metric='ip' needs method='exact'"):
        NearestNeighborClassifier(metric="ip", method="direct").fit([[1.0]], [0])
    model = NearestNeighborClassifier(metric="ip").fit([[1.0], [-1.0]], [0, 1])
    assert model.predict([[2.0], [-3.0]]).tolist() == [0, 1]


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize("metric", ["sqeuclidean", "ip", "cosine"])
def test_the_graph_holds_the_neighbors(estimator, metric):
    rows = IRIS.data[:40]
    model = estimator(3, metric=metric).fit(rows, IRIS.target[:40])
    for X in (None, IRIS.data[60:70]):
        distances, indices = model.kneighbors(X, 4)
        for mode, edges in (("connectivity", np.ones(indices.shape)), ("distance", distances)):
            graph = model.kneighbors_graph(X, 4, mode)
            assert graph.shape == (len(indices), 40)
            assert scipy.sparse.issparse(graph)
            assert np.array_equal(graph.indices.reshape(indices.shape), indices)
            assert np.array_equal(graph.data.reshape(indices.shape), edges)
    assert model.kneighbors_graph().nnz == 120
    with pytest.raises(ValueError, match="mode must be one of 'connectivity', 'distance'"):
        model.kneighbors_graph(mode="weights")


def test_the_graph_is_scikit_learns():
    ours = NearestNeighborClassifier(5).fit(CLOUD, CLOUD_LABELS)
    theirs = KNeighborsClassifier(5).fit(CLOUD, CLOUD_LABELS)
    for X in (None, QUERIES):
        found, expected = ours.kneighbors_graph(X), theirs.kneighbors_graph(X)
        assert (found != expected).nnz == 0


@pytest.mark.parametrize("estimator", BOTH)
def test_n_jobs_is_a_number_of_threads(estimator):
    expected = estimator(3).fit(CLOUD, CLOUD_LABELS).predict(QUERIES)
    for jobs in (None, -1, 1, 2):
        model = estimator(3, n_jobs=jobs).fit(CLOUD, CLOUD_LABELS)
        assert np.array_equal(model.predict(QUERIES), expected)
    for jobs in (0, -2, 1.5):
        with pytest.raises(ValueError, match=r"n_jobs must be .*"):
            estimator(n_jobs=jobs).fit(CLOUD, CLOUD_LABELS)


# --- as scikit-learn uses estimators ----------------------------------------------------------


@pytest.mark.parametrize(
    "model", [estimator(**setting) for estimator in BOTH for setting in SETTINGS], ids=str
)
def test_pickle_and_clone(model):
    model = clone(model).fit(IRIS.data + 1, IRIS.target)
    expected = model.predict(IRIS.data + 0.5)  # with whatever the search keeps
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(IRIS.data + 0.5), expected)
    fresh = clone(model)
    assert fresh.get_params() == model.get_params()
    assert not hasattr(fresh, "n_samples_fit_")
    assert np.array_equal(fresh.fit(IRIS.data + 1, IRIS.target).predict(IRIS.data + 0.5), expected)


def test_pipeline_and_grid_search():
    frame = pd.DataFrame(IRIS.data, columns=IRIS.feature_names)
    names = pd.Series(IRIS.target_names[IRIS.target])
    pipeline = make_pipeline(StandardScaler(), NearestNeighborClassifier())
    step = "nearestneighborclassifier__"
    grid = {
        step + "n_neighbors": [1, 5],
        step + "weights": ["uniform", "distance"],
        step + "metric": ["sqeuclidean", "cosine"],
        step + "method": list(METHODS),
    }
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(frame, names)
    assert search.best_score_ > 0.93
    assert set(search.predict(frame)) == set(names)
    model = NearestNeighborClassifier().fit(frame, names)
    assert model.feature_names_in_.tolist() == IRIS.feature_names
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[frame.columns[::-1]])


def test_a_second_fit_forgets_the_first():
    for method in METHODS:
        model = NearestNeighborClassifier(method=method).fit(IRIS.data, IRIS.target)
        model.predict(IRIS.data)
        model.fit(CLOUD[:10, :2], list("abcdefghij"))
        assert model.predict(CLOUD[:10, :2]).tolist() == list("abcdefghij")
        assert model.n_features_in_ == 2
        assert model.n_samples_fit_ == 10


@pytest.mark.parametrize("estimator", BOTH)
def test_inputs_survive_in_any_layout(estimator):
    X, y = IRIS.data[:, :3].copy(), IRIS.target.copy()
    X.flags.writeable = y.flags.writeable = False
    for setting in SETTINGS:
        model = estimator(**setting).fit(X, y)
        expected = model.predict(X)
        for same in (np.asfortranarray(X), X[::-1][::-1], X.tolist()):
            assert np.array_equal(estimator(**setting).fit(same, y).predict(same), expected)
    assert np.array_equal(X, IRIS.data[:, :3])


@pytest.mark.parametrize("estimator", BOTH)
def test_one_training_row(estimator):
    model = estimator(weights="distance").fit([[3.0, 4.0]], [7])
    assert model.predict([[0, 0], [3, 4]]).tolist() == [7, 7]


def test_regressor_targets():
    T = [[0], [1], [5]]
    model = NearestNeighborRegressor(2).fit(T, [1, 2, 10])
    assert model.predict([[0.4], [4]]).tolist() == [1.5, 6]
    weighted = NearestNeighborRegressor(2, "distance").fit(T, [1, 2, 10])
    assert weighted.predict([[0.25]]) == pytest.approx([1.25])
    y = np.array([[1.0, 2], [3, 4], [5, 6]])
    model = NearestNeighborRegressor().fit(T, y)
    y[:] = 0
    assert model.predict(T).tolist() == [[1, 2], [3, 4], [5, 6]]
    assert model.predict(T).dtype == np.float64
    assert model.fit(T, y[:, :1]).predict(T).shape == (3, 1)
    assert model.score(T, y[:, :1]) == 1


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_neighbors": 0}, r"^n_neighbors must be (between 1 and 3|at least 1) \(.*\); got 0$"),
        ({"n_neighbors": 4}, r"^n_neighbors must be between 1 and 3 \(n_samples = 3\); got 4$"),
        ({"n_neighbors": 1.0}, r"^n_neighbors must be a whole number; got 1\.0$"),
        ({"weights": "linear"}, r"^weights must be one of 'uniform', 'distance'; got 'linear'$"),
        ({"metric": "l1"}, r"^metric must be one of 'sqeuclidean', 'ip', 'cosine'; got 'l1'$"),
        ({"method": "fast"}, r"^method must be one of 'exact', 'expanded', 'direct'; got 'fast'$"),
        ({"memory_limit": 0}, r"^memory_limit must be at least 1 \(bytes\); got 0$"),
    ],
)
def test_bad_parameters(estimator, parameters, message):
    T, y = [[1.0], [2.0], [3.0]], [0, 1, 2]
    broken = estimator(**parameters)
    with pytest.raises(ValueError, match=message):
        broken.fit(T, y)
    with pytest.raises(NotFittedError):  # nothing half-done
        broken.predict(T)
    with pytest.raises(NotFittedError):
        broken.kneighbors(T)
    if "metric" not in parameters:  # the metric is fixed by fit, all else may change after it
        fitted = estimator().fit(T, y).set_params(**parameters)
        with pytest.raises(ValueError, match=message):
            fitted.predict(T)


def test_metric_is_that_of_the_fit():
    model = NearestNeighborClassifier().fit([[1, 0], [10, 10]], [0, 1])
    assert model.set_params(metric="cosine").predict([[1, 1]]).tolist() == [0]
    assert model.fit([[1, 0], [10, 10]], [0, 1]).predict([[1, 1]]).tolist() == [1]


@pytest.mark.parametrize("estimator", BOTH)
def test_bad_k_of_kneighbors(estimator):
    model = estimator().fit([[1.0], [2.0]], [0, 1])
    with pytest.raises(ValueError, match=r"^n_neighbors must be between 1 and 2 .* got 3$"):
        model.kneighbors([[1.0]], n_neighbors=3)


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([[np.nan], [1]], "contains NaN"),
        ([[np.inf], [1]], "contains infinity"),
        ([[1j], [1]], "Complex data not supported"),
        ([["a"], ["b"]], "numeric|convert"),
        ([1, 2], "Expected 2D array"),
        (np.empty((2, 0)), r"0 feature\(s\)"),
        (scipy.sparse.csr_matrix([[1], [2]]), "[Ss]parse"),
        (np.array([[1], [2]], np.longdouble), "must hold integers or float16"),
    ],
)
def test_bad_rows(estimator, bad, message):
    error = (ValueError, TypeError) if scipy.sparse.issparse(bad) else ValueError
    with pytest.raises(error, match=message):
        estimator().fit(bad, [0, 1])
    with pytest.raises(error, match=f"{message}|features"):
        estimator().fit([[0], [1]], [0, 1]).predict(bad)


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 2], "inconsistent numbers of samples"),
        ([0, np.nan], "contains NaN"),
        ([0, np.inf], "contains infinity"),
        (np.array(["a", np.nan], object), "contains NaN"),
        (None, "requires y to be passed"),
    ],
)
def test_bad_targets(estimator, y, message):
    with pytest.raises(ValueError, match=message):
        estimator().fit([[0], [1]], y)


def test_targets_of_the_wrong_kind():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        NearestNeighborClassifier().fit([[0], [1]], [0.5, 0.25])
    with pytest.raises((ValueError, TypeError), match=r"label type|not supported between"):
        NearestNeighborClassifier().fit([[0], [1]], np.array(["a", 1], object))
    with pytest.raises(ValueError, match="1d array"):
        NearestNeighborClassifier().fit([[0], [1]], [[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="could not convert string to float"):
        NearestNeighborRegressor().fit([[0], [1]], ["a", "b"])


@pytest.mark.parametrize("estimator", BOTH)
def test_queries_of_another_width_and_none_at_all(estimator):
    model = estimator().fit([[0, 1], [1, 0]], [0, 1])
    with pytest.raises(ValueError, match=r"X has 3 features.* expecting 2 features"):
        model.predict([[1, 2, 3]])
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):  # scikit-learn's own refusal
        model.predict(np.empty((0, 2)))


def test_squared_distances_of_the_normalized_rows():
    """The distance reported for cosine is half the squared distance that was searched."""
    model = NearestNeighborClassifier(3, metric="cosine").fit(CLOUD, CLOUD_LABELS)
    distances, indices = model.kneighbors(QUERIES)
    D = squared_distances(normalized(QUERIES, "X"), normalized(CLOUD, "X"), method="direct")
    assert np.array_equal(distances, np.take_along_axis(D, indices, axis=1) / 2)


@pytest.mark.parametrize("estimator", [NearestNeighborClassifier, NearestNeighborRegressor])
@pytest.mark.parametrize("options", [{}, {"metric": "cosine"}, {"method": "expanded"}], ids=str)
def test_an_estimator_owns_its_rows(estimator, options):
    """What the caller does to the arrays after fit changes no neighbor, cached or not."""
    rng = np.random.default_rng(0)
    Z, y = rng.standard_normal((20_000, 3)), rng.integers(0, 3, 20_000)
    queries = Z[:50] + 0.01
    model = estimator(**options).fit(Z, y)
    before = model.kneighbors(queries)[1].copy(), model.predict(queries).copy()
    Z[:], y[:] = Z[::-1].copy(), y[::-1].copy()
    after = model.kneighbors(queries)[1], model.predict(queries)
    assert (before[0] == after[0]).all()
    assert (before[1] == after[1]).all()


@pytest.mark.parametrize("estimator", [NearestNeighborClassifier, NearestNeighborRegressor])
@pytest.mark.parametrize(
    ("options", "X", "y"),
    [
        ({"n_neighbors": 4}, [[1.0, 0.0], [2.0, 0.0]], [1, 2]),
        ({"metric": "cosine"}, [[1.0, 0.0], [0.0, 0.0]], [1, 2]),
        ({}, [[1.0, 0.0], [2.0, 0.0]], [1, np.nan]),
        ({}, [[1.0], [np.inf]], [1, 2]),
        ({"memory_limit": 0}, [[1.0], [2.0]], [1, 2]),
    ],
    ids=str,
)
def test_a_refit_that_raises_leaves_what_was_fitted(estimator, options, X, y):
    model = estimator().fit([[0.0, 0.0, 1.0], [5.0, 5.0, 5.0]], [7, 8])
    model.set_params(**options)
    with pytest.raises(ValueError, match=r"."):
        model.fit(X, y)
    model.set_params(n_neighbors=1, metric="sqeuclidean", memory_limit=2**26)
    assert model.n_features_in_ == 3
    assert model.predict([[4.0, 5.0, 5.0]]).tolist() == [8]
    fresh = estimator(**options)
    with pytest.raises(ValueError, match=r"."):
        fresh.fit(X, y)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


# --- rows are added ---------------------------------------------------------------------------


def told(asked, X):
    """Return the bits of what is returned, or the error."""
    try:
        found = asked(X)
    except ValueError as error:
        return str(error)
    return [part.tobytes() for part in (found if isinstance(found, tuple) else [found])]


@pytest.mark.parametrize(
    "options",
    [
        {"algorithm": "partition", "weights": "distance", "n_neighbors": 2},
        {"algorithm": "tree"},
        {"method": "expanded"},
        {"metric": "cosine", "n_neighbors": 3},
    ],
    ids=str,
)
@given(problems(), st.lists(st.integers(0, 12), max_size=3), st.data())
def test_rows_added_bit_by_bit_are_as_if_fitted_together(options, problem, cuts, data):
    T, X = problem.T, problem.X
    if not len(X) or not T.shape[1]:
        return
    if options.get("metric") == "cosine":
        T, X = (np.where(np.any(rows != 0, axis=1)[:, None], rows, 1) for rows in (T, X))
    ends = sorted({*(max(1, min(end, len(T))) for end in cuts), len(T)})
    if len(T) < options.get("n_neighbors", 1):
        return
    y = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(T), max_size=len(T))))
    with (
        mock.patch.object(partition, "LISTS", 2),
        mock.patch.object(shortlist, "GROUPS", 1),
    ):
        for estimator in BOTH:
            model, whole = estimator(**options), estimator(**options).fit(T, y)
            for start, end in zip([0, *ends], ends, strict=False):
                model.partial_fit(T[start:end], y[start:end])
                told(model.kneighbors, X)  # so that there are a tree, lists, norms
            for asked in ("kneighbors", "predict", "predict_proba"):
                if hasattr(whole, asked):
                    assert told(getattr(model, asked), X) == told(getattr(whole, asked), X)
            assert model.n_samples_fit_ == len(T)
            if estimator is NearestNeighborClassifier:
                assert model.classes_.tobytes() == whole.classes_.tobytes()


def test_lists_take_rows_in_and_are_not_made_anew(monkeypatch):
    made = mock.Mock(wraps=partition.Partition)
    monkeypatch.setattr(training, "Partition", made)
    T = np.random.default_rng(0).standard_normal((4000, 4))
    model = NearestNeighborRegressor(2, algorithm="partition").fit(T[:3000], np.arange(3000))
    model.predict(T[:5])
    for start in (3000, 3400, 3800):
        added = T[start : start + 400][:200]
        model.partial_fit(added, np.arange(len(added)))
    rows = np.concatenate([T[:3000], T[3000:3200], T[3400:3600], T[3800:]])
    assert np.array_equal(model.kneighbors(T, return_distance=False), k_nearest(rows, T, 2))
    assert made.call_count == 1
    assert len(made.call_args.args[0]) == 3000


@pytest.mark.parametrize("estimator", BOTH)
def test_a_stream_may_begin_with_fewer_rows_than_neighbors(estimator):
    model = estimator(3).partial_fit([[0.0]], [1])
    with pytest.raises(ValueError, match=r"n_neighbors must be between 1 and 1 \(n_samples = 1\)"):
        model.predict([[0.0]])
    model.partial_fit([[1.0]], [2]).partial_fit([[9.0]], [2])
    whole = estimator(3).fit([[0.0], [1.0], [9.0]], [1, 2, 2])
    assert model.predict([[0.0]]) == whole.predict([[0.0]])
    with pytest.raises(ValueError, match="n_neighbors must be between 1 and 1"):
        model.fit([[0.0]], [1])
    assert model.n_samples_fit_ == 3
    for wrong in (0, 1.5):
        with pytest.raises(ValueError, match="n_neighbors must be"):
            estimator(wrong).partial_fit([[0.0]], [1])


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (["x", "z"], pd.Series(["yy", "x"])),
        (pd.Series(["x", "z"]), ["yy", "x"]),
        (pd.Series(["x", "z"], dtype="string"), np.array(["yy", "x"], np.dtypes.StringDType())),
        (np.array(["x", "z"], np.dtypes.StringDType()), ["yy", "x"]),
        (np.array(["x", "z"], object), pd.Categorical(["yy", "x"])),
    ],
)
def test_text_is_one_kind_of_label(first, more):
    T = np.array([[0.0], [1.0]])
    names = pd.Series(["z", "yy", "x", "yy"], dtype=object).unique()
    for classes in (None, names, names.tolist()):
        model = NearestNeighborClassifier().partial_fit(T, first, classes).partial_fit(T + 5, more)
        assert model.classes_.tolist() == ["x", "yy", "z"]
        assert model.predict([[0.0], [1.0], [5.0], [6.0]]).tolist() == ["x", "z", "yy", "x"]
    fitted = NearestNeighborClassifier().fit(T, first).partial_fit(T + 5, more)
    assert fitted.predict([[1.0], [5.0]]).tolist() == ["z", "yy"]
    with pytest.raises(ValueError, match=r"y has labels that are not in classes: \['yy'\]"):
        NearestNeighborClassifier().partial_fit(T, more, first)
    for other in ([1, 2], np.array([1, 2], object), [b"x", b"z"]):
        with pytest.raises(ValueError, match="and is to follow labels in"):
            fitted.partial_fit(T, other)


def test_dates_of_another_unit_are_kept_or_refused():
    far, near = np.array(["3000-01-01"], "M8[s]"), np.array(["2020-01-01"], "M8[ns]")
    model = NearestNeighborClassifier().fit([[0.0]], far)
    with pytest.raises(ValueError, match="their common dtype, does not hold all these values"):
        model.partial_fit([[1.0]], near)
    assert model.predict([[0.0]]) == far
    with pytest.raises(ValueError, match="their common dtype, does not hold all these values"):
        NearestNeighborClassifier().partial_fit(
            [[1.0]], near, classes=[*far, *near.astype(far.dtype)]
        )
    days = np.array(["2020-01-02", "1999-01-01"], "M8[D]")
    model = NearestNeighborClassifier().partial_fit([[0.0], [1.0]], days).partial_fit([[5.0]], near)
    assert np.array_equal(model.predict([[1.0], [4.0]]), [days[1], near[0]])


def test_integers_of_two_types_are_labels_together():
    model = NearestNeighborClassifier().fit([[0.0]], [ODD])
    model.partial_fit([[1.0]], np.array([2**63], np.uint64))
    assert model.predict([[0.0], [1.0]]).tolist() == [ODD, 2**63]
    with pytest.raises(ValueError, match=f"not in classes: .{2**63}."):
        NearestNeighborClassifier().partial_fit([[0.0]], np.array([2**63], np.uint64), [ODD])


def test_classes_are_given_once_or_found():
    model = NearestNeighborClassifier().partial_fit(
        [[0.0], [1.0]], ["b", "d"], ["d", "a", "bcd", "b"]
    )
    assert model.classes_.tolist() == ["a", "b", "bcd", "d"]
    assert model.partial_fit([[2.0]], ["bcd"]).predict([[2.1]]).tolist() == ["bcd"]
    assert model.predict_proba([[0.0]]).tolist() == [[0, 1, 0, 0]]
    model.partial_fit([[3.0]], ["a"], classes=["a", "b", "bcd", "d"])
    found = NearestNeighborClassifier().partial_fit([[0.0], [1.0]], [5, 3])
    assert found.partial_fit([[2.0]], [4]).classes_.tolist() == [3, 4, 5]
    assert found.predict([[2.0], [0.0]]).tolist() == [4, 5]
    model.fit([[0.0]], ["z"])  # begins anew
    assert model.partial_fit([[1.0]], ["y"]).classes_.tolist() == ["y", "z"]


@pytest.mark.parametrize(
    ("X", "y", "classes", "message"),
    [
        ([[1.0, 2.0]], [7], None, "X has 2 features"),
        ([[np.nan]], [7], None, "Input X contains NaN"),
        ([[1.0]], [7, 8], None, "inconsistent numbers of samples"),
        ([[1.0]], [np.nan], None, "contains NaN"),
        ([[1.0]], ["seven"], None, "y holds <U5 and is to follow labels in int64"),
        ([[1.0]], [9], None, r"y has labels that are not in classes: \[9\]"),
        ([[1.0]], [7], [7, 8, 9], "classes must be those that were given"),
        ([[2**53 + 1]], [7], None, "X holds int64 and is to follow float64"),
    ],
)
def test_rows_that_cannot_be_added_leave_what_was_fitted(X, y, classes, message):
    model = NearestNeighborClassifier().partial_fit([[0.0], [5.0]], [7, 8], [7, 8])
    before = dict(vars(model))
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, y, classes)
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is value for name, value in before.items())
    assert model.predict([[4.0]]).tolist() == [8]
    regressor = NearestNeighborRegressor().fit([[0.0], [5.0]], [[7, 1], [8, 2]])
    with pytest.raises(ValueError, match="must have the shape of the targets before"):
        regressor.partial_fit([[1.0]], [7])
    assert regressor.predict([[4.0]]).tolist() == [[8, 2]]
    with pytest.raises(ValueError, match="classes must be those"):
        NearestNeighborClassifier().fit([[0.0]], [1]).partial_fit([[1.0]], [1], [1])


# --- nothing is rounded, unmasked or renamed on the way in --------------------------------------

ODD = 2**53 + 1
THREE = [[0.0], [1.0], [2.0]]


class Broken:
    def __array__(self, dtype=None, copy=None):
        raise KeyError("gone")


class Masking:
    def __array__(self, dtype=None, copy=None):
        return np.ma.masked_less(np.array(THREE), 1)


MASKED = {
    "array": np.ma.masked_less(np.array(THREE), 1),
    "nothing masked": np.ma.array(THREE),
    "list of arrays": [np.ma.masked_less([0.0], 1), [1.0], [2.0]],
    "list with a mask": [[np.ma.masked], [1.0], [2.0]],
    "objects": np.array([[np.ma.masked], [1.0], [2.0]], object),
    "what gives it when it is read": Masking(),
    "lazy": dask.array.from_array(np.ma.masked_less(np.array(THREE), 1), chunks=2),
}


@pytest.mark.parametrize("estimator", BOTH)
@pytest.mark.parametrize("masked", MASKED.values(), ids=MASKED)
def test_masked_rows_queries_and_targets_are_refused(estimator, masked):
    with pytest.raises(ValueError, match=r"^X is a masked array"):
        estimator().fit(masked, [0, 1, 2])
    with pytest.raises(ValueError, match=r"^y is a masked array"):
        estimator().fit(THREE, masked)
    model = estimator().fit(THREE, [0, 1, 2])
    for ask in (model.predict, model.kneighbors):
        with pytest.raises(ValueError, match=r"^X is a masked array"):
            ask(masked)


@pytest.mark.parametrize("estimator", BOTH)
def test_what_raises_when_it_is_read_is_named(estimator):
    for bad in (Broken(), *(null() for null in NULL.values())):
        with pytest.raises(ValueError, match=r"^X cannot be read as an array"):
            estimator().fit(bad, [0, 1, 2])
        with pytest.raises(ValueError, match=r"^y cannot be read as an array"):
            estimator().fit(THREE, bad)
        with pytest.raises(ValueError, match=r"^X cannot be read as an array"):
            estimator().fit(THREE, [0, 1, 2]).predict(bad)


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series([ODD, 2**53, 1], dtype="Int64"),
        [2**63, 2**63 + 2, 0],
        [-1, 2**53, ODD],
        pd.DataFrame({"y": pd.array([ODD, 2**53, 1], "Int64")})["y"],
        pd.Series([True, False, True], dtype="boolean"),
        pd.Series(["a", "b", "a"], dtype="string"),
        pd.Series(["a", "b", "a"], dtype="category"),
        np.array(["a", "b", "a"], np.dtypes.StringDType()),
        ["a", "a\0", "b"],
    ],
    ids=str,
)
def test_labels_keep_their_value(labels):
    model = NearestNeighborClassifier().fit(THREE, labels)
    found = model.predict(THREE).tolist()
    assert found == list(labels)
    assert [isinstance(v, str) for v in found] == [isinstance(v, str) for v in labels]
    assert model.classes_.tolist() == sorted(set(labels))
    assert model.score(THREE, list(labels)) == 1


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (pd.Series([1, None, 2], dtype="Int64"), "^Input y contains NaN: row 1 has a missing"),
        (pd.Series([True, None, True], dtype="boolean"), "^Input y contains NaN: row 1"),
        (pd.Series(["a", "b", None], dtype="string"), "^Input y contains NaN"),
        (
            np.array(["a", np.nan, "b"], np.dtypes.StringDType(na_object=np.nan)),
            "^Input y contains NaN: row 1",
        ),
        (
            np.array([None, "a", "b"], np.dtypes.StringDType(na_object=None)),
            "^Input y contains NaN: row 0",
        ),
        (["a", 1, 2], "^y holds labels that cannot be sorted"),
        (["a", b"x", "b"], "^y holds labels that cannot be sorted"),
        ([1, "a", 2], "^y holds labels that cannot be sorted"),
        ([ODD, 0.5, 2**53], "^Unknown label type"),
    ],
)
def test_labels_that_are_no_classes_get_one_error(labels, message):
    with pytest.raises(ValueError, match=message):
        NearestNeighborClassifier().fit(THREE, labels)


@pytest.mark.parametrize(
    "rows",
    [
        [[2**63], [2**63 + 2], [0]],
        np.array([[2**63], [2**63 + 2], [0]], object),
        np.array([[2], [True], [0.5]], object),
        [np.array([ODD], np.uint64), np.array([2**53]), np.array([0])],
        pd.DataFrame({"a": pd.array([ODD, 2**53, 0], "Int64")}),
        pd.DataFrame({"a": pd.array([ODD, 2**53, 0], "Int64"), "b": [True, True, False]}),
        pd.DataFrame({"a": np.uint64([ODD, 2**53, 0]), "b": np.int8([-1, -1, 0])}),
        pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1, 2]}),
        pd.DataFrame({"a": [1, 2, 3], "b": [True, False, True]}),
    ],
    ids=str,
)
@pytest.mark.parametrize("estimator", BOTH)
def test_rows_are_those_of_the_functions(estimator, rows):
    model = estimator().fit(rows, [3, 1, 2])
    assert model.predict(rows).tolist() == [3, 1, 2]
    if not (isinstance(rows, np.ndarray) and rows.dtype == object):  # which functions refuse
        assert np.array_equal(model.kneighbors(rows, 3)[1], k_nearest(rows, rows, 3))
        assert model._training.rows.dtype == as_rows("X", rows).dtype


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[2**53, 0.5], [ODD, 0.5]], rf"^X must hold numbers; .*: row 1 holds {ODD}"),
        (np.array([[2**53, 0.5], [ODD, 0.5]], object), rf"^X must hold numbers; .* holds {ODD}"),
        ([[2**63 + 1], [-1]], rf"^X must hold .*: row 0 holds {2**63 + 1}"),
        (pd.DataFrame({"a": [2, ODD], "b": [1, 0.5]}), rf"^X must hold .*: row 1 holds {ODD}"),
        (np.array([[Fraction(1, 3)], [1]], object), "^X must hold numbers"),
        (pd.DataFrame({"a": pd.array([1, None], "Int64")}), "^Input X contains NaN: row 1"),
        (pd.DataFrame({"a": pd.array([None, 0.5], "Float64")}), "^Input X contains NaN: row 0"),
        (np.array([[1.0], [np.nan]], object), "^Input X contains NaN"),
        (np.array([[1.0], [None]], object), "^Input X contains NaN"),
        (np.array([["1"], ["2"]], np.dtypes.StringDType()), "^X must hold numbers"),
        (np.array([["2020-01-01"], ["2020-01-02"]], "M8[ns]"), "^X must hold numbers"),
    ],
)
@pytest.mark.parametrize("estimator", BOTH)
def test_rows_that_cannot_be_kept_are_refused_by_name(estimator, rows, message):
    with pytest.raises(ValueError, match=message):
        estimator().fit(rows, [0, 1])
    with pytest.raises(ValueError, match=message):
        estimator().fit(np.eye(2)[:, : np.shape(rows)[1]], [0, 1]).predict(rows)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["1", "2"], "^y must hold numbers"),
        (np.array(["2020-01-01", "2020-01-02"], "M8[ns]"), "^y must hold numbers"),
        (pd.Series([1, None], dtype="Int64"), "^Input y contains NaN: row 1"),
        ([ODD, 0.5], f"^y must hold numbers; .*: row 0 holds {ODD}"),
        (scipy.sparse.csr_matrix([[1], [2]]), "^y is sparse"),
    ],
)
def test_targets_that_are_no_numbers_are_refused_by_name(targets, message):
    with pytest.raises(ValueError, match=message):
        NearestNeighborRegressor().fit([[0], [1]], targets)


def test_the_score_is_a_share_of_equal_labels():
    model = NearestNeighborClassifier().fit(THREE, ["a", "b", "c"])
    assert model.score(THREE, ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert model.score(THREE, ["a", "b", "b"], sample_weight=[1, 0, 3]) == 0.25
    assert model.score(THREE, [1, 2, 3]) == 0
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.score(THREE, ["a", "b"])
    with pytest.raises(ValueError, match=r"^Input y contains NaN: row 2"):
        model.score(THREE, pd.Series(["a", "b", None], dtype="category"))


def test_names_of_features_are_kept_and_compared():
    frame = pd.DataFrame({"a": pd.array([1, 2], "Int64"), "b": [True, False]})
    model = NearestNeighborClassifier().fit(frame, ["x", "y"])
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert model.n_features_in_ == 2
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[["b", "a"]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert model.predict(frame.to_numpy(int)).tolist() == ["x", "y"]
