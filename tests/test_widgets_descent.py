import json

import numpy as np
import pytest
from traitlets import TraitError

from nnlib import nearest
from nnlib.widgets import TreeStepper
from nnlib.widgets.descent import STATE


def test_the_trace_ends_at_the_nearest_row_and_spares_most():
    widget = TreeStepper()
    steps = widget.trace()
    assert steps[-1].best == nearest(widget.templates, [widget.query])[0]
    assert sum(step.kind == "compare" for step in steps) == 4


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"templates": np.ones((4, 3))}, r"rows of 2 numbers; the shape is \(4, 3\)"),
        ({"templates": np.ones((17, 2))}, r"at most 16 rows of 2 numbers; the shape is \(17, 2\)"),
        ({"templates": [[np.inf, 1]] * 4}, "templates must be finite"),
        ({"templates": [[1e101, 1]] * 4}, "templates must stay within"),
        ({"query": [1, 2, 3]}, "query must have 2 entries; got 3"),
        ({"extent": [1, 0, 0, 1]}, "extent must be left < right"),
        ({"at": 65}, "at must be a step from 0 to 64; got 65"),
        ({"at": -1}, "at must be a step from 0 to 64; got -1"),
    ],
)
def test_bad_traits_are_refused_by_name_and_nothing_changes(traits, message):
    with pytest.raises(TraitError, match=message):
        TreeStepper(**traits)
    widget = TreeStepper()
    before = widget.get_state()
    with pytest.raises(TraitError, match=message):
        widget._set_together(traits)
    assert widget.get_state() == before


def test_reset_returns_and_the_state_is_plain_json():
    widget = TreeStepper(at=2)
    widget.at, widget.query = 5, [3, 3]
    widget.reset()
    assert repr(widget) == "TreeStepper(query=[2.9, 2.2], at=2)"
    state = {key: widget.get_state()[key] for key in (*STATE, "home")}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


def test_the_figure_draws_each_leaf_and_the_ball(pyplot):
    (axis,) = TreeStepper().figure().axes
    *boxes, ball = axis.patches
    assert len(boxes) == 8
    assert sum(box.get_linestyle() == "-" for box in boxes) == 2
    assert ball.get_radius() == pytest.approx(0.61**0.5)
