import json
import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler
from traitlets import TraitError

from nnlib import NearestNeighborClassifier, k_nearest, nearest
from nnlib.widgets import VoronoiExplorer, base, voronoi

finite = st.floats(-1e3, 1e3)
coarse = st.integers(-4, 4).map(float)  # ties and copies abound


def planes(elements):
    return arrays(np.float64, st.tuples(st.integers(1, 14), st.just(2)), elements=elements)


def points(elements):
    return arrays(np.float64, 2, elements=elements)


cases = st.one_of(
    st.tuples(planes(finite), points(finite)), st.tuples(planes(coarse), points(coarse))
)


def ask(templates, query, labels=None, **options):
    labels = [0] * len(templates) if labels is None else labels
    return voronoi.answer(templates.tolist(), labels, query.tolist(), max(labels) + 1, **options)


# The reference against exact arithmetic and against nnlib.


@given(cases)
def test_scores_are_within_the_stated_bound_of_exact_ones(case):
    templates, query = case
    result = ask(templates, query)
    x = [Fraction(float(v)) for v in query]
    for i, row in enumerate(templates):
        t = [Fraction(float(v)) for v in row]
        exact = sum(2 * a * b - b * b for a, b in zip(x, t, strict=True))
        size = sum(abs(2 * a * b) + b * b for a, b in zip(x, t, strict=True))
        assert abs(Fraction(result.scores[i]) - exact) <= Fraction(result.bounds[i])
        # The bound is the formula in the docstring, and no wider.
        limit = 5 * Fraction(voronoi.U) * size
        assert limit * (1 - Fraction(1, 10**9)) <= Fraction(result.bounds[i])
        assert Fraction(result.bounds[i]) <= limit * (1 + Fraction(1, 10**9)) + Fraction(2.0**-1069)


@given(cases, st.integers(1, 15))
def test_beyond_the_bound_the_ranking_is_that_of_nnlib(case, k):
    templates, query = case
    k = min(k, len(templates))
    result = ask(templates, query, k=k)
    if not result.close:
        assert result.order[:k] == k_nearest(templates, query[None], k)[0].tolist()


@given(planes(coarse), points(coarse), st.integers(1, 15))
def test_on_integers_ties_go_to_the_earliest_as_in_nnlib(templates, query, k):
    k = min(k, len(templates))
    result = ask(templates, query, k=k)
    assert result.order[:k] == k_nearest(templates, query[None], k)[0].tolist()
    assert result.order[0] == nearest(templates, query[None])[0]


@given(planes(coarse), points(coarse), st.integers(1, 15), st.data())
def test_the_vote_is_that_of_nnlib(templates, query, k, data):
    n = len(templates)
    k = min(k, n)
    labels = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    result = ask(templates, query, labels, k=k)
    model = NearestNeighborClassifier(n_neighbors=k).fit(templates, np.array(labels))
    assert result.label == model.predict(query[None])[0]
    assert sum(result.votes) == k


@given(cases, st.booleans())
def test_cosine_is_that_of_nnlib(case, scaled):
    templates, query = case
    rows, x = voronoi.prepare(templates.tolist(), query.tolist(), "cosine", scaled)
    assume(all(math.isfinite(v) for row in [*rows, x] for v in row))
    result = ask(templates, query, metric="cosine", scaled=scaled)
    if not result.close:
        assert result.order[0] == nearest(np.array(rows), np.array([x]))[0]
    if not scaled and not result.close and result.margin > 1e-12:
        model = NearestNeighborClassifier(metric="cosine").fit(templates, np.arange(len(templates)))
        assert model.predict(query[None])[0] == result.order[0]


@given(planes(st.integers(-50, 50).map(float)), points(st.integers(-50, 50).map(float)))
def test_scaling_is_that_of_scikit_learn(templates, query):
    rows, x = voronoi.prepare(templates.tolist(), query.tolist(), "sqeuclidean", True)
    scaler = StandardScaler().fit(templates)
    np.testing.assert_allclose(rows, scaler.transform(templates), atol=1e-12)
    np.testing.assert_allclose(x, scaler.transform(query[None])[0], rtol=1e-12, atol=1e-12)


@given(cases)
def test_the_runner_up_is_the_best_of_the_others(case):
    templates, query = case
    result = ask(templates, query)
    first = result.order[0]
    others = [i for i in result.order if (templates[i] != templates[first]).any()]
    assert result.runner_up == (others[0] if others else -1)
    assert result.margin == (
        result.scores[first] - result.scores[others[0]] if others else math.inf
    )


