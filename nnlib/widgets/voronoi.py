"""A map of the layer: every pixel is a query, its color the unit with the largest score.

Layer 1 gives the scores s_i = 2x·t_i − ‖t_i‖², and the largest belongs to the nearest template.
So a picture of who wins where is a picture of the network, and of the Voronoi cells. This module
holds the widget and, in plain Python and in a fixed order, everything that its page computes.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from traitlets import (
    Bool,
    Dict,
    Enum,
    Float,
    Int,
    List,
    TraitError,
    Unicode,
    default,
    observe,
    validate,
)

from nnlib.validation import check_count
from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.readout import scores, softmax, standardize
from nnlib.widgets.traits import (
    Labels,
    Rows,
    Vector,
    check_class_names,
    check_extent,
    check_sizes,
    checked,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

U = 2.0**-53
TINY = 2.0**-1070
"""More than what products lose when they fall below the smallest normal double."""

MOST_K = 15
MOST_ROWS = 1000
"""As many as a page redraws without stumbling."""
MOST_CLASSES = 7
"""As many as palette and marker shapes tell apart."""
LARGEST, LARGEST_PREPARED = 1e100, 1e150
COLDEST, HOTTEST = 1e-3, 1e3

METRICS = ["sqeuclidean", "cosine"]
CONTROLS = [
    "points", "features", "color", "bisectors", "metric", "k", "temperature", "scaled",
    "bars", "equation",
]  # fmt: skip
NO_NAMES = ["x₁", "x₂"]

Pair = Sequence[float]


# The reference: what the page computes, one operation after the other.


@dataclass(frozen=True)
class Answer:
    """What the layer and the vote make of one query.

    Attributes
    ----------
    scores : list of float
        s_i = 2x·t_i − ‖t_i‖², one a template.
    bounds : list of float
        What rounding can have done to each score at most; see `bound`.
    order : list of int
        The templates by score, largest first; equal scores keep the order of the templates.
    runner_up : int
        The best template whose values differ from the winner's, or −1 if there is none.
    margin : float
        Score of the winner minus score of the runner-up; infinite without a runner-up.
    close : bool
        Rounding alone could change which rows are the k nearest, or their order: for one of
        them, the margin to a later row with other values is within the two bounds. (Rows with
        the same values tie exactly, and the earliest is first.)
    votes : list of int
        How many of the k nearest belong to each class.
    label : int
        The class with most votes; at a tie, the tied class whose nearest member comes first.
    probabilities : list of float
        The softmax weights of each class; at temperature 0 the share of votes.
    """

    scores: list[float]
    bounds: list[float]
    order: list[int]
    runner_up: int
    margin: float
    close: bool
    votes: list[int]
    label: int
    probabilities: list[float]


def unit(row: Pair) -> list[float]:
    """Return row/‖row‖, scaled by its largest entry first as nnlib does; NaN for a zero row."""
    largest = max(abs(v) for v in row)
    if largest == 0:
        return [math.nan] * len(row)
    part = [v / largest for v in row]
    length = math.sqrt(part[0] * part[0] + part[1] * part[1])
    return [v / length for v in part]


def prepare(
    templates: Sequence[Pair], query: Pair, metric: str, scaled: bool
) -> tuple[list[list[float]], list[float]]:
    """Return templates and query as layer 1 gets them: standardized, then normalized, if asked."""
    rows, x = [list(row) for row in templates], list(query)
    if scaled:
        rows, x = standardize(rows, x)
    if metric == "cosine":
        rows, x = [unit(row) for row in rows], unit(x)
    return rows, x


def bound(template: Pair, query: Pair) -> float:
    r"""Return a bound on the rounding error of one score in two dimensions.

    |computed − true| ≤ 5·u·(|x|·|2t| + ‖t‖²) with u = 2⁻⁵³ and |x|·|t| = Σ|x_j||t_j|, where
    "true" is the score in exact arithmetic of the numbers that layer 1 is given (after scaling
    and normalizing, if these are on).

    Where the 5 comes from: x·t is two products and one sum, so its error is at most 2u·|x|·|t|,
    and likewise 2u·‖t‖² for the norm. Doubling is exact. The last subtraction adds u times its
    result, at most u(1 + 2u)(|x|·|2t| + ‖t‖²): together below 4u(…), 3u(…) to first order. The
    rest pays for the subtraction of two scores in a margin and for the rounding of the bound.
    """
    size = 2.0 * (abs(query[0] * template[0]) + abs(query[1] * template[1]))
    size += template[0] * template[0] + template[1] * template[1]
    return 5.0 * U * size + TINY


def answer(
    templates: Sequence[Pair],
    labels: Sequence[int],
    query: Pair,
    n_classes: int,
    *,
    k: int = 1,
    metric: str = "sqeuclidean",
    scaled: bool = False,
    temperature: float = 0.0,
) -> Answer:
    """Return scores, order, margin and vote for one query.

    With `temperature` above 0, the label is the class with the largest sum of softmax weights
    over all templates (the first at a tie), and `k` has no part in it.
    """
    rows, x = prepare(templates, query, metric, scaled)
    s = scores(rows, x)
    bounds = [bound(row, x) for row in rows]
    order = sorted(range(len(s)), key=lambda i: (-s[i], i))
    first = order[0]
    runner_up = next((j for j in order if rows[j] != rows[first]), -1)
    near = order[:k]
    close = any(
        s[i] - s[j] <= bounds[i] + bounds[j] and rows[i] != rows[j]
        for place, i in enumerate(near)
        for j in order[place + 1 :]
    )
    votes = [0] * n_classes
    for i in near:
        votes[labels[i]] += 1
    label = next(labels[i] for i in near if votes[labels[i]] == max(votes))
    probabilities = [vote / len(near) for vote in votes]
    if temperature > 0:
        probabilities = [0.0] * n_classes
        for weight, c in zip(softmax(s, temperature), labels, strict=True):
            probabilities[c] += weight
        label = probabilities.index(max(probabilities))
    margin = s[first] - s[runner_up] if runner_up >= 0 else math.inf
    return Answer(s, bounds, order, runner_up, margin, close, votes, label, probabilities)


def centers(extent: Sequence[float], width: int, height: int) -> tuple[Any, Any]:
    """Return the x of each column of pixels and the y of each line, top first."""
    x0, x1, y0, y1 = extent
    across = x0 + (np.arange(width) + 0.5) * ((x1 - x0) / width)
    down = y1 - (np.arange(height) + 0.5) * ((y1 - y0) / height)
    return across, down


def regions(
    templates: Sequence[Pair],
    labels: Sequence[int],
    extent: Sequence[float],
    width: int,
    height: int,
    *,
    k: int = 1,
    metric: str = "sqeuclidean",
    scaled: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the winning row and the class of every pixel: two (height, width) arrays.

    It is `answer` at each pixel's center, the same operations on whole lines of pixels, bit for
    bit. Under cosine the origin has no answer: −1.
    """
    rows, _ = prepare(templates, templates[0], metric, scaled)
    code = np.array(labels)
    across, down = centers(extent, width, height)
    winners, classes = np.empty((2, height, width), dtype=np.int64)
    for line, y in enumerate(down):
        x: list[Any] = [across, np.full(width, y)]
        if scaled:
            x = standardize(templates, x)[1]
        if metric == "cosine":
            largest = np.maximum(abs(x[0]), abs(x[1]))
            with np.errstate(invalid="ignore"):
                part = [v / largest for v in x]
            length = np.sqrt(part[0] * part[0] + part[1] * part[1])
            x = [v / length for v in part]
        s = np.array(scores(rows, x))
        # Both give the earliest row at a tie; the first is many times faster.
        near = s.argmax(axis=0)[None] if k == 1 else np.argsort(-s, axis=0, kind="stable")[:k]
        tally = code[near]
        votes = (tally[:, None] == tally).sum(axis=1)  # for each neighbor, those of its class
        winners[line] = near[0]
        classes[line] = np.take_along_axis(tally, votes.argmax(axis=0)[None], axis=0)[0]
        nowhere = np.isnan(s[0])
        winners[line, nowhere] = classes[line, nowhere] = -1
    return winners, classes


