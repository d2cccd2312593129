import json
import math
import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler
from traitlets import TraitError

from nnlib import nearest, softmax
from nnlib.widgets import TemperatureExplorer, base, readout, temperature

U = 2.0**-53


def answer(preset, tau):
    data = temperature.case(preset)
    result = readout.readout(
        data.templates, data.labels, data.query, tau, len(data.class_names), "stable"
    )
    return [data.class_names[c] for c in result.winners]


def changes(preset):
    """Return every (τ, answer above, answer below) at which the answer changes, hottest first."""
    found = []
    grid = [10 ** (k / 100) for k in range(300, -301, -1)]
    for above, below in pairwise(grid):
        if answer(preset, above) == answer(preset, below):
            continue
        high, low = above, below
        for _ in range(60):
            middle = math.sqrt(high * low)
            if answer(preset, middle) == answer(preset, above):
                high = middle
            else:
                low = middle
        found.append((high, answer(preset, above)[0], answer(preset, below)[0]))
    return found


# The numbers the book states.


def test_the_published_case_is_the_one_that_was_published():
    X, y = load_iris(return_X_y=True)
    scaler = StandardScaler().fit(X[:-1])
    data = temperature.case("published")
    np.testing.assert_allclose(data.templates, scaler.transform(X[:-1]), rtol=0, atol=1e-14)
    np.testing.assert_allclose(data.query, scaler.transform(X[-1:])[0], rtol=0, atol=1e-14)
    assert data.labels == y[:-1].tolist()
    widget = TemperatureExplorer.published_case()
    assert widget.temperature == 1
    result = widget.readout()
    assert [widget.class_names[c] for c in result.winners] == ["versicolor"]
    assert widget.class_names[widget.labels[result.nearest]] == "virginica"
    assert result.nearest == nearest(np.array(data.templates), np.array([data.query]))[0] == 138
    assert result.probabilities == pytest.approx([5.331540e-05, 0.503823770, 0.496122915], abs=1e-9)


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("published", [(0.8743, "versicolor", "virginica")]),
        ("iris-149", [(0.8743, "versicolor", "virginica")]),
        (
            "border",
            [(2.2064, "virginica", "versicolor"), (0.4235, "versicolor", "virginica")],
        ),
        ("paper", [(5.7290, "B", "A")]),
        ("raw", [(4.6815, "versicolor", "virginica")]),
    ],
)
def test_the_answer_changes_at_these_temperatures(preset, expected):
    found = changes(preset)
    assert [(a, b) for _, a, b in found] == [(a, b) for _, a, b in expected]
    assert [t for t, _, _ in found] == pytest.approx([t for t, _, _ in expected], abs=5e-5)


def test_the_pen_and_paper_case_solves_its_equation():
    # e^(−2/τ) = e^(−4/τ) + e^(−9/τ), with v = e^(−1/τ): 1 = v² + v⁷.
    tau = changes("paper")[0][0]
    v = math.exp(-1 / tau)
    assert v**2 + v**7 == pytest.approx(1, abs=1e-12)


def test_a_tie_stays_a_tie_as_the_temperature_falls():
    widget = TemperatureExplorer(preset="tie", temperature=1e-3)
    result = widget.readout()
    assert result.weights == [0.5, 0.5, 0.0]
    assert result.winners == [0, 1]
    assert result.nearest == 0
    assert result.effective == pytest.approx(2)
    widget.temperature = 1
    assert widget.readout().winners == [1]


def test_the_naive_softmax_overflows_and_the_stable_one_does_not():
    widget = TemperatureExplorer(preset="raw", temperature=0.1, softmax="naive")
    assert max(widget.readout().scores) / 0.1 > 709.79
    assert any(math.isnan(w) for w in widget.readout().weights)
    assert widget.readout().winners == []
    widget.temperature = 0.11
    assert not any(math.isnan(w) for w in widget.readout().weights)
    widget.softmax, widget.temperature = "stable", 1e-3
    assert sum(widget.readout().weights) == pytest.approx(1)


def test_the_naive_softmax_of_distances_underflows_to_zero_over_zero():
    distances = [2.0, 10.0, 4.0]
    assert all(math.isnan(w) for w in readout.softmax([-d for d in distances], 1e-3, "naive"))
    assert readout.softmax([-d for d in distances], 1e-3) == [1.0, 0.0, 0.0]


# The reference against exact arithmetic and against nnlib.

