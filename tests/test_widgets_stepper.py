"""What holds for every stepper, and what each one's traits must not be."""

import json

import numpy as np
import pytest
from traitlets import TraitError

from nnlib import k_nearest, nearest, predict_1nn
from nnlib.widgets import (
    AttentionStepper,
    CascadeStepper,
    LearningStepper,
    MaxnetStepper,
    PerceptronStepper,
    ScanStepper,
    ShardStepper,
    WalkStepper,
)

STEPPERS = {
    CascadeStepper: "CascadeStepper(query=[2.3, 1.9], offset=300, centered=False, at=2)",
    PerceptronStepper: "PerceptronStepper(query=[2.0, 2.0], at=2)",
    ScanStepper: "ScanStepper(query=[2.0, 2.0], expanded=False, turned=False, at=2)",
    ShardStepper: "ShardStepper(query=[2.5, 1.5], k=2, turned=False, at=2)",
    WalkStepper: "WalkStepper(query=[3.5, 3.6], ef=1, at=2)",
    LearningStepper: "LearningStepper(query=[3.1, 2.5], rate=1.0, at=2)",
    AttentionStepper: (
        "AttentionStepper(templates=[[1.0, 1.0], [4.0, 2.0], [2.0, 5.0], [3.0, 3.0]], "
        "query=[3.0, 3.0], at=2)"
    ),
    MaxnetStepper: "MaxnetStepper(query=[2.5, 1.5], at=2)",
}
every_stepper = pytest.mark.parametrize("stepper", STEPPERS, ids=lambda one: one.__name__)


@every_stepper
def test_reset_returns_and_the_state_is_plain_json(stepper):
    widget = stepper(at=2)
    begun = widget.get_state()
    widget.at, widget.query = 5, [3, 3.5]
    widget.reset()
    assert {name: begun[name] for name in widget.home} == begun["home"]
    assert {name: getattr(widget, name) for name in widget.home} == {**widget.home, "at": 2}
    assert repr(widget) == STEPPERS[stepper]
    state = {key: widget.get_state()[key] for key in (*widget.home, "home")}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


BAD = {
    stepper: [
        ({"templates": np.ones((2, 3))}, r"rows of 2 numbers; the shape is \(2, 3\)"),
        ({"templates": np.ones((17, 2))}, r"rows of 2 numbers; the shape is \(17, 2\)"),
        ({"templates": [[np.inf, 1]]}, "templates must be finite"),
        ({"query": [1, 2, 3]}, "query must have 2 entries; got 3"),
        ({"query": [1e7, 2]}, "query must stay within"),
        ({"extent": [1, 0, 0, 1]}, "extent must be left < right"),
        ({"at": 101}, "at must be a step from 0 to"),
        ({"at": -1}, "at must be a step from 0 to"),
    ]
    for stepper in STEPPERS
}
BAD[CascadeStepper] += [({"offset": 1001}, "offset must be from 0 to 1000; got 1001")]
BAD[PerceptronStepper] += [
    ({"labels": [0]}, "labels must have one entry for each of 6 rows; got 1"),
    ({"class_names": ["A"]}, "labels must be below the number of class_names"),
]
BAD[ScanStepper] += [
    ({"labels": [0]}, "labels must have one entry for each of 5 rows; got 1"),
    ({"at": 21}, "at must be a step from 0 to 20; got 21"),
]
BAD[ShardStepper] += [
    ({"labels": [0] * 7 + [4]}, "labels must be below the number of class_names, 4"),
    ({"k": 0}, "k must be from 1 to 3; got 0"),
]
BAD[WalkStepper] += [({"ef": 5}, "ef must be from 1 to 4; got 5")]
BAD[LearningStepper] += [
    ({"start": [[1, 2]]}, "start must be at most 6 rows of 2 numbers, and code a label for each"),
    ({"start": [[1, 2, 3]] * 3}, "got 3 rows of 3"),
    ({"code": [0, 0, 0]}, r"labels must be those of templates, \[0\]"),
    ({"code": [0, 1, 2]}, "code must be below the number of class_names; got 2"),
    ({"rate": 0}, "rate must be from 0.1 to 10, in whole tenths; got 0"),
    ({"rate": 10.1}, "rate must be from 0.1 to 10, in whole tenths; got 10.1"),
    ({"rate": 0.25}, "rate must be from 0.1 to 10, in whole tenths; got 0.25"),
    ({"rate": np.nan}, "rate must be from 0.1 to 10, in whole tenths; got nan"),
]