def window(points: Sequence[Pair]) -> list[float]:
    """Return [left, right, bottom, top] around `points`, wide enough for one scale on both axes.

    Data that are more than ten times as long one way as the other keep an axis scale each.
    """
    low = [min(p[j] for p in points) for j in (0, 1)]
    high = [max(p[j] for p in points) for j in (0, 1)]
    w, h = ((high[j] - low[j]) * 1.16 for j in (0, 1))
    w, h = w or h or 2.0, h or w or 2.0
    if w <= 10 * h and h <= 10 * w:
        h = max(h, w / 1.8)
        w = max(w, h * 1.1)
    x, y = ((low[j] + high[j]) / 2 for j in (0, 1))
    return [x - w / 2, x + w / 2, y - h / 2, y + h / 2]


def view(extent: Sequence[float], points: Iterable[Pair]) -> list[float]:
    """Return `extent` if it holds all `points`, else a window around them."""
    points = list(points)
    x0, x1, y0, y1 = extent
    inside = all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in points)
    return list(extent) if inside else window(points)


def middle(points: Sequence[Pair]) -> list[float]:
    """Return the middle of the range in each feature."""
    return [(min(p[j] for p in points) + max(p[j] for p in points)) / 2 for j in (0, 1)]


# The data.


@cache
def iris() -> dict[str, Any]:
    """Return the iris data as plain lists, with the names of features and classes."""
    from sklearn.datasets import load_iris

    data = load_iris()
    return {
        "rows": data.data.tolist(),
        "labels": data.target.tolist(),
        "class_names": [str(name) for name in data.target_names],
        "axis_names": [str(name) for name in data.feature_names],
    }


