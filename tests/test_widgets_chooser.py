"""The chooser: its cases, what it refuses, its state and its figure."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from traitlets import TraitError

from nnlib.advice import TREE_ROWS, advise, size
from nnlib.widgets import IndexChooser
from nnlib.widgets.chooser import CASES, DEFAULT, settings_of


def best_of(advice):
    (best,) = (one for one in advice if one.verdict == "best")
    return best


# What the book states.


@pytest.mark.parametrize(
    ("case", "best"),
    [
        ("chapter", "ivf"),
        ("exact", "brute"),
        ("cloud", "hnsw"),
        ("deletes", "ivf"),
        ("laptop", "pq"),
        ("map", "tree"),
        ("small", "brute"),
        ("billion", "pq"),
        ("archive", "brute"),
    ],
)
def test_every_case_has_its_answer(case, best):
    assert best_of(advise(**settings_of(case))).key == best
    assert set(CASES[case]) <= {"title", "note", *DEFAULT}


def test_the_first_case_is_the_default():
    first, *rest = CASES
    assert {name: CASES[first].get(name, value) for name, value in DEFAULT.items()} == DEFAULT
    assert rest == ["exact", "cloud", "deletes", "laptop", "map", "small", "billion", "archive"]


# What is refused.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 999}, "n must be from 1,000 to 1,000,000,000; got 999"),
        ({"n": 10**9 + 1}, "n must be from 1,000 to 1,000,000,000; got 1,000,000,001"),
        ({"d": 1}, "d must be from 2 to 1,536; got 1"),
        ({"intrinsic": -1}, "intrinsic must be from 0 to 1,536; got -1"),
        ({"memory": 0.0}, "memory must be from 0.1 to 10,000; got 0.0"),
        ({"memory": math.nan}, "memory must be from 0.1 to 10,000; got nan"),
        ({"memory": math.inf}, "memory must be from 0.1 to 10,000; got inf"),
        ({"batch": 0}, "batch must be from 1 to 100,000; got 0"),
    ],
)
def test_a_bad_setting_gets_one_clear_error_and_changes_nothing(change, message):
    widget = IndexChooser("laptop")
    ((name, value),) = change.items()
    with pytest.raises(TraitError, match=message):
        setattr(widget, name, value)
    assert {name: getattr(widget, name) for name in DEFAULT} == settings_of("laptop")
    with pytest.raises(TraitError, match=message):
        IndexChooser(**change)
    with pytest.raises(ValueError, match=message):
        advise(**{**DEFAULT, **change})


@pytest.mark.parametrize(
    ("case", "change", "message"),
    [
        ("none", {}, "case must be one of 'chapter', .*; got 'none'"),
        ("exact", {"rows": 5}, "a case has n, d, .*; got rows"),
        ("exact", {"n": 5, "d": 4}, "n must be from"),
    ],
)
def test_show_changes_all_or_nothing(case, change, message):
    widget = IndexChooser()
    heard = []
    widget.observe(heard.append, list(DEFAULT))
    with pytest.raises(TraitError, match=message):
        widget.show(case, **change)
    assert {name: getattr(widget, name) for name in DEFAULT} == DEFAULT
    assert heard == []


# The widget.


def test_show_and_reset():
    widget = IndexChooser("exact", memory=8)
    widget.show("billion", d=96)
    assert (widget.n, widget.d, widget.batch, widget.recall) == (10**9, 96, 1, 0.95)
    assert widget.read() == advise(**{**settings_of("billion"), "d": 96})
    widget.reset()
    assert {name: getattr(widget, name) for name in DEFAULT} == {
        **settings_of("exact"),
        "memory": 8.0,
    }


def test_an_update_from_the_page_is_observed():
    widget = IndexChooser()
    heard = []
    widget.observe(lambda change: heard.append(change["new"]), "memory")
    widget.set_state({"memory": 4, "recall": 1})
    assert heard == [4.0]
    assert best_of(widget.read()).key == "brute"


def test_two_widgets_share_nothing():
    one, two = IndexChooser(), IndexChooser()
    one.rules["tree"].clear()
    assert two.rules["tree"] == IndexChooser().rules["tree"] == TREE_ROWS


def test_the_representation_is_the_same_on_every_run():
    assert repr(IndexChooser("map")) == (
        "IndexChooser(n=10000000, d=2, intrinsic=0, memory=16.0, batch=1, recall=1.0, "
        "updates='rare', spread='clusters')"
    )
    assert "0x" not in json.dumps(IndexChooser()._repr_mimebundle_()[0]["text/plain"])


def test_the_state_is_strict_json():
    own = {*DEFAULT, "name", "home", "rules", "_esm", "_css"}
    state = IndexChooser().get_state(own)
    assert set(state) == own
    assert state["home"] == DEFAULT
    assert json.loads(json.dumps(state, allow_nan=False)) == state


@pytest.mark.parametrize("case", CASES)
def test_the_figure_tells_the_same(case, pyplot):
    widget = IndexChooser(case)
    figure = widget.figure()
    memory, work = figure.axes
    advice = widget.read()[::-1]
    labels = [label.get_text() for label in memory.get_yticklabels()]
    assert labels == [("▸ " if one.verdict == "best" else "") + one.name for one in advice]
    brute = advice[-1].work
    assert [bar.get_width() for bar in memory.patches] == [one.bytes for one in advice]
    assert [bar.get_width() for bar in work.patches] == [one.work / brute for one in advice]
    # A hatch beside the color for what is of no use.
    assert [bool(bar.get_hatch()) for bar in memory.patches] == [
        one.verdict == "no" for one in advice
    ]
    assert [note.get_text().strip() for note in memory.texts] == [size(one.bytes) for one in advice]
    assert memory.lines[0].get_xdata()[0] == widget.memory * 1e9
    assert figure.patch.get_alpha() == memory.patch.get_alpha() == work.patch.get_alpha() == 0
    assert figure.get_figwidth() == 6.4
    figure.canvas.draw()


def test_what_is_told_is_plain_numbers_and_words():
    for one in advise(np.int64(10**6), 64, 4):
        assert {type(value) for value in asdict(one).values()} <= {int, str, bool}