def test_a_copy_is_an_exact_tie_and_not_too_close_to_call():
    result = ask(np.array([[1.0, 1.0], [1.0, 1.0], [9.0, 9.0]]), np.array([1.5, 1.0]))
    assert (result.order[0], result.runner_up, result.close) == (0, 2, False)


def test_within_rounding_it_is_too_close_to_call():
    templates = np.array([[0.1, 0.3], [0.3, 0.1]])
    assert ask(templates, np.array([0.7, 0.7])).close
    assert ask(templates, np.array([0.7, 0.7 + 1e-16])).close
    assert not ask(templates, np.array([0.7, 0.7 + 1e-14])).close


def test_a_tied_vote_goes_to_the_nearest_of_the_tied():
    templates = np.array([[1.0, 0], [2.0, 0], [3.0, 0], [4.0, 0], [5.0, 0]])
    labels = [0, 1, 2, 2, 1]
    found = [ask(templates, np.zeros(2), labels, k=k).label for k in (1, 2, 3, 4, 5)]
    assert found == [0, 0, 0, 2, 1]


def test_softmax_ignores_k_and_decides_by_the_sum_of_weights():
    templates = np.array([[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]])
    query = np.array([2.0, 2.0])
    assert ask(templates, query, [0, 1, 1], temperature=5.0).label == 0
    assert ask(templates, query, [0, 1, 1], temperature=6.0, k=3).label == 1


# The picture.


@pytest.mark.parametrize("metric", ["sqeuclidean", "cosine"])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("k", [1, 2, 7])
def test_every_pixel_is_the_answer_at_its_center(metric, scaled, k):
    widget = VoronoiExplorer(preset="argmax", metric=metric, scaled=scaled, k=k)
    winners, classes = widget.regions(23, 11)
    across, down = voronoi.centers(widget.extent, 23, 11)
    for line in range(11):
        for column in range(23):
            widget.query = [float(across[column]), float(down[line])]
            result = widget.answer()
            assert winners[line, column] == result.order[0]
            assert classes[line, column] == result.label


def test_pixels_on_a_bisector_belong_to_the_earliest_row():
    templates = [[6.5, 2.5], [2.5, 2.5], [2.5, 2.5]]
    winners, _ = voronoi.regions(templates, [0, 1, 0], [0.0, 9.0, 0.0, 5.0], 9, 5)
    assert winners.tolist() == [[1, 1, 1, 1, 0, 0, 0, 0, 0]] * 5


def test_the_origin_has_no_direction():
    winners, classes = voronoi.regions(
        [[1.0, 0.0], [0.0, 1.0]], [0, 1], [-1.5, 1.5, -1.5, 1.5], 3, 3, metric="cosine"
    )
    assert winners[1, 1] == classes[1, 1] == -1
    assert (winners.ravel() >= 0).sum() == 8


@given(planes(finite))
def test_the_window_holds_the_points_at_a_bearable_shape(rows):
    x0, x1, y0, y1 = voronoi.window(rows.tolist())
    assert x0 < rows[:, 0].min() <= rows[:, 0].max() < x1 or x1 - x0 < 1e-9
    assert y0 < rows[:, 1].min() <= rows[:, 1].max() < y1 or y1 - y0 < 1e-9
    w, h = np.ptp(rows, axis=0)
    if w <= 8 * h and h <= 8 * w:
        assert 1.09 <= (x1 - x0) / (y1 - y0) <= 1.81


def test_the_view_grows_only_when_something_lies_outside():
    extent = [0.0, 4.0, 0.0, 2.0]
    assert voronoi.view(extent, [[0.0, 0.0], [4.0, 2.0]]) == extent
    assert voronoi.view(extent, [[1.0, 1.0], [5.0, 1.0]]) == voronoi.window([[1, 1], [5, 1]])