def iris_in(features: Sequence[int], rows: Sequence[int] | None = None) -> dict[str, Any]:
    """Return the traits that show two features of the iris data: all rows, or those named."""
    data = iris()
    chosen = range(len(data["rows"])) if rows is None else rows
    templates = [[data["rows"][i][j] for j in features] for i in chosen]
    return {
        "templates": templates,
        "labels": [data["labels"][i] for i in chosen],
        "class_names": list(data["class_names"]),
        "axis_names": [data["axis_names"][j] for j in features],
        "query": middle(templates),
        "extent": window(templates),
        "features": [] if rows is not None else list(features),
    }


SEVEN = [8, 44, 98, 55, 70, 114, 100]

PRESETS: dict[str, dict[str, Any]] = {
    "map": {
        "rows": SEVEN,
        "query": [2.9, 1.4],
        "extent": [0.6, 6.9, -0.1, 2.9],
        "color_by": "row",
        "controls": ["points"],
    },
    "argmax": {"query": [5.0, 1.65], "controls": ["points", "bars", "equation"]},
    "soft": {
        "query": [5.0, 1.65],
        "temperature": 0.1,
        "bisectors": False,
        "controls": ["temperature"],
    },
    "scaling": {"query": [5.6, 0.7], "controls": ["features", "scaled"]},
    "cosine": {
        "rows": SEVEN,
        "query": [2.4, 1.1],
        "extent": [-0.2, 6.9, -0.2, 2.9],
        "color_by": "row",
        "metric": "cosine",
        "controls": ["metric", "bars"],
    },
    "neighbors": {
        "query": [5.2, 1.62],
        "k": 5,
        "controls": ["points", "features", "k"],
    },
}


def traits_of(preset: str) -> dict[str, Any]:
    """Return what the name `preset` sets, or raise a `TraitError` that lists the presets."""
    if preset not in PRESETS:
        raise TraitError(f"preset must be one of {', '.join(map(repr, PRESETS))}; got {preset!r}")
    entry = dict(PRESETS[preset])
    rows = entry.pop("rows", None)
    return {**iris_in(entry.pop("features", [2, 3]), rows), **entry}


DATA = ("templates", "labels", "class_names")
STATE = (
    *DATA, "axis_names", "query", "extent", "features",
    "k", "metric", "color_by", "temperature", "scaled", "bisectors",
)  # fmt: skip