finite = st.floats(-1e3, 1e3)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(0, 5)), elements=finite),
    st.data(),
)
def test_scores_are_within_the_rounding_bound_of_exact_ones(templates, data):
    n, d = templates.shape
    query = data.draw(arrays(np.float64, d, elements=finite))
    computed = readout.scores(templates.tolist(), query.tolist())
    for i in range(n):
        t, x = [[Fraction(float(v)) for v in row] for row in (templates[i], query)]
        exact = sum((2 * a * b - a * a for a, b in zip(t, x, strict=True)), Fraction(0))
        size = sum((abs(2 * a * b) + a * a for a, b in zip(t, x, strict=True)), Fraction(0))
        assert abs(Fraction(computed[i]) - exact) <= Fraction((d + 2) * U) * size + Fraction(1e-300)


@given(
    arrays(np.float64, st.integers(1, 40), elements=finite),
    st.floats(1e-3, 1e3),
)
def test_stable_weights_are_those_of_nnlib(scores, tau):
    weights = readout.softmax(scores.tolist(), tau)
    np.testing.assert_allclose(weights, softmax(scores, tau), rtol=1e-12, atol=1e-300)


@given(arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(0, 4)), elements=finite))
def test_standardizing_agrees_with_scikit_learn(rows):
    rows = np.round(rows, 3)
    spread = rows.std(axis=0)
    rows = rows[:, (spread > 1e-3) | (np.ptp(rows, axis=0) == 0)]
    if rows.shape[1] == 0:
        return
    scaler = StandardScaler().fit(rows)
    templates, query = readout.standardize(rows.tolist(), rows[0].tolist())
    np.testing.assert_allclose(templates, scaler.transform(rows), atol=1e-9)
    assert query == templates[0]


@given(st.integers(2, 30), st.floats(1e-3, 1e3))
def test_equal_weights_count_as_so_many_neighbors(n, tau):
    result = readout.readout([[1.0]] * n, [0] * n, [0.0], tau, 1)
    assert result.effective == pytest.approx(n)
    assert result.nearest == 0


# Traits: what they take, and what they refuse.


def state_of(widget):
    return {name: getattr(widget, name) for name in widget.trait_names() if name in SYNCED}


SYNCED = ["templates", "labels", "class_names", "query", "temperature", "softmax", "preset"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"templates": [[1.0, 2.0]]}, r"labels has shape \(3,\), templates has shape \(1, 2\)"),
        ({"templates": [1.0, 2.0]}, r"templates must be two-dimensional"),
        ({"templates": []}, "templates"),
        ({"templates": [[1.0, 2.0], [3.0], [4.0, 5.0]]}, "templates cannot be read as an array"),
        ({"templates": [[0, 0], [math.nan, 0], [1, 3]]}, "templates must be finite; row 1"),
        ({"templates": [[0, 0], [1e200, 0], [1, 3]]}, "too large to square"),
        ({"templates": [["a", "b"]] * 3}, "templates must hold"),
        ({"labels": [0, 1]}, r"labels has shape \(2,\), templates has shape \(3, 2\)"),
        ({"labels": [0, 1, 2]}, "labels must be below the number of class_names, 2"),
        ({"labels": [0, 1, -1]}, "labels must not be negative"),
        ({"labels": [0, 1, 0.5]}, "labels must be a list of whole numbers"),
        ({"class_names": ["A"]}, "class_names"),
        ({"class_names": ["A", "A"]}, "class_names must be 1 to 7 different names"),
        ({"class_names": list("ABCDEFGH")}, "class_names must be 1 to 7 different names"),
        ({"query": [1.0]}, r"query has shape \(1,\), templates has shape \(3, 2\)"),
        ({"query": [[1.0, 2.0]]}, r"query must be one-dimensional; its shape is \(1, 2\)"),
        ({"query": [1.0, math.inf]}, "query must be finite; row 1"),
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": 1001.0}, "temperature"),
        ({"temperature": math.nan}, "temperature must be a number; got nan"),
        ({"temperature": "warm"}, "temperature"),
        ({"softmax": "fast"}, "softmax"),
        ({"preset": "nobody"}, "preset must be one of 'published'"),
        ({"preset": "iris-150"}, "preset must be one of"),
        ({"preset": "iris-007"}, "preset must be one of"),
    ],
)
def test_a_bad_value_gets_one_clear_error_and_changes_nothing(change, message):
    widget = TemperatureExplorer(preset="paper", temperature=0.5)
    before = state_of(widget)
    ((name, value),) = change.items()
    with pytest.raises(TraitError, match=message):
        setattr(widget, name, value)
    assert state_of(widget) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ([[1.0, 2.0]], [0, 1], [1.0, 2.0]),
        ([[1.0, 2.0]], ["a"], [1.0, 2.0]),
        ([[1.0, 2.0]], [0], [1.0]),
        ([[1.0, 2.0]], [0], [1.0, math.nan]),
    ],
)
def test_show_changes_all_or_nothing(arguments):
    widget = TemperatureExplorer(preset="paper")
    before = state_of(widget)
    with pytest.raises(TraitError):
        widget.show(*arguments)
    assert state_of(widget) == before


