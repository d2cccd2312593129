"""Learning the templates to watch: the gradient is that of the loss."""

import math

import numpy as np
import pytest

from nnlib.learning import gradient, trace

X = [[2.0, 2.0], [3.0, 0.0], [0.0, 4.0], [5.0, 5.0]]
y = [0, 0, 1, 1]
T = [[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]]
CODE = [0, 1, 1]


@pytest.mark.parametrize("tau", [0.5, 3.0])
def test_the_gradient_agrees_with_finite_differences(tau):
    G, loss, _ = gradient(X, y, T, CODE, tau)
    assert loss > 0
    for place in np.ndindex(3, 2):
        around = []
        for h in (1e-5, -1e-5):
            moved = np.array(T)
            moved[place] += h
            around.append(gradient(X, y, moved.tolist(), CODE, tau)[1])
        assert G[place[0]][place[1]] == pytest.approx((around[0] - around[1]) / 2e-5, abs=1e-7)


def test_the_loss_falls_and_the_rows_come_right():
    states = trace(X, y, T, CODE, tau=2, rate=0.5, steps=40)
    losses = [state.loss for state in states]
    assert len(states) == 41
    assert losses == sorted(losses, reverse=True)
    assert states[-1].right == 4
    assert states[0].templates == ((1, 1), (4, 2), (2, 5))


def test_equal_templates_of_one_label_stay_equal():
    *_, last = trace(X, y, [[1, 1], [4, 4], [4, 4]], CODE, tau=1, rate=0.5, steps=10)
    assert last.templates[1] == last.templates[2] != (4, 4)


def test_a_far_row_makes_no_infinite_loss():
    state = trace([[1e3, 0]], [0], [[0, 0], [900, 0]], [0, 1], tau=0.01, rate=1, steps=0)[0]
    assert state.loss == pytest.approx((1e6 - 1e4) / 0.01)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1e90])
def test_the_smallest_and_the_largest_rows_are_learned_from(size):
    rows = [[size * v for v in x] for x in X]
    last = trace(rows, y, T, CODE, tau=max(1, size), rate=1e-9, steps=2)[-1]
    assert math.isfinite(last.loss)
    assert np.isfinite(last.templates).all()


def test_no_feature_leaves_every_label_as_likely_as_its_templates_are_many():
    first, last = trace([[], []], [0, 1], [[], []], [0, 1], tau=1, rate=1, steps=1)
    assert first == last
    assert first.loss == pytest.approx(math.log(2))


def lists(n):
    """Return n lists, as an array holds them."""
    found = np.empty(n, object)
    for i in range(n):
        found[i] = [i]
    return found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"X_train": np.ones((0, 2))}, "X_train has no rows"),
        ({"X_train": [[1e200, 0]] * 4}, r"X_train must stay within ±1e\+100; got 1e\+200"),
        ({"templates": [[1e200, 0]] * 3}, "templates must stay within"),
        ({"y_train": [0]}, "y_train must have one entry for each of the 4 rows of X_train"),
        ({"y_train": 0}, "y_train must have one entry for each of the 4 rows of X_train"),
        ({"y_train": [[0]] * 4}, r"y_train must be one label a row; its shape is \(4, 1\)"),
        ({"y_train": lists(4)}, r"y_train must hold labels, not lists of them; got \[0\]"),
        ({"code": lists(3)}, r"code must hold labels, not lists of them; got \[0\]"),
        ({"code": [0, 1]}, "code must have one entry for each of the 3 rows of templates"),
        ({"code": [0, 1, np.nan]}, "code must not hold nan as a label; row 2 does"),
        ({"y_train": [0, 0, 1, 2]}, "y_train must hold labels of templates only"),
        ({"templates": [[1], [2], [3]]}, "templates must be 2 numbers"),
        ({"tau": 0}, "tau must be one number > 0; got 0"),
        ({"tau": -1}, "tau must be one number > 0; got -1"),
        ({"tau": "2"}, "tau must hold integers or"),
        ({"tau": 5e-324}, "tau must be larger: the loss overflows; got 4.9"),
        ({"rate": math.inf}, "rate must be finite; it is inf"),
        ({"rate": [1]}, r"rate must be one number > 0; got \[1\]"),
        ({"rate": 1e200}, "rate must be smaller, or tau larger: in step 1 templates leave"),
        ({"steps": -1}, "steps must be at least 0"),
        ({"steps": 1.5}, "steps must be a whole number; got 1.5"),
    ],
)
def test_bad_input_is_refused_by_name(given, message):
    right = {"X_train": X, "y_train": y, "templates": T, "code": CODE}
    with pytest.raises(ValueError, match=message):
        trace(**{**right, "tau": 1, "rate": 1, "steps": 1, **given})