class VoronoiExplorer(Widget):
    """Templates in a plane, a query, and at every pixel the unit that wins there.

    Either give `templates` and `labels`, or name a `preset`; with neither it is "argmax". Every
    trait can be set, observed and linked; data that change together are set with `show`.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        Training rows, at most 1000.
    labels : array_like of int, shape (n,), optional
        The class of each template, as an index into `class_names`.
    query : array_like, shape (2,), optional
        Default: the preset's, or the middle of the templates.
    class_names : list of str, optional
        At most 7, all different. Default: "0", "1", … as far as `labels` goes.
    preset : str, optional
        "map" (seven flowers, compact), "argmax", "soft", "scaling", "cosine" or "neighbors".
        A preset is where the widget begins and returns to; other arguments override it.
    axis_names : list of two str
        What stands at the axes.
    features : list of two int
        Two different columns of the iris data. Setting it shows all 150 rows in these; it
        becomes empty when the data are set otherwise.
    k : int
        From 1 to 15: the class of a point is a vote of its k nearest rows (of all, if there are
        fewer). A tied vote goes to the tied class whose nearest member comes first.
    metric : {"sqeuclidean", "cosine"}
        "cosine" normalizes rows and query; a row at the origin is an error then.
    scaled : bool
        Standardize both features by mean and deviation of the templates first.
    temperature : float
        0 for the hard map; from 0.001 to 1000 for class probabilities by softmax(s/τ) over all
        templates, without regard to `k`.
    color_by : {"class", "row"}
    bisectors : bool
        Draw borders where the nearest row changes (for k > 1, where the class does), and the
        bisector of the winner and its runner-up.
    controls : list of str
        Which parts the page shows: "points" (add, delete, move), "features", "color",
        "bisectors", "metric", "k", "temperature", "scaled", "bars", "equation". The query can
        always be moved. Read when the widget is drawn.
    extent : list of four float
        Left, right, bottom and top of the map. Used as long as everything lies inside.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN or infinity, values out of range, a
        label without a class name, an unknown preset. Nothing is changed then.
    """

    _esm = module("voronoi.js")
    _css = stylesheet("voronoi.css")
    _shown: ClassVar[tuple[str, ...]] = ("preset", "query", "k", "metric", "temperature", "scaled")
    _restored: ClassVar[tuple[str, ...]] = STATE

    templates = Rows().tag(sync=True)
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    axis_names = List(Unicode(), NO_NAMES, minlen=2, maxlen=2).tag(sync=True)
    query = Vector().tag(sync=True)
    extent = Vector().tag(sync=True)
    features = Labels().tag(sync=True)
    k = Int(1).tag(sync=True)
    metric = Enum(METRICS, "sqeuclidean").tag(sync=True)
    color_by = Enum(["class", "row"], "class").tag(sync=True)
    temperature = Float(0.0).tag(sync=True)
    scaled = Bool(False).tag(sync=True)
    bisectors = Bool(True).tag(sync=True)
    controls = List(Enum(CONTROLS)).tag(sync=True)
    name = Unicode("voronoi").tag(sync=True)
    preset = Unicode(read_only=True)
    dataset = Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        labels: Any = None,
        query: Any = None,
        class_names: Sequence[str] | None = None,
        *,
        preset: str | None = None,
        **traits: Any,
    ) -> None:
        if (templates is None) != (labels is None) or (templates is not None and preset):
            raise TraitError("give templates and labels together, or a preset instead")
        if templates is not None and "features" in traits:
            raise TraitError("features are columns of iris; give them without templates")
        if templates is not None:
            state: dict[str, Any] = own(templates, labels, query, class_names)
            state["controls"] = ["points", "bars", "equation"]
        else:
            preset = preset or "argmax"
            state = traits_of(preset)
            if "features" in traits:
                state.update(iris_in(check_features(traits["features"])))
            given = {"query": query, "class_names": class_names}
            state.update({key: value for key, value in given.items() if value is not None})
        super().__init__(**{**state, **traits})
        self.set_trait("preset", preset or "")

    def show(
        self,
        templates: Any,
        labels: Any,
        query: Any = None,
        class_names: Sequence[str] | None = None,
        axis_names: Sequence[str] = NO_NAMES,
    ) -> None:
        """Show other data: set the traits that must fit each other in one step, or none."""
        state = {**own(templates, labels, query, class_names), "axis_names": list(axis_names)}
        self._set_together(state)

    def answer(self) -> Answer:
        """Return what the page shows, computed here with the same operations in the same order.

        Scores, their order, bounds, margin and votes agree bit for bit. IEEE 754 does not fix
        exp: softmax probabilities agree within a relative (2n + 8)·2⁻⁵² for n templates.
        """
        return answer(
            self.templates,
            self.labels,
            self.query,
            len(self.class_names),
            k=self.k,
            metric=self.metric,
            scaled=self.scaled,
            temperature=self.temperature,
        )

    def regions(self, width: int, height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return winning row and class at every pixel of the map: two (height, width) arrays.

        Bit for bit what the page computes at temperature 0.
        """
        return regions(
            self.templates,
            self.labels,
            self._view(),
            width,
            height,
            k=self.k,
            metric=self.metric,
            scaled=self.scaled,
        )

    def figure(self) -> "Figure":
        """Draw the hard map as the page does: the layer at every pixel, templates, query, winner.

        Rows of one class share a color in four strengths, and a marker.
        """
        from matplotlib import pyplot as plt

        colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#777777"]
        markers = "os^DvP*"
        extent = self._view()
        ratio = (extent[3] - extent[2]) / (extent[1] - extent[0])
        equal = 0.25 <= ratio <= 1
        height = 1.0 + 5.7 * (ratio if equal else 0.5)
        figure, axis = plt.subplots(figsize=(6.4, height), layout="constrained")
        figure.patch.set_alpha(0)
        axis.patch.set_alpha(0)
        width = 540
        winners, classes = self.regions(width, max(1, round(width * (ratio if equal else 0.5))))
        by_row = self.color_by == "row"
        palette = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colors])
        paint = np.zeros((*winners.shape, 4))
        paint[..., :3] = palette[np.array(self.labels)[winners] if by_row else classes]
        paint[..., 3] = np.array(strengths(self.labels))[winners] if by_row else 0.42
        paint[winners < 0] = 0
        if self.bisectors:
            for changing, alpha in [(winners, 0.8 if by_row else 0.6), (classes, 0.9)]:
                if changing is winners and self.k > 1 and not by_row:
                    continue
                border = np.zeros(winners.shape, dtype=bool)
                border[:, 1:] |= changing[:, 1:] != changing[:, :-1]
                border[1:] |= changing[1:] != changing[:-1]
                paint[border, :3] *= 0.5
                paint[border, 3] = alpha
        x0, x1, y0, y1 = extent
        axis.imshow(paint, extent=(x0, x1, y0, y1), aspect="equal" if equal else "auto")
        few = len(self.labels) <= 20
        for c in sorted(set(self.labels)):
            at = np.array([t for t, y in zip(self.templates, self.labels, strict=True) if y == c])
            axis.scatter(
                at[:, 0],
                at[:, 1],
                s=44 if few else 16,
                marker=markers[c],
                color=colors[c],
                edgecolor="black",
                linewidth=0.6,
                label=self.class_names[c],
            )
        best = self.answer().order[0]
        line = np.array([self.query, self.templates[best]])
        axis.plot(*line.T, color="black", linewidth=1.2, linestyle="--")
        x, y = self.query
        axis.scatter(x, y, s=110, marker="X", color="black", edgecolor="white", label="query")
        axis.set(xlabel=self.axis_names[0], ylabel=self.axis_names[1])
        handles, _ = axis.get_legend_handles_labels()
        figure.legend(loc="outside upper center", ncols=min(len(handles), 4), frameon=False)
        return figure

    @default("dataset")
    def _default_dataset(self) -> dict[str, Any]:
        # Only where the reader can choose features: elsewhere it would be dead weight in the page.
        return iris() if "features" in self.controls else {}

    @validate(*STATE)
    def _check_state(self, proposal: dict[str, Any]) -> Any:
        state = {name: getattr(self, name) for name in STATE}
        state[proposal["trait"].name] = proposal["value"]
        check_state(state)
        return proposal["value"]

    @observe("features", *DATA)
    def _follow(self, change: dict[str, Any]) -> None:
        """Keep `features` and the data in agreement, whichever was set."""
        if not self.features:
            return
        data = iris_in(self.features)
        if all(getattr(self, name) == data[name] for name in DATA):
            return
        if change["name"] == "features":
            self._set_together(data)
        else:
            self.features = []

    def _view(self) -> list[float]:
        return view(self.extent, [*self.templates, self.query])


def strengths(labels: Sequence[int]) -> list[float]:
    """Return how strongly each row's cell is tinted: four steps in turn within a class."""
    seen: dict[int, int] = {}
    steps = [0.30, 0.54, 0.42, 0.66]
    found = []
    for c in labels:
        found.append(steps[seen.get(c, 0) % 4])
        seen[c] = seen.get(c, 0) + 1
    return found


def own(
    templates: Any, labels: Any, query: Any, class_names: Sequence[str] | None
) -> dict[str, Any]:
    """Return the traits for data that a reader gives, with what follows from them."""
    rows, numbers = Rows(), Labels()
    rows.name, numbers.name = "templates", "labels"
    points = rows.validate(None, templates)
    codes = numbers.validate(None, labels)
    check_templates(points)
    names = [str(c) for c in range(max(codes, default=0) + 1)]
    return {
        "templates": points,
        "labels": codes,
        "class_names": names if class_names is None else list(class_names),
        "query": middle(points) if query is None else query,
        "extent": window(points),
        "features": [],
    }


def check_features(value: Any) -> list[int]:
    """Return `value` as two different columns of iris, or raise a `TraitError`."""
    trait = Labels()
    trait.name = "features"
    features = trait.validate(None, value)
    if len(features) != 2 or features[0] == features[1] or max(features) > 3:
        raise TraitError(f"features must be two different columns of iris, 0 to 3; got {features}")
    return features


def check_templates(templates: list[list[float]]) -> None:
    """Raise a `TraitError` unless these are at most 1000 points of a plane."""
    n, d = len(templates), len(templates[0])
    if d != 2:
        raise TraitError(f"templates must have 2 columns, one an axis; the shape is ({n}, {d})")
    if n > MOST_ROWS:
        raise TraitError(f"templates must have at most {MOST_ROWS} rows; got {n}")


def check_state(state: dict[str, Any]) -> None:
    """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
    templates, labels, query = state["templates"], state["labels"], state["query"]
    check_templates(templates)
    if len(labels) != len(templates):
        raise TraitError(
            f"labels must have one entry for each row of templates; labels has shape "
            f"({len(labels)},), templates has shape ({len(templates)}, 2)"
        )
    if len(query) != 2:
        raise TraitError(f"query must have 2 entries, one for each axis; got {len(query)}")
    check_class_names(state["class_names"], labels, MOST_CLASSES)
    extent = state["extent"]
    check_extent(extent)
    check_sizes({"templates": templates, "query": [query], "extent": [extent]}, LARGEST)
    if state["features"]:
        check_features(state["features"])
    checked(lambda name, k: check_count(name, k, 1, MOST_K, "neighbors"), "k", state["k"])
    tau = state["temperature"]
    if not (tau == 0 or COLDEST <= tau <= HOTTEST):
        raise TraitError(f"temperature must be 0 or from {COLDEST:g} to {HOTTEST:g}; got {tau}")
    rows, x = prepare(templates, query, state["metric"], state["scaled"])
    for i, row in enumerate([*rows, x]):
        where = f"row {i} of templates" if i < len(rows) else "the query"
        if math.isnan(row[0]):
            raise TraitError(f"metric 'cosine' is undefined for {where}: zero has no direction")
        if max(map(abs, row)) > LARGEST_PREPARED:
            raise TraitError(f"scaled makes {where} too large to square: {row}")
