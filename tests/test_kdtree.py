"""The k-d tree to watch: it finds what comparing all rows finds, and skips with reason."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nearest
from nnlib.kdtree import bound, build, distance, trace

whole = st.integers(-4, 4)


@st.composite
def searches(draw, entries):
    """Draw (rows, query, leaf) of one number of features."""
    d = draw(st.integers(1, 4))
    point = st.lists(entries, min_size=d, max_size=d)
    return draw(st.lists(point, min_size=1, max_size=20)), draw(point), draw(st.integers(1, 4))


@given(searches(whole))
def test_the_last_step_names_the_nearest_row_ties_included(drawn):
    rows, x, leaf = drawn
    assert trace(rows, x, leaf)[-1].best == nearest(rows, [x])[0]


@given(searches(st.floats(-1e9, 1e9)))
def test_no_rounding_makes_it_miss_the_first_of_the_computed_distances(drawn):
    rows, x, leaf = drawn
    distances = [distance(x, t) for t in rows]
    last = trace(rows, x, leaf)[-1]
    assert (last.best, last.least) == (distances.index(min(distances)), min(distances))


@given(searches(st.floats(-1e9, 1e9)))
def test_no_box_is_farther_than_a_row_of_it(drawn):
    rows, x, leaf = drawn
    for node in build(rows, leaf):
        assert all(bound(x, node) <= distance(x, rows[i]) for i in node.rows)


@given(searches(whole))
def test_each_row_is_compared_or_lies_in_a_box_left_out_which_is_farther(drawn):
    rows, x, leaf = drawn
    nodes, steps = build(rows, leaf), trace(rows, x, leaf)
    compared = [step.row for step in steps if step.kind == "compare"]
    skipped = [i for step in steps if step.kind == "skip" for i in nodes[step.node].rows]
    assert sorted(compared + skipped) == list(range(len(rows)))
    assert all(step.value > step.least for step in steps if step.kind == "skip")
    opened = [step.node for step in steps if step.kind == "open"]
    assert len(set(opened)) == len(opened)


@given(searches(whole))
def test_halves_share_the_rows_evenly(drawn):
    rows, _, leaf = drawn
    nodes = build(rows, leaf)
    assert nodes[0].rows == tuple(range(len(rows)))
    for node in nodes:
        if node.halves:
            first, second = (nodes[half].rows for half in node.halves)
            assert sorted(first + second) == list(node.rows)
            assert 0 <= len(second) - len(first) <= 1
        else:
            assert 1 <= len(node.rows) <= leaf


def test_the_steps_of_the_small_example():
    steps = trace([[1, 1], [4, 2], [2, 5]], [2, 2], leaf=1)
    said = [(step.kind, step.node, step.row, step.value, step.best) for step in steps]
    assert said == [
        ("open", 0, -1, 0.0, -1),
        ("open", 2, -1, 0.0, -1),
        ("open", 3, -1, 4.0, -1),
        ("compare", 3, 1, 4.0, 1),
        ("skip", 4, -1, 9.0, 1),
        ("open", 1, -1, 2.0, 1),
        ("compare", 1, 0, 2.0, 0),
    ]
    assert steps[0].least == math.inf


@pytest.mark.parametrize(
    ("rows", "x", "leaf", "message"),
    [
        ([[1, 2]], [1], 2, r"x must be 2 numbers; its shape is \(1,\)"),
        (np.empty((0, 2)), [1, 2], 2, "X_train"),
        (np.empty((2, 0)), [], 2, "X_train must have a feature"),
        ([[1, 2]], [1, 2], 0, "leaf"),
        ([[1, np.nan]], [1, 2], 2, "X_train must be finite"),
        ([[1, 1e200]], [1, 2], 2, r"X_train must stay within ±1e\+100; got 1e\+200"),
        ([[1, 2]], [1, -1e101], 2, "x must stay within"),
    ],
)
def test_bad_input_is_refused_by_name(rows, x, leaf, message):
    with pytest.raises(ValueError, match=message):
        trace(rows, x, leaf)
