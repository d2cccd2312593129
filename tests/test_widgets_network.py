import json
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from nnlib import NearestNeighborClassifier, ThreeLayerNet, k_nearest, nearest, predict_1nn
from nnlib.widgets import NetworkDiagram, network
from nnlib.widgets.temperature import left_out

whole = st.integers(-9, 9)
points = st.lists(st.tuples(whole, whole), min_size=1, max_size=8)


def small(**traits):
    return NetworkDiagram(**traits)


def read(net, query):
    """Return what a diagram of this network would show, without making one."""
    shown = network.arrays_of(net, query)
    classes, tau = len(shown["class_names"]), shown["temperature"]
    return network.read(shown["W"], shown["b"], shown["labels"], query, classes, temperature=tau)


# The numbers the book states.


def test_the_default_is_the_small_example():
    widget = small()
    result = widget.read()
    assert widget.W == [[2.0, 2.0], [8.0, 4.0], [4.0, 10.0]]
    assert widget.b == [-2.0, -20.0, -29.0]
    assert result.dots == [8.0, 24.0, 28.0]
    assert result.scores == [6.0, 4.0, -1.0]
    assert result.order == [0, 1, 2]
    assert (result.weights, result.outputs, result.label) == ([1, 0, 0], [1, 0], 0)


def test_the_dropped_norm_turns_scores_into_distances():
    result = small(norm=True).read()
    assert result.scores == [-2.0, -4.0, -9.0]
    assert result.order == [0, 1, 2]


def test_the_published_mistake_is_what_the_diagram_of_iris_begins_with():
    data = left_out(149)
    y = np.array(data.class_names)[data.labels]
    widget = NetworkDiagram(ThreeLayerNet.from_data(data.templates, y, 1.0), data.query)
    result = widget.read()
    assert widget.class_names[result.label] == "versicolor"
    assert widget.class_names[widget.labels[result.order[0]]] == "virginica"
    assert round(result.outputs[result.label], 4) == 0.5038


# The reference against the real network, exact arithmetic and the search.


@given(points, st.tuples(whole, whole))
def test_on_whole_numbers_it_is_the_real_network_bit_for_bit(templates, query):
    y = np.array(["A", "B", "C"])[np.arange(len(templates)) % 3]
    net = ThreeLayerNet.from_data(templates, y)
    result = read(net, query)
    X = np.array([query], dtype=float)
    assert result.scores == net.scores(X)[0].tolist()
    assert result.weights == net.weights(X)[0].tolist()
    assert result.outputs == net.forward(X)[0].tolist()
    assert net.classes[result.label] == net.predict(X)[0]
    assert result.order[0] == nearest(templates, [query])[0]
    assert net.classes[result.label] == predict_1nn(templates, y, [query])[0]


def test_the_widget_gives_back_the_network_that_it_was_given():
    net = ThreeLayerNet.from_data([[1, 2, 3], [4, 5, 6]], ["b", "a"], 0.5)
    again = NetworkDiagram(net, [1, 1, 1]).net()
    assert [again.W1.tolist(), again.b1.tolist()] == [net.W1.tolist(), net.b1.tolist()]
    assert again.W3.tolist() == net.W3.tolist()
    assert (again.classes.tolist(), again.temperature) == (["a", "b"], 0.5)


@given(points, st.tuples(whole, whole), st.integers(1, 15))
def test_k_neighbors_vote_as_the_librarys_classifier(templates, query, k):
    y = np.array(["A", "B", "C"])[np.arange(len(templates)) % 3]
    net = ThreeLayerNet.from_data(templates, y)
    shown = network.arrays_of(net, query)
    names = shown["class_names"]
    result = network.read(shown["W"], shown["b"], shown["labels"], query, len(names), k=k)
    k = min(k, len(templates))
    model = NearestNeighborClassifier(n_neighbors=k).fit(templates, y)
    assert result.order[:k] == k_nearest(templates, [query], k)[0].tolist()
    assert np.allclose(result.outputs, model.predict_proba([query])[0], rtol=1e-14)
    assert names[result.label] == model.predict([query])[0]


