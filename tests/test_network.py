"""The three layers: their weights, their values, and their agreement with the search."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes, load_digits, load_iris
from strategies import oracle_distances, oracle_k_nearest, problems

from nnlib import ThreeLayerNet, nearest, predict_1nn, softmax

IRIS = load_iris()
DIGITS = load_digits()
T = np.array([[1, 1], [4, 2], [0, 3]])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.lists(FLOATS | st.sampled_from([0.0, 1.0, 1e308, -1e308]), min_size=1, max_size=6)


# --- softmax ----------------------------------------------------------------------------------


@given(SCORES, st.floats(0, 1e308))
def test_softmax_is_a_distribution_and_overflows_nowhere(scores, temperature):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        w = softmax(scores, temperature)
    assert w.dtype == np.float64
    assert w.shape == (len(scores),)
    assert (w >= 0).all()
    assert w.sum() == pytest.approx(1, rel=1e-14)
    order = np.argsort(scores, kind="stable")
    assert (np.diff(w[order]) >= 0).all()  # larger scores never weigh less
    assert w[np.argmax(scores)] == w.max()
    for a, b in pairwise(order):
        if scores[a] == scores[b]:
            assert w[a] == w[b]


@given(SCORES, st.floats(5e-324, 1e308))
def test_softmax_ratios(scores, temperature):
    """w_i / w_max = exp((z_i − m) / τ), the exponent computed in fractions."""
    w = softmax(scores, temperature)
    for value, score in zip(w, scores, strict=True):
        exponent = (Fraction(score) - Fraction(max(scores))) / Fraction(temperature)
        if exponent > -700:
            expected = math.exp(float(exponent))
            assert value / w.max() == pytest.approx(expected, rel=1e-12, abs=1e-300)
        else:
            assert value / w.max() < 1e-303


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=6), st.integers(-(2**40), 2**40))
def test_softmax_does_not_see_a_shift(scores, shift):
    z = np.array(scores, dtype=np.float64)
    assert np.array_equal(softmax(z + shift, 3.0), softmax(z, 3.0))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_softmax_at_zero_is_the_limit(scores):
    z = np.array(scores)
    limit = softmax(z, 0)
    assert limit.dtype == np.float64
    assert limit.tolist() == [(s == max(scores)) / scores.count(max(scores)) for s in scores]
    for tau in (1e-3, 1e-100, 5e-324):
        assert np.array_equal(softmax(z, tau), limit)


def test_softmax_keeps_small_differences_beside_a_huge_one():
    e = math.exp(-1)
    expected = [e / (1 + e), 1 / (1 + e), 0]
    assert softmax([0, 5e-324, -1e308], 5e-324) == pytest.approx(expected)
    assert softmax([1e308, 1e308, -1e308], 5e-324).tolist() == [0.5, 0.5, 0]


def test_softmax_values():
    assert softmax([0.0, 0.0]).tolist() == [0.5, 0.5]
    assert softmax([math.log(1), math.log(3)]) == pytest.approx([0.25, 0.75])
    assert softmax([1000, 1000 + math.log(3)]) == pytest.approx([0.25, 0.75])
    assert softmax([0, 2 * math.log(3)], 2) == pytest.approx([0.25, 0.75])
    assert softmax([3]).tolist() == [1]
    assert softmax([True, False]) == pytest.approx([math.e / (1 + math.e), 1 / (1 + math.e)])


def test_softmax_of_small_types_does_not_wrap():
    e = math.exp(-1)
    for dtype in (np.uint8, np.int8, np.float16, np.float32, np.float64):
        expected = [e / (1 + e), 1 / (1 + e)]
        assert softmax(np.array([0, 100], dtype), 100) == pytest.approx(expected, rel=1e-6)


def test_softmax_of_enormous_scores_at_enormous_temperature():
    expected = [1 / (1 + math.exp(-2)), math.exp(-2) / (1 + math.exp(-2))]
    assert softmax([1e308, -1e308], 1e308) == pytest.approx(expected)
    assert softmax(np.float32([3e38, -3e38]), 3e38) == pytest.approx(expected)
    assert softmax([1e308, -1e308], 1e-300).tolist() == [1, 0]
    assert softmax([1e308, 1e308, 0], 0).tolist() == [0.5, 0.5, 0]
    assert softmax([5e-324, 0], 5e-324) == pytest.approx([math.e / (1 + math.e), 1 / (1 + math.e)])


def test_softmax_in_float32():
    z = np.random.default_rng(0).standard_normal((5, 1000)).astype(np.float32)
    for tau in (1, 1e-3, 1e-50, 1e30, 0):
        w = softmax(z, tau)
        assert w.dtype == np.float32
        assert w.sum(axis=1, dtype=np.float64) == pytest.approx(np.ones(5), rel=1e-6)
        assert np.allclose(w, softmax(z.astype(np.float64), tau), rtol=1e-6, atol=1e-44)
    assert softmax(z.astype(np.float16)).dtype == np.float64


def test_softmax_axis():
    z = np.random.default_rng(0).standard_normal((2, 3, 4))
    for axis in (0, 1, 2, -1, -2, -3):
        w = softmax(z, 0.5, axis=axis)
        assert w.shape == z.shape
        assert np.allclose(w.sum(axis=axis), 1)
        assert np.array_equal(np.moveaxis(w, axis, -1), softmax(np.moveaxis(z, axis, -1), 0.5))
    assert np.array_equal(softmax(z), softmax(z, axis=2))
    assert softmax(np.empty((0, 3))).shape == (0, 3)


def test_softmax_leaves_its_input_alone():
    z = np.array([[1.0, 2.0], [1e305, 4.0]])
    z.flags.writeable = False
    softmax(z, 0.5)
    softmax(z, 0)
    assert z.tolist() == [[1.0, 2.0], [1e305, 4.0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, np.nan],), r"^z must be finite; row 1 holds nan$"),
        (([[1.0, 2.0], [np.inf, 0.0]],), r"^z must be finite; row 1 holds inf \(column 0\)$"),
        (([1j],), "^z must hold integers or"),
        ((["a"],), "^z must hold integers or"),
        ((3.0,), "^z must have at least one axis"),
        ((np.nan,), "^z must be finite; it is nan$"),
        (([],), r"^z must have entries along axis -1; its shape is \(0,\)$"),
        ((np.empty((2, 0)), 1, 1), r"^z must have entries along axis 1; its shape is \(2, 0\)$"),
        (([1, 2], 1, 1), r"^axis must be between -1 and 0 \(z has shape \(2,\)\); got 1$"),
        (([1, 2], 1, None), "^axis must be a whole number; got None$"),
    ],
)
def test_softmax_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        softmax(*arguments)


@pytest.mark.parametrize("bad", [-1, -1e-300, np.nan, np.inf, "1", None, 1j, [1.0], 10**40])
def test_bad_temperature(bad):
    with pytest.raises(ValueError, match=r"^temperature must (be|hold) "):
        softmax([1, 2], bad)
    with pytest.raises(ValueError, match=r"^temperature must (be|hold) "):
        ThreeLayerNet.from_data(T, [0, 1, 2], temperature=bad)


@pytest.mark.parametrize("good", [0, 2, 0.5, np.float32(0.5), np.array(0.5), np.int64(3), True])
def test_good_temperature(good):
    net = ThreeLayerNet.from_data(T, [0, 1, 2], temperature=good)
    assert net.temperature == float(good)
    assert type(net.temperature) is float


# --- the network ------------------------------------------------------------------------------


def test_paper_example():
    net = ThreeLayerNet.from_data(T, ["a", "b", "a"], temperature=1)
    assert net.W1.tolist() == [[2, 2], [8, 4], [0, 6]]
    assert net.b1.tolist() == [-2, -20, -9]
    assert net.W3.tolist() == [[1, 0], [0, 1], [1, 0]]
    assert net.classes.tolist() == ["a", "b"]
    assert net.task == "classification"
    x = [[2, 2]]
    assert net.scores(x).tolist() == [[6, 4, 3]]  # ‖x‖² = 8 minus d² = 2, 4, 5
    total = math.exp(-2) + math.exp(-4) + math.exp(-5)
    weights = [math.exp(-2) / total, math.exp(-4) / total, math.exp(-5) / total]
    assert net.weights(x)[0] == pytest.approx(weights)
    assert net.forward(x)[0] == pytest.approx([weights[0] + weights[2], weights[1]])
    assert net.predict(x).tolist() == ["a"]


@given(problems(families=("bits", "small integers", "signed integers")))
def test_layer_one_is_exact_on_small_integers(problem):
    y = np.arange(len(problem.T))
    net = ThreeLayerNet.from_data(problem.T, y)
    dtype = np.float32 if problem.T.dtype == np.float32 else np.float64
    assert net.W1.dtype == net.b1.dtype == dtype
    assert net.W1.shape == problem.T.shape
    assert np.array_equal(net.W1, 2 * problem.T.astype(np.int64))
    assert net.b1.tolist() == [-sum(int(v) ** 2 for v in t) for t in problem.T]
    assert np.array_equal(net.W3, np.eye(len(y)))
    truth = np.array(oracle_distances(problem.X, problem.T), dtype=float).reshape(
        len(problem.X), len(y)
    )
    squares = (problem.X.astype(np.int64) ** 2).sum(axis=1)[:, None]
    assert np.array_equal(net.scores(problem.X), squares - truth)
    nearest_rows = oracle_k_nearest(problem.T, problem.X, 1)[:, 0]
    assert np.array_equal(net.predict(problem.X), nearest_rows)
    hard = net.weights(problem.X)
    assert np.array_equal(hard, np.eye(len(y))[nearest_rows])
    assert np.array_equal(net.forward(problem.X), hard)


@given(problems(families=("lattice", "offset lattice", "iris-like")))
def test_hard_readout_is_the_first_maximum_of_the_computed_scores(problem):
    y = np.arange(len(problem.T))
    net = ThreeLayerNet.from_data(problem.T, y)
    scores = net.scores(problem.X)
    for row, weights, label in zip(
        scores.tolist(), net.weights(problem.X).tolist(), net.predict(problem.X), strict=True
    ):
        first = row.index(max(row))
        assert weights == [float(i == first) for i in range(len(row))]
        assert label == first


def test_hard_readout_at_a_tie_differs_from_the_limit_of_the_soft_one():
    templates, x = [[1, 1], [4, 2]], [[3, 0]]
    hard = ThreeLayerNet.from_data(templates, ["b", "a"])
    assert hard.weights(x).tolist() == [[1, 0]]
    assert hard.predict(x).tolist() == ["b"]
    soft = ThreeLayerNet.from_data(templates, ["b", "a"], temperature=1e-9)
    assert soft.weights(x).tolist() == [[0.5, 0.5]] == softmax(hard.scores(x), 0).tolist()
    assert soft.predict(x).tolist() == ["a"]  # the first class of equals


@pytest.mark.parametrize("method", ["exact", "direct"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_parity_with_the_search_on_iris(method, dtype):
    """The net names the nearest row up to the rounding of its scores."""
    data = IRIS.data.astype(dtype)
    for fold in range(2):
        test = np.arange(len(data)) % 10 == fold
        rows, queries = data[~test], data[test]
        found = nearest(rows, queries, method=method)
        net = ThreeLayerNet.from_data(rows, np.arange(len(rows)))
        predicted = net.predict(queries)
        truth = oracle_distances(queries, rows)
        u = float(np.finfo(dtype).eps) / 2
        for row, a, b, x in zip(truth, found, predicted, queries, strict=True):
            size = (x.astype(float) @ x) ** 0.5 + np.sqrt((rows[b].astype(float) ** 2).sum())
            assert abs(row[a] - row[b]) <= 2 * (2 * 4 + 6) * u * size**2
        labels = IRIS.target_names[IRIS.target]
        by_net = ThreeLayerNet.from_data(rows, labels[~test]).predict(queries)
        assert np.array_equal(by_net, predict_1nn(rows, labels[~test], queries, method=method))
        assert np.array_equal(by_net, labels[~test][predicted])


@pytest.mark.parametrize("method", ["exact", "direct"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_parity_with_the_search_on_digits_is_complete(method, dtype):
    """Digits are small integers, whose scores do not round."""
    data, y = DIGITS.data.astype(dtype), DIGITS.target
    net = ThreeLayerNet.from_data(data[500:], y[500:])
    assert np.array_equal(
        net.weights(data[:500]).argmax(axis=1), nearest(data[500:], data[:500], method=method)
    )
    assert np.array_equal(
        net.predict(data[:500]), predict_1nn(data[500:], y[500:], data[:500], method=method)
    )
    assert net.W3.shape == (len(data) - 500, 10)
    assert (net.W3.sum(axis=1) == 1).all()


def test_soft_weights_are_softmax_of_minus_lambda_times_squared_distance():
    rows, queries, tau = IRIS.data[::2], IRIS.data[1::2], 0.25
    net = ThreeLayerNet.from_data(rows, IRIS.target[::2], temperature=tau)
    d2 = np.array(oracle_distances(queries, rows), dtype=float)
    expected = np.exp(-d2 / tau) / np.exp(-d2 / tau).sum(axis=1, keepdims=True)
    assert np.allclose(net.weights(queries), expected, rtol=1e-9, atol=0)
    assert np.allclose(net.forward(queries), expected @ np.eye(3)[IRIS.target[::2]])
    assert np.allclose(net.forward(queries).sum(axis=1), 1)
    cold = ThreeLayerNet.from_data(rows, IRIS.target[::2], temperature=1e-6)
    assert np.array_equal(cold.predict(queries), predict_1nn(rows, IRIS.target[::2], queries))


def test_shapes_and_types_follow_the_inputs():
    for a in (np.float32, np.float64, np.uint8, np.float16, bool):
        for b in (np.float32, np.float64, np.int64):
            for tau in (0, 0.5):
                net = ThreeLayerNet.from_data(T.astype(a), [0, 1, 0], temperature=tau)
                X = np.ones((5, 2), b)
                expected = np.float32 if a is b is np.float32 else np.float64
                assert net.scores(X).dtype == net.weights(X).dtype == expected
                assert net.scores(X).shape == net.weights(X).shape == (5, 3)
                assert net.forward(X).shape == (5, 2)
                assert net.predict(X).shape == (5,)


def test_regression():
    y = np.array([0.1, 2.0, -7.3])
    net = ThreeLayerNet.from_data(T, y)
    assert net.task == "regression"
    assert net.classes is None
    assert net.W3.tolist() == [[0.1], [2.0], [-7.3]]
    assert net.predict(T).tolist() == y.tolist()
    assert net.predict(T).shape == (3,)
    assert net.forward(T).shape == (3, 1)
    soft = ThreeLayerNet.from_data(T, y, temperature=3)
    assert np.allclose(soft.predict(T), soft.weights(T) @ y)


def test_regression_on_real_data_and_several_outputs():
    data, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, -2 * y])
    rows, queries = data[:300], data[300:]
    expected = predict_1nn(rows, both[:300], queries)
    net = ThreeLayerNet.from_data(rows, both[:300])
    assert np.array_equal(net.predict(queries), expected)
    assert net.predict(queries).shape == (142, 2)
    column = ThreeLayerNet.from_data(rows, pd.DataFrame(y[:300]))
    assert np.array_equal(column.predict(queries), expected[:, :1])
    assert np.array_equal(ThreeLayerNet.from_data(rows, y[:300]).predict(queries), expected[:, 0])


def test_hard_regression_copies_targets_unchanged():
    y = [1e300, -1e-300, 5e-324]
    assert ThreeLayerNet.from_data(T, y).predict(T).tolist() == y


@pytest.mark.parametrize(
    ("labels", "task", "expected"),
    [
        ([0, 1, 2], None, "classification"),
        ([True, False, True], None, "classification"),
        (["a", "b", "a"], None, "classification"),
        (np.array(["a", "b", "a"], object), None, "classification"),
        (np.array([3, 1, 2], np.uint8), None, "classification"),
        ([0.0, 1.0, 2.0], None, "regression"),
        (np.array([0, 1, 2], np.float16), None, "regression"),
        ([0, 1, 2], "regression", "regression"),
        ([0.5, 1.5, 0.5], "classification", "classification"),
    ],
)
def test_task(labels, task, expected):
    net = ThreeLayerNet.from_data(T, labels, task=task)
    assert net.task == expected
    predicted = net.predict(T)
    assert predicted.tolist() == list(labels)
    if expected == "classification":
        assert predicted.dtype == net.classes.dtype == np.asarray(labels).dtype
        assert net.classes.tolist() == sorted(set(np.asarray(labels).tolist()))


@pytest.mark.parametrize(
    ("labels", "task", "message"),
    [
        (
            [0, 1],
            None,
            r"^y_train must have one entry for each of the 3 rows of X_train; its shape",
        ),
        (0, None, r"^y_train must have one entry"),
        ([[0], [1], [2]], None, r"^y_train must be one label a row; its shape is \(3, 1\)$"),
        ([0, 1, 2], "ranking", r"^task must be one of 'classification', 'regression'; got 'rank"),
        ([0.5, np.nan, 1], None, r"^y_train must be finite; row 1 holds nan$"),
        ([0.5, np.inf, 1], "regression", r"^y_train must be finite; row 1 holds inf$"),
        ([0.5, 1, np.nan], "classification", r"^y_train must not hold nan as a label; row 2 does$"),
        (["a", "b", "a"], "regression", r"^y_train must hold integers or .* <U1$"),
        (np.zeros((3, 2, 2)), None, r"^y_train must have one or two axes; .* \(3, 2, 2\)$"),
        (np.array(["a", 1, None], object), None, r"^y_train holds labels that cannot be sorted: "),
        (np.array(["a", None, "b"], object), None, r"^y_train holds labels that cannot be sorted"),
        (np.array(["a", np.nan, "b"], object), None, r"^y_train must not hold nan as a label"),
        (pd.Series(["a", "b", pd.NA]), None, r"^y_train must not hold (nan|<NA>) as a label"),
        (pd.Series(["a", pd.NA, "b"], dtype=object), None, r"^y_train holds labels that cannot"),
        (np.array(["2020-01-01", "NaT", "2021-01-01"], "M8[D]"), None, r"hold NaT .* row 1 does$"),
    ],
)
def test_bad_labels(labels, task, message):
    with pytest.raises(ValueError, match=message):
        ThreeLayerNet.from_data(T, labels, task=task)


def test_labels_of_a_frame():
    frame = pd.DataFrame(IRIS.data, columns=IRIS.feature_names)
    names = pd.Series(IRIS.target_names[IRIS.target], index=range(7, 157))
    net = ThreeLayerNet.from_data(frame, names)
    assert net.predict(frame.iloc[:3]).tolist() == ["setosa"] * 3
    assert net.classes.tolist() == ["setosa", "versicolor", "virginica"]


def test_squares_that_overflow_are_an_error():
    with pytest.raises(ValueError, match="squared norms overflow float64"):
        ThreeLayerNet.from_data(T * 1e200, [0, 1, 2])
    with pytest.raises(ValueError, match="squared norms overflow float32"):
        ThreeLayerNet.from_data(np.float32(T * 1e20), [0, 1, 2])
    net = ThreeLayerNet.from_data(T, [0, 1, 2])
    with pytest.raises(ValueError, match="squared norms overflow float64"):
        net.predict([[1e200, 0]])


@pytest.mark.parametrize(("n", "q", "d"), [(1, 0, 0), (1, 3, 0), (3, 0, 2), (4, 2, 0), (1, 2, 2)])
@pytest.mark.parametrize("temperature", [0, 2])
def test_degenerate_shapes(n, q, d, temperature):
    for y in (np.arange(n), np.arange(n) * 0.5):
        net = ThreeLayerNet.from_data(np.ones((n, d)), y, temperature=temperature)
        X = np.zeros((q, d))
        assert net.scores(X).shape == net.weights(X).shape == (q, n)
        assert net.forward(X).shape[0] == q
        assert net.predict(X).shape == (q,)
        assert net.predict(X).dtype == y.dtype
        assert (net.scores(X) == -d).all()
        expected = np.eye(n)[[0] * q] if temperature == 0 else np.full((q, n), 1 / n)
        assert np.array_equal(net.weights(X), expected)


def test_the_attributes_are_the_whole_network():
    """Changing a weight changes what the network computes."""
    net = ThreeLayerNet.from_data(T, [0, 1, 0])
    x = [[2, 2]]
    net.W1[0] = 0
    assert net.scores(x).tolist() == [[-2, 4, 3]]
    net.b1 = net.b1 + 10
    assert net.scores(x).tolist() == [[8, 14, 13]]
    assert net.predict(x).tolist() == [1]
    again = ThreeLayerNet(net.W1, net.b1, net.W3, classes=net.classes)
    assert np.array_equal(again.forward(x), net.forward(x))
    assert again.temperature == 0


def test_inputs_are_copied_and_survive():
    rows, y = T.astype(float), np.array([0.5, 1.5, 2.5])
    net = ThreeLayerNet.from_data(rows, y)
    net.W1[:], net.b1[:], net.W3[:] = 0, 0, 0
    assert np.array_equal(rows, T)
    assert y.tolist() == [0.5, 1.5, 2.5]
    for frozen in (rows, y):
        frozen.flags.writeable = False
    net = ThreeLayerNet.from_data(rows, y, temperature=1)
    net.predict(rows)
    assert np.array_equal(net.scores(np.asfortranarray(rows)), net.scores(rows.tolist()))
    assert np.array_equal(net.scores(rows[::-1]), net.scores(T)[::-1])


def test_repr():
    assert repr(ThreeLayerNet.from_data(T, ["a", "b", "a"])) == (
        "ThreeLayerNet of [affine 2 → 3 (9 weights: 2T and −‖t‖²), first maximum, "
        "one-hot labels 3 → 2]"
    )
    assert repr(ThreeLayerNet.from_data(T, [0.5, 1, 2], temperature=0.25)) == (
        "ThreeLayerNet of [affine 2 → 3 (9 weights: 2T and −‖t‖²), softmax at τ = 0.25, "
        "targets 3 → 1]"
    )
