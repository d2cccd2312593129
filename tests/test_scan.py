"""The loop over the rows: its answer is the search's, and both forms add up to one number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nearest, squared_distances
from nnlib.scan import trace

point = st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(-4, 4))


@given(st.lists(point, min_size=1, max_size=8), point)
def test_it_ends_at_the_nearest_row_whichever_form_it_adds_up(rows, x):
    direct, expanded = trace(rows, x), trace(rows, x, expanded=True)
    assert direct[-1].best == expanded[-1].best == nearest(rows, [x])[0]
    found = [step.distance for step in direct]
    assert found == [step.distance for step in expanded] == [sum(step.terms) for step in direct]
    assert found == squared_distances([x], rows)[0].tolist()
    for step in expanded:
        t = np.array(rows[step.row])
        assert step.terms == (np.dot(x, x), -2 * np.dot(x, t), np.dot(t, t))


@given(st.lists(point, min_size=1, max_size=8), point)
def test_from_the_last_row_on_the_latest_of_equals_wins(rows, x):
    steps = trace(rows, x, turned=True)
    assert [step.row for step in steps] == list(range(len(rows)))[::-1]
    assert steps[-1].best == len(rows) - 1 - nearest(rows[::-1], [x])[0]


def test_equals_do_not_displace_an_earlier_row():
    verdicts = [(step.verdict, step.best) for step in trace([[1], [3], [2], [2]], [2])]
    assert verdicts == [("first", 0), ("tie", 0), ("nearer", 2), ("tie", 2)]
    assert [step.verdict for step in trace([[2], [5]], [2])] == ["first", "farther"]


@pytest.mark.parametrize(
    ("rows", "x", "message"),
    [
        ([[1, 2]], [1], r"x must be 2 numbers; its shape is \(1,\)"),
        ([[1, 2]], [0.5, 1], "x must be whole numbers within ±1000"),
        ([[1, 2001]], [1, 2], "T must be whole numbers within ±1000"),
        (np.ones((0, 2)), [1, 2], "T has no rows"),
    ],
)
def test_bad_input_is_refused_by_name(rows, x, message):
    with pytest.raises(ValueError, match=message):
        trace(rows, x)