@pytest.mark.parametrize("preset", voronoi.PRESETS)
def test_the_figure_is_the_layer_at_every_pixel(preset, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt

    widget = VoronoiExplorer(preset=preset)
    figure = widget.figure()
    (axis,) = figure.axes
    assert figure.get_figwidth() == 6.4
    assert figure.patch.get_alpha() == 0
    (image,) = axis.images
    assert list(image.get_extent()) == widget.extent
    assert [axis.get_xlabel(), axis.get_ylabel()] == widget.axis_names
    paint = image.get_array()
    winners, classes = widget.regions(paint.shape[1], paint.shape[0])
    code = np.array(widget.labels)[winners] if widget.color_by == "row" else classes
    blue = np.array([0x00, 0x72, 0xB2]) / 255
    inside = np.isin(paint[..., 3], [0.42, 0.30, 0.54, 0.66])  # not a border
    assert inside.mean() > 0.8
    assert ((np.abs(paint[..., :3] - blue) < 1e-9).all(axis=-1) == (code == 0))[inside].all()
    plt.close(figure)


# Presets and traits.

SYNCED = [*voronoi.STATE, "controls", "name"]


def state_of(widget):
    return {name: getattr(widget, name) for name in SYNCED}


def test_the_map_is_that_of_the_first_page():
    X, y = load_iris(return_X_y=True)
    widget = VoronoiExplorer(preset="map")
    rows = [8, 44, 98, 55, 70, 114, 100]
    assert widget.templates == X[rows][:, 2:].tolist()
    assert widget.labels == y[rows].tolist()
    assert widget.controls == ["points"]
    assert widget.dataset == {}


def test_each_preset_shows_what_its_chapter_needs_and_makes_its_point():
    shown = {name: VoronoiExplorer(preset=name) for name in voronoi.PRESETS}
    assert all(len(widget.controls) <= 3 for widget in shown.values())
    assert VoronoiExplorer().preset == "argmax"
    assert not any(widget.answer().close for widget in shown.values())
    X, _ = load_iris(return_X_y=True)
    assert shown["argmax"].templates == X[:, 2:].tolist()
    # A vote that overrules the nearest row; a metric, and a scale, that change the winner.
    voted = shown["neighbors"]
    assert voted.answer().label != voted.labels[voted.answer().order[0]]
    for name, change in [("cosine", {"metric": "sqeuclidean"}), ("scaling", {"scaled": True})]:
        before = shown[name].answer().order[0]
        for trait, value in change.items():
            setattr(shown[name], trait, value)
        assert shown[name].answer().order[0] != before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"templates": [[1.0, 2.0]]}, r"labels has shape \(3,\), templates has shape \(1, 2\)"),
        ({"templates": [[1.0]] * 3}, "templates must have 2 columns"),
        ({"templates": [[0, 0], [math.nan, 0], [1, 3]]}, "templates must be finite; row 1"),
        ({"templates": [[0, 0], [1e101, 0], [1, 3]]}, "templates must stay within"),
        ({"templates": [[0, 0]] * 1001}, "templates must have at most 1000 rows"),
        ({"templates": []}, "templates"),
        ({"labels": [0, 1]}, r"labels has shape \(2,\)"),
        ({"labels": [0, 1, 2]}, "labels must be below the number of class_names, 2"),
        ({"labels": [0, -1, 1]}, "labels must not be negative"),
        ({"class_names": ["A"]}, "labels must be below"),
        ({"class_names": ["A", "A"]}, "class_names must be 1 to 7 different names"),
        ({"class_names": list("ABCDEFGH")}, "class_names must be 1 to 7 different names"),
        ({"axis_names": ["x"]}, "axis_names"),
        ({"query": [1.0]}, "query must have 2 entries"),
        ({"query": [1.0, math.inf]}, "query must be finite"),
        ({"query": [1.0, 1e200]}, "query must stay within"),
        ({"extent": [0.0, 1.0, 2.0]}, "extent must be left < right"),
        ({"extent": [0.0, 1.0, 2.0, 2.0]}, "extent must be left < right"),
        ({"features": [0]}, "features must be two different columns"),
        ({"features": [1, 1]}, "features must be two different columns"),
        ({"features": [1, 4]}, "features must be two different columns"),
        ({"k": 0}, "k must be between 1 and 15"),
        ({"k": 16}, "k must be between 1 and 15"),
        ({"k": True}, "k must be a whole number"),
        ({"k": 2.5}, "k"),
        ({"metric": "manhattan"}, "metric"),
        ({"color_by": "taste"}, "color_by"),
        ({"temperature": 1e-4}, "temperature must be 0 or from 0.001 to 1000"),
        ({"temperature": 1001.0}, "temperature must be 0 or"),
        ({"temperature": math.nan}, "temperature must be 0 or"),
        ({"scaled": "yes"}, "scaled"),
        ({"controls": ["lasers"]}, "controls"),
    ],
)
def test_a_bad_value_gets_one_clear_error_and_changes_nothing(change, message):
    widget = VoronoiExplorer([[1, 1], [4, 2], [2, 5]], [0, 1, 1], [2, 2], ["A", "B"])
    before = state_of(widget)
    ((name, value),) = change.items()
    with pytest.raises(TraitError, match=message):
        setattr(widget, name, value)
    assert state_of(widget) == before


