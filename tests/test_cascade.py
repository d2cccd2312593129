"""The certified search to watch: its bounds hold, and its answer is that of the library."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nearest
from nnlib.cascade import bounds, frame_of, trace
from nnlib.certify import Frame, query_side, row_side

tenths = st.integers(-60, 60).map(lambda v: v / 10)
offsets = st.sampled_from([0, 37.7, 300, 1e6])


@st.composite
def searches(draw, entries):
    """Draw (rows, query, center), moved by one offset, seen from the origin or from a row."""
    d = draw(st.integers(1, 4))
    point = st.lists(entries, min_size=d, max_size=d)
    rows, x = draw(st.lists(point, min_size=1, max_size=8)), draw(point)
    offset = draw(offsets)
    rows, x = [[v + offset for v in t] for t in rows], [v + offset for v in x]
    return rows, x, draw(st.sampled_from([[0.0] * d, rows[0]]))


@given(searches(tenths))
def test_the_answer_is_that_of_the_search_ties_included(drawn):
    rows, x, center = drawn
    assert trace(rows, x, center)[-1].row == nearest(rows, [x])[0]


@given(searches(st.floats(-1e3, 1e3)))
def test_the_bounds_hold(drawn):
    rows, x, center = drawn
    frame = frame_of(center)
    for t in rows:
        low, high = bounds(frame, x, t)
        moved = [
            [Fraction(v) - Fraction(m) for v, m in zip(p, center, strict=True)] for p in (x, t)
        ]
        truth = sum(b * b - 2 * a * b for a, b in zip(*moved, strict=True))
        assert Fraction(low) <= truth <= Fraction(high)


@given(searches(tenths))
def test_the_weights_are_those_of_the_library_but_for_the_order_of_a_sum(drawn):
    rows, x, center = drawn
    frame = Frame(np.array(center), 1.0, *frame_of(center)[2:])
    weights = np.zeros((len(rows), 8), np.float32)
    row_side(frame, np.array(rows), weights)
    features, _ = query_side(frame, np.array([x]))
    for t, w in zip(rows, weights, strict=True):
        low, _ = bounds(frame, x, t)
        terms = features[0].astype(float) * w[: features.shape[1]]
        assert abs(terms.sum() - low) <= 1e-6 * abs(terms).sum()


@given(searches(tenths))
def test_no_step_brings_a_row_back_and_who_is_left_alone_is_not_compared(drawn):
    rows, x, center = drawn
    steps = trace(rows, x, center)
    for one, two in pairwise(steps):
        assert set(two.left) <= set(one.left)
    kinds = [step.kind for step in steps]
    for stage, later in (("filter", "direct"), ("cutoff", "exact")):
        if stage in kinds:
            (left,) = (step.left for step in steps if step.kind == stage)
            assert kinds.count(later) == (len(left) if len(left) > 1 else 0)


def test_all_three_stages_of_the_widgets_example():
    rows = np.array([[1, 1], [4, 2], [2, 5], [5, 4], [0.5, 3.1], [3.2, 3.2]]) + 300
    x = np.array([2.3, 1.9]) + 300
    left = {step.kind: step.left for step in trace(rows, x)}
    assert left["filter"] == (0, 1, 4, 5)
    assert left["cutoff"] == (0, 5)
    assert trace(rows, x)[-1].high == 0
    left = {step.kind: step.left for step in trace(rows, x, [300, 300])}
    assert left["filter"] == (0, 5)


def test_rows_alone_are_proved_by_the_bounds():
    last = trace([[1, 1], [4, 2], [2, 5]], [2, 2])[-1]
    assert (last.row, last.high) == (0, np.inf)


sizes = st.sampled_from([0, 5e-324, 1e-323, -1e-310, 2.0**-500, 1, 2.0**30])


@given(st.lists(st.tuples(sizes, sizes), min_size=2, max_size=6), st.tuples(sizes, sizes))
def test_numbers_whose_squares_vanish_are_told_apart(rows, x):
    last = trace(rows, x)[-1]
    far = [sum((Fraction(v) - Fraction(w)) ** 2 for v, w in zip(x, t, strict=True)) for t in rows]
    assert last.row == far.index(min(far))
    first, second = sorted(far)[:2]
    assert (last.high == 0) == (first == second)


@pytest.mark.parametrize(
    ("rows", "x", "center", "message"),
    [
        ([[1, 2]], [1], None, r"x must be 2 numbers; its shape is \(1,\)"),
        ([[1, 2]], [1, 2], [1], r"center must be 2 numbers"),
        (np.empty((0, 2)), [1, 2], None, "X_train"),
        ([[1, np.nan]], [1, 2], None, "X_train must be finite"),
        ([[1e10, 2]], [1, 2], None, "must stay within"),
        ([[1e200, 2]], [1, 2], None, r"X_train must stay within ±1e\+100"),
    ],
)
def test_bad_input_is_refused_by_name(rows, x, center, message):
    with pytest.raises(ValueError, match=message):
        trace(rows, x, center)