@given(points, st.tuples(whole, whole), st.floats(1e-3, 1e3))
def test_softmax_is_the_networks_within_its_rounding(templates, query, temperature):
    y = np.arange(len(templates)) % 3
    net = ThreeLayerNet.from_data(templates, y, temperature, "classification")
    result = read(net, query)
    assert np.allclose(result.weights, net.weights([query])[0], rtol=1e-12, atol=1e-300)
    assert np.allclose(result.outputs, net.forward([query])[0], rtol=1e-12, atol=1e-300)


@given(st.integers(0, 10_000))
def test_the_bound_holds(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 9)), int(rng.integers(1, 9))
    scale = 10.0 ** rng.uniform(-6, 6, 3)
    W, b, x = rng.normal(size=(n, d)) * scale[0], rng.normal(size=n) * scale[1], None
    x = rng.normal(size=d) * scale[2]
    for norm in (False, True):
        result = network.read(W.tolist(), b.tolist(), [0] * n, x.tolist(), 1, norm=norm)
        squares = sum(Fraction(v) ** 2 for v in x) if norm else 0
        for i in range(n):
            dot = sum(Fraction(w) * Fraction(v) for w, v in zip(W[i], x, strict=True))
            true = dot + Fraction(b[i]) - squares
            assert abs(Fraction(result.scores[i]) - true) <= Fraction(result.bounds[i])


# The map.


def inside(corners, point):
    """Tell whether a point lies in a convex polygon given counterclockwise."""
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    return all(
        (q[0] - p[0]) * (point[1] - p[1]) - (q[1] - p[1]) * (point[0] - p[0]) > -1e-9
        for p, q in sides
    )


@given(points, st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=5, max_size=20))
def test_every_point_of_the_map_lies_in_the_cell_of_its_winner(templates, queries):
    net = ThreeLayerNet.from_data(templates, np.zeros(len(templates), int))
    found = network.cells(net.W1.tolist(), net.b1.tolist(), [-10, 10, -10, 10])
    for query in queries:
        winner = network.read(net.W1, net.b1, [0] * len(templates), query, 1).order[0]
        # On a border the corners' rounding may put it on either side.
        score = net.scores([query])[0]
        if (score.max() - np.delete(score, winner) > 1e-9).all():
            assert found[winner]
            assert inside(found[winner], query)


@given(points)
def test_cells_cover_the_map_once(templates):
    net = ThreeLayerNet.from_data(templates, np.zeros(len(templates), int))
    area = 0.0
    for corners in network.cells(net.W1.tolist(), net.b1.tolist(), [-10, 10, -10, 10]):
        around = zip(corners, corners[1:] + corners[:1], strict=True)
        area += sum(p[0] * q[1] - p[1] * q[0] for p, q in around) / 2
    assert math.isclose(area, 400, rel_tol=1e-9)


def test_the_later_of_equal_units_has_no_cell():
    first, later = network.cells([[2, 2], [2, 2]], [-2, -2], [0, 1, 0, 1])
    assert (len(first), later) == (4, [])


def test_the_window_holds_what_it_must():
    assert network.view([0, 6, 0, 6], [[1, 1], [5, 5]]) == [0, 6, 0, 6]
    x0, x1, y0, y1 = network.view([0, 6, 0, 6], [[1, 1], [7, 5]])
    assert x0 < 1 < 7 < x1
    assert y0 < 1 < 5 < y1
    assert network.view([], [[3, 4]]) == [2, 4, 3, 5]


