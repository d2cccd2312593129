import json

import numpy as np
import pytest
from traitlets import TraitError

from nnlib import k_nearest
from nnlib.widgets import ClockedStepper
from nnlib.widgets.clocked import STATE


def test_the_trace_is_that_of_the_real_network():
    widget = ClockedStepper()
    trace = widget.trace()
    assert trace.neighbors == k_nearest(widget.templates, [widget.query], 4)[0].tolist()
    assert [cycle.phase for cycle in trace.cycles] == ["select", "feedback"] * 3 + ["select"]
    assert trace.cycles[1].sums.tolist() == [-4, 0, -1, -2]


def test_equal_rows_are_taken_in_their_order():
    widget = ClockedStepper([[1, 1], [0, 0], [1, 1]], [0, 1, 1], [1, 1])
    assert widget.trace().neighbors == [0, 2, 1]


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"templates": [[1.0, 2.0]]}, "labels must have one entry for each of 1 rows; got 4"),
        ({"templates": np.ones((4, 3))}, r"rows of 2 numbers; the shape is \(4, 3\)"),
        ({"templates": np.ones((9, 2))}, r"at most 8 rows of 2 numbers; the shape is \(9, 2\)"),
        ({"templates": [[np.inf, 1]] * 4}, "templates must be finite"),
        ({"templates": [[1e101, 1]] * 4}, "templates must stay within"),
        (
            {"labels": [0, 1, 2, 0]},
            "labels must be below the number of class_names, 2; the largest label is 2",
        ),
        ({"class_names": ["A", "A"]}, "class_names must be 1 to 4 different names"),
        ({"query": [1, 2, 3]}, "query must have 2 entries; got 3"),
        ({"extent": [1, 0, 0, 1]}, "extent must be left < right"),
        ({"at": 8}, "at must be a cycle from 0 to 7; got 8"),
        ({"at": -1}, "at must be a cycle from 0 to 7; got -1"),
    ],
)
def test_bad_traits_are_refused_by_name_and_nothing_changes(traits, message):
    with pytest.raises(TraitError, match=message):
        ClockedStepper(**traits)
    widget = ClockedStepper()
    before = widget.get_state()
    with pytest.raises(TraitError, match=message):
        widget._set_together(traits)
    assert widget.get_state() == before


def test_reset_returns_and_the_state_is_plain_json():
    widget = ClockedStepper(at=2)
    widget.at, widget.query = 5, [3, 3]
    widget.reset()
    assert (widget.at, widget.query) == (2, [2.0, 2.0])
    state = {key: widget.get_state()[key] for key in (*STATE, "home")}
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    assert repr(ClockedStepper([[1, 2]], [0], [0, 0])) == (
        "ClockedStepper(templates=[[1.0, 2.0]], labels=[0], query=[0.0, 0.0], at=0)"
    )


def test_the_figure_shows_every_sum(pyplot):
    widget = ClockedStepper()
    (axis,) = widget.figure().axes
    found = [int(text.get_text().replace("−", "-")) for text in axis.texts]
    sums = np.stack([cycle.sums for cycle in widget.trace().cycles], axis=1)
    assert found == sums.ravel().tolist()