def test_cosine_at_the_origin_is_refused():
    widget = VoronoiExplorer([[0, 0], [1, 2]], [0, 1], [1, 1])
    before = state_of(widget)
    with pytest.raises(TraitError, match="undefined for row 0 of templates"):
        widget.metric = "cosine"
    assert state_of(widget) == before
    widget.templates = [[1, 0], [1, 2]]
    widget.metric = "cosine"
    with pytest.raises(TraitError, match="undefined for the query"):
        widget.query = [0, 0]
    assert widget.query == [1.0, 1.0]


def test_scaling_beyond_all_measure_is_refused():
    widget = VoronoiExplorer([[0, 0], [1e-150, 1]], [0, 1], [1, 1])
    with pytest.raises(TraitError, match="scaled makes the query too large"):
        widget.scaled = True
    assert widget.scaled is False


@pytest.mark.parametrize(
    "arguments",
    [
        {"templates": [[1.0, 1.0]]},
        {"labels": [0]},
        {"templates": [[1.0, 1.0]], "labels": [0], "preset": "map"},
        {"templates": [[1.0, 1.0]], "labels": [0], "features": [0, 1]},
        {"templates": [[1.0]], "labels": [0]},
        {"preset": "nobody"},
        {"features": [0, 0]},
        {"k": 99},
    ],
)
def test_the_constructor_refuses(arguments):
    with pytest.raises(TraitError):
        VoronoiExplorer(**arguments)


def test_show_changes_all_or_nothing():
    widget = VoronoiExplorer(preset="map")
    before = state_of(widget)
    with pytest.raises(TraitError):
        widget.show([[1, 2], [3, 4]], [0])
    with pytest.raises(TraitError):
        widget.show([[1, 2], [3, 4]], [0, 1], class_names=["A"])
    assert state_of(widget) == before
    widget.show([[1, 2], [3, 4]], [0, 1], class_names=["A", "B"], axis_names=["u", "v"])
    assert (widget.query, widget.axis_names) == ([2.0, 3.0], ["u", "v"])
    assert widget.extent == voronoi.window([[1, 2], [3, 4]])
    widget.reset()
    assert state_of(widget) == before


def test_arrays_become_plain_lists():
    widget = VoronoiExplorer(np.array([[0, 0], [4, 0]], np.uint8), np.array([1, 0]), np.ones(2))
    assert widget.templates == [[0.0, 0.0], [4.0, 0.0]]
    assert (widget.labels, widget.query, widget.class_names) == ([1, 0], [1.0, 1.0], ["0", "1"])
    assert all(type(v) is float for row in widget.templates for v in row)


def test_features_and_data_follow_each_other():
    X, y = load_iris(return_X_y=True)
    widget = VoronoiExplorer(preset="neighbors", k=3)
    widget.features = [0, 3]
    assert widget.templates == X[:, [0, 3]].tolist()
    assert widget.axis_names == ["sepal length (cm)", "petal width (cm)"]
    assert widget.query == voronoi.middle(widget.templates)
    widget.templates = [[0.0, 0.0], *widget.templates[1:]]
    assert widget.features == []
    widget.features = [0, 3]
    assert widget.templates[0] == X[0, [0, 3]].tolist()
    assert (widget.labels, widget.k) == (y.tolist(), 3)
    assert VoronoiExplorer(features=[1, 0]).templates == X[:, [1, 0]].tolist()


def test_an_update_from_the_page_is_taken_whole_and_observed():
    widget = VoronoiExplorer(preset="map")
    heard = []
    widget.observe(lambda change: heard.append(change["name"]), ["templates", "labels", "query"])
    more = [*widget.templates, [2.0, 2.0]]
    widget.set_state({"templates": more, "labels": [*widget.labels, 1], "features": []})
    assert (len(widget.templates), widget.labels[-1]) == (8, 1)
    widget.set_state({"query": [3.0, 1.0]})
    assert widget.query == [3.0, 1.0]
    assert sorted(heard) == ["labels", "query", "templates"]


def test_the_representation_is_the_same_on_every_run():
    assert repr(VoronoiExplorer(preset="map")) == (
        "VoronoiExplorer(preset='map', query=[2.9, 1.4], k=1, metric='sqeuclidean', "
        "temperature=0.0, scaled=False)"
    )


@pytest.mark.parametrize("preset", voronoi.PRESETS)
def test_the_state_is_strict_json(preset):
    own = {*SYNCED, "dataset", "home", "_esm", "_css"}
    state = VoronoiExplorer(preset=preset).get_state(own)
    assert set(state) == own
    assert json.loads(json.dumps(state, allow_nan=False)) == state


def test_nothing_moves_by_itself():
    style = base.read("voronoi.css")
    # prefers-reduced-motion is obeyed by having no motion.
    assert not re.search(r"transition|animation", style)