@pytest.mark.parametrize(
    "arguments",
    [
        {"templates": [[1.0]]},
        {"labels": [0], "query": [0.0]},
        {"templates": [[1.0]], "labels": [0], "query": [0.0], "preset": "tie"},
        {"preset": "nobody"},
        {"temperature": 1e-9},
    ],
)
def test_the_constructor_refuses(arguments):
    with pytest.raises(TraitError):
        TemperatureExplorer(**arguments)


def test_arrays_become_plain_lists():
    widget = TemperatureExplorer(
        np.array([[0, 0], [4, 0]], dtype=np.uint8), np.array([1, 0]), np.float32([0.5, 1])
    )
    assert widget.templates == [[0.0, 0.0], [4.0, 0.0]]
    assert widget.labels == [1, 0]
    assert widget.query == [0.5, 1.0]
    assert widget.class_names == ["0", "1"]
    assert widget.preset == ""
    assert all(type(v) is float for row in widget.templates for v in row)
    assert all(type(v) is int for v in widget.labels)


def test_preset_and_data_follow_each_other():
    widget = TemperatureExplorer(temperature=0.25)
    widget.preset = "tie"
    assert widget.query == [0.0, 0.0]
    assert widget.class_names == ["A", "B"]
    assert widget.temperature == 0.25
    widget.query = [0.0, 1.0]
    assert widget.preset == ""
    widget.preset = "iris-0"
    assert len(widget.templates) == 149
    widget.show([[0.0], [1.0]], [0, 1], [0.25])
    assert widget.preset == ""
    widget.reset()
    assert (widget.preset, widget.temperature, len(widget.query)) == ("published", 0.25, 4)


def test_reset_returns_to_own_data():
    widget = TemperatureExplorer([[0.0], [1.0]], [0, 1], [0.25], ["near", "far"])
    before = state_of(widget)
    widget.preset, widget.temperature, widget.softmax = "raw", 7.0, "naive"
    widget.reset()
    assert state_of(widget) == before


def test_an_update_from_the_page_keeps_its_temperature_and_is_observed():
    widget = TemperatureExplorer()
    heard = []
    widget.observe(lambda change: heard.append((change["name"], change["new"])), "temperature")
    widget.set_state({"temperature": 0.125, "preset": "tie", **temperature.case("tie")._asdict()})
    assert (widget.preset, widget.temperature) == ("tie", 0.125)
    assert heard == [("temperature", 0.125)]


def test_the_representation_is_the_same_on_every_run():
    assert repr(TemperatureExplorer()) == (
        "TemperatureExplorer(preset='published', temperature=1.0, softmax='stable')"
    )
    bundle = TemperatureExplorer()._repr_mimebundle_()
    assert "0x" not in json.dumps(bundle[0]["text/plain"])


@pytest.mark.parametrize("preset", [entry["name"] for entry in temperature.PRESETS])
def test_the_state_is_strict_json(preset):
    own = {*SYNCED, "name", "presets", "dataset", "home", "_esm", "_css"}
    state = TemperatureExplorer(preset=preset).get_state(own)
    assert set(state) == own
    assert json.loads(json.dumps(state, allow_nan=False)) == state


# The module.


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("const a = 1;\n", "from ./shared.js once"),
        ('import { a } from "./other.js";\n', "from ./shared.js once"),
        (
            'import { el } from "./shared.js";\nimport x from "https://example.org/x.js";\n',
            "by name, from files of the project only",
        ),
        (
            'import { el } from "./shared.js";\nconst x = await import("./x.js");\n',
            "by name, from files of the project only",
        ),
        (
            'import { el } from "./shared.js";\nimport { a as b } from "./other.js";\n',
            "names as they are",
        ),
    ],
)
def test_a_module_that_imports_anything_else_is_refused(tmp_path, monkeypatch, text, refusal):
    (tmp_path / "own.js").write_text(text, encoding="utf-8")
    (tmp_path / "shared.js").write_text("export const el = 1;\n", encoding="utf-8")
    (tmp_path / "other.js").write_text("export const a = 1;\n", encoding="utf-8")
    monkeypatch.setattr(base, "HERE", tmp_path)
    with pytest.raises(ValueError, match=rf"own\.js must import {re.escape(refusal)}"):
        base.module("own.js")


def test_the_figure_shows_each_temperature(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt

    figure = TemperatureExplorer().figure((1, 0.1))
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["τ = 1: versicolor, 0.50", "τ = 0.1: virginica, 0.86"]
    assert all(len(axis.patches) == 30 for axis in figure.axes)
    assert figure.get_supxlabel().startswith("templates by distance")
    assert figure.get_supylabel() == "weight"
    assert figure.get_figwidth() == 6.4
    plt.close(figure)