# Traits.


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"W": [[1.0, 2.0]]}, r"b must have one entry .* b has shape \(3,\), W has shape \(1, 2\)"),
        ({"W": np.ones((3, 9))}, r"1 to 8 columns; its shape is \(3, 9\)"),
        ({"W": [[np.nan, 1]] * 3}, "W must be finite"),
        ({"W": [[1e101, 1]] * 3}, "W must stay within"),
        ({"b": [1, 2]}, r"b has shape \(2,\)"),
        ({"labels": [0, 1]}, r"labels has shape \(2,\)"),
        ({"labels": [0, 1, 2]}, "the largest label is 2"),
        ({"class_names": ["A", "A"]}, "class_names must be 1 to 7 different names"),
        ({"query": [1, 2, 3]}, "query has length 3"),
        ({"feature_names": ["x"]}, "feature_names has length 1"),
        ({"temperature": 1e-9}, "temperature must be 0 or from 0.001 to 1000"),
        ({"step": 0.0}, "step must be from"),
        ({"k": 0}, "k must be between 1 and 15"),
        ({"k": 16}, "k must be between 1 and 15"),
        ({"extent": [1, 0, 0, 1]}, "extent must be left < right"),
        ({"extent": [0, 1e101, 0, 1]}, "extent must stay within"),
    ],
)
def test_bad_traits_are_refused_by_name_and_nothing_changes(traits, message):
    with pytest.raises(TraitError, match=message):
        small(**traits)
    widget = small()
    before = widget.get_state()
    with pytest.raises(TraitError, match=message):
        widget._set_together(traits)
    assert widget.get_state() == before


def test_a_map_needs_two_features_and_a_regression_has_no_labels():
    net = ThreeLayerNet.from_data([[1.0, 2.0, 3.0]], ["A"])
    with pytest.raises(TraitError, match="a map for 2 features"):
        NetworkDiagram(net, controls=["map"])
    with pytest.raises(TraitError, match="net must be a classifier"):
        NetworkDiagram(ThreeLayerNet.from_data([[1.0]], [0.5]))


def test_another_network_is_shown_in_one_step_and_reset_returns():
    widget = small(controls=[])
    net = ThreeLayerNet.from_data([[0, 0, 0], [2, 2, 2]], ["near", "far"])
    widget.show(net)
    assert widget.query == [1.0, 1.0, 1.0]
    assert repr(widget) == "NetworkDiagram(3 → 2 → 2, x=(1, 1, 1), temperature=0)"
    widget.reset()
    assert repr(widget) == "NetworkDiagram(2 → 3 → 2, x=(2, 2), temperature=0)"
    assert widget.read() == small().read()


def test_the_state_is_plain_json():
    state = {key: small().get_state()[key] for key in (*network.STATE, "controls", "step", "home")}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


@pytest.mark.parametrize("controls", [network.CONTROLS, ["table"]])
def test_the_figure_shows_the_numbers_of_the_units(controls, pyplot):
    figure = small(controls=controls).figure()
    axes = figure.axes
    assert len(axes) == 1 + ("map" in controls)
    words = [text.get_text() for text in axes[-1].texts]
    assert "w·x = 8\nb = −2\ns = 6" in words
    assert "A: 1" in words
    bold = [text.get_text() for text in axes[-1].texts if text.get_weight() == "bold"]
    assert bold == ["w·x = 8\nb = −2\ns = 6", "A: 1"]


@pytest.mark.parametrize(("temperature", "count", "said"), [(0, 2, "k=2"), (3, 1, "temperature=3")])
def test_at_a_temperature_k_is_idle_and_the_figure_marks_one_unit(temperature, count, said, pyplot):
    widget = small(k=2, temperature=temperature)
    assert repr(widget).endswith(f" {said})")
    texts = [text for text in widget.figure().axes[-1].texts if "w·x" in text.get_text()]
    assert sum(text.get_weight() == "bold" for text in texts) == count


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14786.0, "14786"),
        (-7220.0, "−7220"),
        (1e6, "1e+06"),
        (0.12345, "0.1235"),
        (-math.inf, "−inf"),
    ],
)
def test_a_whole_number_stands_in_full(value, text):
    assert network.number(value) == text


def test_of_many_units_the_figure_shows_the_best(pyplot):
    data = left_out(149)
    y = np.array(data.class_names)[data.labels]
    widget = NetworkDiagram(ThreeLayerNet.from_data(data.templates, y, 1.0), data.query)
    figure = widget.figure()
    figure.canvas.draw()
    (axis,) = figure.axes
    units = [text for text in axis.texts if text.get_text().startswith("w·x")]
    scores = [float(text.get_text().split("s = ")[1]) for text in units]
    largest = sorted(widget.read().scores, reverse=True)[:5]
    assert np.allclose(scores, largest, rtol=1e-3)
    boxes = [text.get_bbox_patch().get_window_extent() for text in units]
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))