@pytest.mark.parametrize(
    ("stepper", "traits", "message"),
    [(stepper, *case) for stepper, cases in BAD.items() for case in cases],
)
def test_bad_traits_are_refused_by_name_and_nothing_changes(stepper, traits, message):
    with pytest.raises(TraitError, match=message):
        stepper(**traits)
    widget = stepper()
    before = widget.get_state()
    with pytest.raises(TraitError, match=message):
        widget._set_together(traits)
    assert widget.get_state() == before


def test_the_page_counts_the_rate_in_tenths():
    """So do the addresses that readers kept; Python has the rate that the page says."""
    widget = LearningStepper(rate=0.3)
    state = widget.get_state(["rate", "home"])
    assert state["rate"] == state["home"]["rate"] == 3
    widget.set_state({"rate": 100})
    assert widget.rate == 10
    losses = [step.loss for step in widget.trace()]
    assert losses[2] < losses[0] < losses[1]
    widget.reset()
    assert widget.rate == widget.home["rate"] == 0.3


def test_each_ends_as_the_library_does():
    assert CascadeStepper().trace()[-1].row == 0
    walk = WalkStepper()
    (best,) = nearest(walk.templates, [walk.query])
    assert [WalkStepper(ef=ef).trace()[-1].row == best for ef in (1, 2, 3, 4)] == [0, 0, 1, 1]
    net = PerceptronStepper()
    (fires,) = (step.unit for step in net.trace() if step.kind == "or" and step.fires)
    assert fires == predict_1nn(net.templates, net.labels, [net.query])[0]
    shards = ShardStepper()
    expected = tuple(k_nearest(shards.templates, [shards.query], 2)[0])
    assert shards.trace()[-1].kept == ShardStepper(turned=True).trace()[-1].kept == expected
    assert ScanStepper(query=[4, 2]).trace()[-1].best == 1
    assert ScanStepper(query=[4, 2], turned=True).trace()[-1].best == 3
    assert AttentionStepper().trace()[-1].leader == 3
    assert [state.right for state in LearningStepper().trace()[::40]] == [9, 12]
    assert MaxnetStepper().trace().winner is None
    assert MaxnetStepper(query=[2.4, 1.5]).trace().winner == 0


def test_the_figure_of_the_scan_gives_a_squared_distance_in_full(pyplot):
    (axis,) = ScanStepper([[-99.9, 99.9]], [0], [5.1, 5.1]).figure().axes
    assert [text.get_text() for text in axis.texts] == ["20012.04"]


def test_the_perceptron_of_the_widget_is_worth_pruning_and_fires_several_ands():
    steps = PerceptronStepper().trace()
    assert sum(step.kind == "cut" for step in steps) == 6
    assert [step.unit for step in steps if step.kind == "and" and step.fires] == [0, 3, 4]


def test_the_figures_tell_the_same_story(pyplot):
    (axis,) = CascadeStepper().figure().axes
    assert [line.get_linestyle() for line in axis.lines[:6]] == ["-", "-", ":", ":", "-", "-"]
    axes = PerceptronStepper().figure().axes
    assert [axis.get_title() for axis in axes] == [f"AND of row {i}" for i in range(6)]
    assert sum(line.get_linestyle() == ":" for axis in axes for line in axis.lines) == 6
    for form, terms in ((False, 2), (True, 3)):
        (axis,) = ScanStepper(expanded=form).figure().axes
        assert len(axis.patches) == 5 * terms
        assert [line.get_xdata()[0] for line in axis.lines[:-1]] == [2, 4, 9, 4, 13]
    (axis,) = ShardStepper().figure().axes
    assert sum(line.get_markersize() == 22 for line in axis.lines) == 2
    (axis,) = WalkStepper().figure().axes
    (way,) = (line for line in axis.lines if line.get_linewidth() == 2.5)
    assert np.array(way.get_data()).T.tolist() == [[1, 1], [4, 2], [5, 4]]
    left, right = LearningStepper().figure().axes
    assert len(left.lines[0].get_ydata()) == 41
    assert sum(line.get_marker() == "*" for line in right.lines) == 3
    assert [axis.get_title() for axis in AttentionStepper().figure().axes] == [
        "α = 0",
        "α = 0.5",
        "α = 1",
    ]
    (axis,) = MaxnetStepper().figure().axes
    assert [line.get_ydata()[-1] for line in axis.lines] == [0.5, 0.5, 0, 0]
