import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from nnlib import nearest, squared_distances
from nnlib.widgets import EnvelopeExplorer, envelope

# Positions on a grid, where every product is exact, and anywhere.
quarters = st.integers(-16, 16).map(lambda k: k / 4)
eighths = st.integers(-32, 32).map(lambda k: k / 8)
anywhere = st.floats(-4, 4)


def some(positions):
    return st.lists(positions, min_size=1, max_size=8)


def true_nearest(templates, query):
    """Return the indices of all nearest templates, by exact arithmetic."""
    distances = [(Fraction(query) - Fraction(t)) ** 2 for t in templates]
    return [i for i, d in enumerate(distances) if d == min(distances)]


# The numbers the book states.


def test_the_default_is_the_picture_of_the_chapter():
    widget = EnvelopeExplorer()
    result = widget.read()
    assert widget.templates == [-2.0, 0.5, 2.0]
    assert result.scores == [-4.0, -0.25, -4.0]
    assert result.gaps == result.distances == [4.0, 0.25, 4.0]
    assert (result.winner, result.tied, result.close) == (1, [1], [])
    assert result.cells == [(-4.0, -0.75), (-0.75, 1.25), (1.25, 4.0)]


@pytest.mark.parametrize(("query", "tied"), [(-0.75, [0, 1]), (1.25, [1, 2])])
def test_at_a_midpoint_the_earliest_wins(query, tied):
    result = EnvelopeExplorer(query=query).read()
    assert result.tied == tied
    assert result.winner == tied[0]
    assert result.close == []


def test_the_later_of_equal_templates_has_an_empty_cell():
    result = envelope.read([1.0, -1.0, 1.0], 3.0)
    assert (result.winner, result.tied) == (0, [0, 2])
    assert result.cells == [(0.0, 4.0), (-4.0, 0.0), None]


# The reference against exact arithmetic and against nnlib.


@given(some(quarters), eighths)
def test_on_the_grid_everything_is_exact(templates, query):
    result = envelope.read(templates, query)
    assert result.bounds == [0.0] * len(templates)
    assert result.close == []
    assert result.gaps == result.distances
    assert result.tied == true_nearest(templates, query)
    assert result.winner == result.tied[0]
    X, T = np.array([[query]]), np.array(templates)[:, None]
    assert result.winner == nearest(T, X)[0]
    assert result.gaps == squared_distances(X, T, method="direct")[0].tolist()


@given(some(anywhere), anywhere)
def test_scores_are_within_their_bounds(templates, query):
    result = envelope.read(templates, query)
    for t, s, bound in zip(templates, result.scores, result.bounds, strict=True):
        exact = 2 * Fraction(t) * Fraction(query) - Fraction(t) ** 2
        assert abs(Fraction(s) - exact) <= Fraction(bound)


# Neighboring floats about a point, and a query near their midpoint: hardly anything is certain.
near = st.tuples(anywhere, st.lists(st.integers(-4, 4), min_size=2, max_size=8), st.integers(-4, 4))


def around(point):
    center, steps, step = point
    size = math.ulp(center)
    moved = [min(max(center + k * size, -4.0), 4.0) for k in [*steps, step]]
    return moved[:-1], moved[-1]


@given(st.one_of(st.tuples(some(anywhere), anywhere), near.map(around)))
def test_what_is_not_too_close_to_call_is_right(state):
    templates, query = state
    result = envelope.read(templates, query)
    assert result.winner in result.tied
    assert not set(result.tied) & set(result.close)
    truth = true_nearest(templates, query)
    # Whatever rounding did: nobody nearer than the winner goes unmentioned.
    assert set(truth) <= {result.winner, *result.tied, *result.close}
    if not result.close:
        assert truth == result.tied
        assert result.winner == nearest(np.array(templates)[:, None], np.array([[query]]))[0]


def test_too_close_to_call_happens_and_is_said():
    result = envelope.read([1.0, 1.0 + 2.0**-52], 1.0 + 2.0**-52)
    assert [result.winner, *result.close] == [0, 1]
    assert true_nearest([1.0, 1.0 + 2.0**-52], 1.0 + 2.0**-52) == [1]


@given(some(st.one_of(quarters, anywhere)))
def test_cells_cover_the_axis_once(templates):
    cells = envelope.cells(templates)
    owned = sorted((cell, i) for i, cell in enumerate(cells) if cell is not None)
    assert owned[0][0][0] == -4
    assert owned[-1][0][1] == 4
    ends = [cell[1] for cell, _ in owned[:-1]]
    assert ends == [cell[0] for cell, _ in owned[1:]]
    assert {templates[i] for _, i in owned} == set(templates)
    assert all(i == templates.index(templates[i]) for _, i in owned)
    assert all(cell[0] <= templates[i] <= cell[1] for cell, i in owned)


@given(some(quarters), eighths)
def test_the_winner_owns_the_cell_that_holds_the_query(templates, query):
    result = envelope.read(templates, query)
    holders = [
        i for i, cell in enumerate(result.cells) if cell is not None and cell[0] <= query <= cell[1]
    ]
    assert result.winner == min(holders)


# Traits: what they take, and what they refuse.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"templates": []}, "templates must be 1 to 8 numbers; got 0"),
        ({"templates": [0.0] * 9}, "templates must be 1 to 8 numbers; got 9"),
        ({"templates": [0.0, 4.25]}, r"templates\[1\] must be from -4 to 4; got 4.25"),
        ({"templates": [-4.5]}, r"templates\[0\] must be from -4 to 4; got -4.5"),
        ({"templates": [[1.0], [2.0]]}, r"templates must be one-dimensional; .* \(2, 1\)"),
        ({"templates": [0.0, math.nan]}, "templates must be finite; row 1"),
        ({"templates": [math.inf]}, "templates must be finite; row 0"),
        ({"templates": ["a"]}, "templates must hold"),
        ({"templates": 1.0}, "templates must be one-dimensional"),
        ({"query": 4.125}, "query must be from -4 to 4; got 4.125"),
        ({"query": math.nan}, "query must be from -4 to 4; got nan"),
        ({"query": -math.inf}, "query must be from -4 to 4; got -inf"),
        ({"query": "0"}, "'query' trait .* expected a float"),
        ({"query": None}, "'query' trait .* expected a float"),
    ],
)
def test_a_bad_value_gets_one_clear_error_and_changes_nothing(change, message):
    widget = EnvelopeExplorer([1.0, 2.0], 0.5)
    ((name, value),) = change.items()
    with pytest.raises(TraitError, match=message):
        setattr(widget, name, value)
    assert (widget.templates, widget.query) == ([1.0, 2.0], 0.5)
    with pytest.raises(TraitError, match=message):
        EnvelopeExplorer(**change)


@pytest.mark.parametrize("arguments", [([3.0], 5.0), ([5.0], 3.0), ([], 3.0)])
def test_show_changes_all_or_nothing(arguments):
    widget = EnvelopeExplorer()
    heard = []
    widget.observe(heard.append, ["templates", "query"])
    with pytest.raises(TraitError):
        widget.show(*arguments)
    assert (widget.templates, widget.query) == ([-2.0, 0.5, 2.0], 0.0)
    assert heard == []


def test_show_sets_both():
    widget = EnvelopeExplorer()
    widget.show(np.array([1, 3], dtype=np.int8), 2)
    assert widget.templates == [1.0, 3.0]
    assert all(type(t) is float for t in widget.templates)
    assert widget.query == 2.0
    assert type(widget.query) is float
    assert widget.read().tied == [0, 1]


def test_reset_returns_to_the_state_at_construction():
    widget = EnvelopeExplorer([1.5], -0.5)
    widget.show([0.0, 1.0], 3.0)
    widget.reset()
    assert (widget.templates, widget.query) == ([1.5], -0.5)


def test_two_widgets_share_nothing():
    one, two = EnvelopeExplorer(), EnvelopeExplorer()
    one.templates.append(3.0)
    assert two.templates == EnvelopeExplorer().templates == [-2.0, 0.5, 2.0]
    one.reset()
    assert one.templates == [-2.0, 0.5, 2.0]


def test_an_update_from_the_page_is_observed():
    widget = EnvelopeExplorer()
    heard = []
    widget.observe(lambda change: heard.append((change["name"], change["new"])), "query")
    widget.set_state({"query": 0.125, "templates": [1, 2]})
    assert heard == [("query", 0.125)]
    assert widget.templates == [1.0, 2.0]


def test_the_representation_is_the_same_on_every_run():
    assert repr(EnvelopeExplorer()) == "EnvelopeExplorer(templates=[-2.0, 0.5, 2.0], query=0.0)"
    bundle = EnvelopeExplorer()._repr_mimebundle_()
    assert "0x" not in json.dumps(bundle[0]["text/plain"])


def test_the_state_is_strict_json():
    own = {"templates", "query", "name", "home", "_esm", "_css"}
    state = EnvelopeExplorer().get_state(own)
    assert set(state) == own
    assert state["home"] == {"templates": [-2.0, 0.5, 2.0], "query": 0.0}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


# The module and the figure.


@pytest.mark.parametrize(
    ("templates", "query", "title", "cells"),
    [
        ([-2, 0.5, 2], 0, "x = 0: t1 nearest, gap (x − t)² = 0.25", ["t0", "t1", "t2"]),
        ([-2, 0.5, 2], -0.75, "x = −0.75: t0 = t1 nearest, gap (x − t)² = 1.5625", None),
        ([4, 1, 4], 4, "x = 4: t0 = t2 nearest, gap (x − t)² = 0", ["t0 = t2", "t1"]),
        ([0.0], 4, "x = 4: t0 nearest, gap (x − t)² = 16", ["t0"]),
    ],
)
def test_the_figure_tells_the_same(templates, query, title, cells, pyplot):
    widget = EnvelopeExplorer(templates, query)
    figure = widget.figure()
    plot, strip = figure.axes
    assert plot.get_title() == title
    assert figure.get_figwidth() == 6.4
    assert figure.patch.get_alpha() == plot.patch.get_alpha() == strip.patch.get_alpha() == 0
    assert (plot.get_ylabel(), strip.get_xlabel()) == ("score s", "x")
    if cells:
        assert sorted(note.get_text() for note in strip.texts) == cells
    # Each cell with its own hatch and marker, the second cues, and of the right width.
    drawn = {patch.get_x(): patch.get_width() for patch in strip.patches}
    left, right = strip.get_xlim()
    owned = [cell for cell in widget.read().cells if cell]
    for a, b in owned:
        assert drawn[max(a, left)] == min(b, right) - max(a, left)
    assert len({patch.get_hatch() for patch in strip.patches}) == len(owned)
    # Parabola and gap with its caps; tangent and marker; envelope and two borders.
    assert len(plot.lines) == 3 + 2 * len(templates) + 3 * len(owned)
    figure.canvas.draw()
