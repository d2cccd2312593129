"""The network, drawn: a query, one unit for each template, the k best or softmax, labels.

Layer 1 is s = Wx + b, layer 2 picks the k largest scores or weighs all by softmax(s / τ), layer 3
sums the weights of each class. With W = 2T and b = −‖t‖² the unit with the largest score holds the
nearest template. This module holds the widget and, in plain Python and in a fixed order, everything
that its page computes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Bool, Enum, Float, Int, List, TraitError, Unicode, validate

from nnlib.network import ThreeLayerNet
from nnlib.validation import check_count
from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.readout import softmax
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
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

U = 2.0**-53
TINY = 2.0**-1070
"""More than what products lose when they fall below the smallest normal double."""

MOST_UNITS = 1000
"""As many as a page redraws without stumbling."""
MOST_FEATURES = 8
MOST_K = 15
MOST_CLASSES = 7
"""As many as palette and marker shapes tell apart."""
MOST_ON_MAP = 16
FEW, BEST = 8, 5
"""So many units are all drawn in full; of more than that, so many."""
LARGEST, LARGEST_BIAS = 1e100, 1e205
COLDEST, HOTTEST = 1e-3, 1e3

CONTROLS = ["map", "templates", "norm", "k", "temperature", "table"]
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#777777"]
MARKERS = "os^DvP*"
STATE = (
    "W", "b", "labels", "class_names", "query", "feature_names", "extent", "temperature",
    "norm", "k",
)  # fmt: skip

Row = Sequence[float]


# The reference: what the page computes, one operation after the other.


@dataclass(frozen=True)
class Reading:
    """What the network makes of one query.

    Attributes
    ----------
    dots : list of float
        w_i·x, one a unit.
    scores : list of float
        s_i = w_i·x + b_i, and if asked less ‖x‖².
    bounds : list of float
        What rounding can have done to each score at most; see `bound`.
    order : list of int
        The units by score, largest first; equal scores keep the order of the units.
    weights : list of float
        1/k for the first k of the order and 0 for all others; at a temperature, softmax.
    outputs : list of float
        The sum of the weights of each class.
    label : int
        The class of the largest output; of equals the one whose best unit comes first, at a
        temperature the first.
    """

    dots: list[float]
    scores: list[float]
    bounds: list[float]
    order: list[int]
    weights: list[float]
    outputs: list[float]
    label: int


def bound(size: float, d: int) -> float:
    """Return how far a computed score can be from the true one of the same W, x and b.

    `size` is Σ|w_j x_j| + |b|, and ‖x‖² if that is subtracted. Each product is rounded once and
    takes part in at most d + 1 additions: less than (d + 3)·u·size, with u = 2⁻⁵³.
    """
    return (d + 3) * U * size + TINY


def read(
    W: Sequence[Row],
    b: Row,
    labels: Sequence[int],
    query: Row,
    n_classes: int,
    *,
    temperature: float = 0.0,
    norm: bool = False,
    k: int = 1,
) -> Reading:
    """Return scores, weights and outputs for one query; `norm` subtracts ‖x‖² from each score.

    At a temperature `k` has no part; without one, all units vote if there are fewer than `k`.
    """
    squares = 0.0
    for x in query:
        squares += x * x
    dots, scores, bounds = [], [], []
    for row, bias in zip(W, b, strict=True):
        dot = size = 0.0
        for w, x in zip(row, query, strict=True):
            dot += w * x
            size += abs(w * x)
        dots.append(dot)
        scores.append(dot + bias - squares if norm else dot + bias)
        bounds.append(bound(size + abs(bias) + (squares if norm else 0.0), len(query)))
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    near = order[:k]
    if temperature:
        weights = softmax(scores, temperature)
    else:
        weights = [1 / len(near) if i in near else 0.0 for i in range(len(scores))]
    outputs = [0.0] * n_classes
    for weight, c in zip(weights, labels, strict=True):
        outputs[c] += weight
    # Equal votes are equal sums: each adds 1/k to 0, as often as there are votes.
    candidates = range(n_classes) if temperature else [labels[i] for i in near]
    label = max(candidates, key=outputs.__getitem__)
    return Reading(dots, scores, bounds, order, weights, outputs, label)


def cells(W: Sequence[Row], b: Row, extent: Row) -> list[list[list[float]]]:
    """Return for each unit the corners of the region of the map where it wins, [] for none.

    The rectangle, cut by one line for each other unit: where the difference of the two scores is 0.
    Of two equal units the first wins everywhere.
    """
    x0, x1, y0, y1 = extent
    found = []
    for i, (u, c) in enumerate(zip(W, b, strict=True)):
        corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
        for j, (v, e) in enumerate(zip(W, b, strict=True)):
            if i != j:
                lead = [(u[0] - v[0]) * x + (u[1] - v[1]) * y + (c - e) for x, y in corners]
                corners = cut(corners, lead, j > i)
        found.append(corners)
    return found


def cut(corners: list[list[float]], lead: list[float], first: bool) -> list[list[float]]:
    """Return the part of a polygon where `lead`, given at its corners and linear, is at least 0.

    Where it is 0 at all corners, the two units are equal, and the `first` takes it all.
    """
    if not any(v > 0 for v in lead):
        return corners if first and not any(lead) else []
    kept = []
    for place, (here, ahead) in enumerate(zip(corners, lead, strict=True)):
        before, behind = corners[place - 1], lead[place - 1]
        if (ahead > 0 > behind) or (ahead < 0 < behind):
            share = behind / (behind - ahead)
            kept.append([p + (q - p) * share for p, q in zip(before, here, strict=True)])
        if ahead >= 0:
            kept.append(here)
    return kept


# The widget.


def example() -> ThreeLayerNet:
    """Return the network of the book's small example: templates (1, 1), (4, 2), (2, 5)."""
    return ThreeLayerNet.from_data([[1, 1], [4, 2], [2, 5]], ["A", "B", "B"])


class NetworkDiagram(Widget):
    """A network of templates, drawn from its arrays, with a query in the reader's hand.

    Every trait can be set, observed and linked; `show` sets those that must fit each other.

    Parameters
    ----------
    net : ThreeLayerNet, optional
        For classification. Default: the templates (1, 1), (4, 2), (2, 5), with labels A, B, B.
    query : array_like, shape (d,), optional
        Default: (2, 2) in the example, else the middle of the templates W/2.
    W : array_like, shape (n, d)
        `net.W1`, at most 1000 units of at most 8 features.
    b : array_like, shape (n,)
        `net.b1`.
    labels : list of int
        The class of each unit: where its row of `net.W3` has the 1.
    class_names : list of str
        `net.classes`, at most 7.
    temperature : float
        0 for the winner takes all; from 0.001 to 1000 for softmax(s / τ). Default: the net's.
    k : int
        From 1 to 15: at temperature 0 each of the k largest scores weighs 1/k, the vote of k
        neighbors. A tied vote goes to the tied class whose nearest member comes first.
    norm : bool
        Subtract ‖x‖² from every score, so that it is −‖x − t‖².
    controls : list of str
        Which parts the page has beside the network: "map" (two features, at most 16 units),
        "templates" (the map's templates can be moved, too: then W = 2t and b = −‖t‖²), "norm",
        "k", "temperature", "table". Read when the widget is drawn.
    feature_names : list of str
        What stands at the inputs. Default: x₁, x₂, …
    extent : list of four float
        Left, right, bottom and top of the map; empty without one.
    step : float
        What one step of a hand moves the query by.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN or infinity, values out of range, or a
        net that is no classifier. Nothing is changed then.
    """

    _esm = module("network.js")
    _css = stylesheet("plane.css", "network.css")
    _shown: ClassVar[tuple[str, ...]] = ("W", "b", "query", "temperature", "k")
    _restored: ClassVar[tuple[str, ...]] = STATE

    W = Rows().tag(sync=True)
    b = Vector().tag(sync=True)
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    query = Vector().tag(sync=True)
    feature_names = List(Unicode()).tag(sync=True)
    extent = Vector([]).tag(sync=True)
    temperature = Float(0.0).tag(sync=True)
    norm = Bool(False).tag(sync=True)
    k = Int(1).tag(sync=True)
    controls = List(Enum(CONTROLS)).tag(sync=True)
    step = Float(0.1).tag(sync=True)
    name = Unicode("network").tag(sync=True)

    def __init__(self, net: ThreeLayerNet | None = None, query: Any = None, **traits: Any) -> None:
        state: dict[str, Any] = {}
        if net is None:
            net, query = example(), [2, 2] if query is None else query
            state = {"controls": ["map", "templates", "table"], "extent": [0, 6, 0, 6]}
        super().__init__(**{**arrays_of(net, query), **state, **traits})

    def __repr__(self) -> str:
        """Return the class, its size and its query: the arrays are long."""
        x = ", ".join(f"{v:g}" for v in self.query)
        n, d = len(self.W), len(self.query)
        classes = len(self.class_names)
        voting = self.k > 1 and not self.temperature
        readout = f"k={self.k}" if voting else f"temperature={self.temperature:g}"
        return f"NetworkDiagram({d} → {n} → {classes}, x=({x}), {readout})"

    def show(self, net: ThreeLayerNet, query: Any = None) -> None:
        """Show another network: set the traits that must fit each other in one step, or none."""
        self._set_together({**arrays_of(net, query), "extent": []})

    def net(self) -> ThreeLayerNet:
        """Return the network that the page draws, made of the traits as they stand now.

        Its readout knows one winner: for `k` above 1 the vote is the page's, and `read`'s.
        """
        return ThreeLayerNet(
            np.array(self.W),
            np.array(self.b),
            np.eye(len(self.class_names))[self.labels],
            temperature=self.temperature,
            classes=np.array(self.class_names),
        )

    def read(self) -> Reading:
        """Return what the page shows, computed here with the same operations in the same order.

        All but softmax agrees bit for bit. IEEE 754 does not fix exp: weights and outputs at a
        temperature agree within a relative (2n + 8)·2⁻⁵² for n units.
        """
        return read(
            self.W,
            self.b,
            self.labels,
            self.query,
            len(self.class_names),
            temperature=self.temperature,
            norm=self.norm,
            k=self.k,
        )

    def figure(self) -> "Figure":
        """Draw map, if there is one, and network: the units' numbers, those chosen in bold."""
        from matplotlib import pyplot as plt

        maps = int("map" in self.controls)
        size = (6.4, max(3.6, 0.95 * len(shown_units(self.read().order))))
        figure, axes = plt.subplots(1, 1 + maps, figsize=size, squeeze=False, layout="constrained")
        figure.patch.set_alpha(0)
        for axis in axes.flat:
            axis.patch.set_alpha(0)
        if maps:
            draw_map(axes[0, 0], self)
        draw_network(axes[0, -1], self)
        return figure

    @validate(*STATE, "controls", "step")
    def _check_state(self, proposal: dict[str, Any]) -> Any:
        state = {name: getattr(self, name) for name in (*STATE, "controls", "step")}
        state[proposal["trait"].name] = proposal["value"]
        check_state(state)
        return proposal["value"]


def arrays_of(net: ThreeLayerNet, query: Any) -> dict[str, Any]:
    """Return the traits that show a network and a query, or the middle of its templates."""
    if net.classes is None:
        raise TraitError("net must be a classifier: a regression has no labels to draw")
    W = net.W1.astype(float)
    middle = (W.min(axis=0) + W.max(axis=0)) / 4
    d = W.shape[1]
    return {
        "W": W.tolist(),
        "b": net.b1.astype(float).tolist(),
        "labels": net.W3.argmax(axis=1).tolist(),
        "class_names": [str(name) for name in net.classes],
        "query": middle if query is None else query,
        "feature_names": [f"x{'₁₂₃₄₅₆₇₈'[j : j + 1]}" for j in range(d)],
        "temperature": net.temperature,
    }


def check_state(state: dict[str, Any]) -> None:
    """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
    W, b, labels, query = state["W"], state["b"], state["labels"], state["query"]
    n, d = len(W), len(W[0])
    if n > MOST_UNITS or not 1 <= d <= MOST_FEATURES:
        raise TraitError(
            f"W must have at most {MOST_UNITS} rows and 1 to {MOST_FEATURES} columns; "
            f"its shape is ({n}, {d})"
        )
    for name, value in [("b", b), ("labels", labels)]:
        if len(value) != n:
            raise TraitError(
                f"{name} must have one entry for each row of W; {name} has shape ({len(value)},), "
                f"W has shape ({n}, {d})"
            )
    for name in ("query", "feature_names"):
        if len(state[name]) != d:
            raise TraitError(
                f"{name} must have one entry for each column of W; {name} has length "
                f"{len(state[name])}, W has shape ({n}, {d})"
            )
    check_class_names(state["class_names"], labels, MOST_CLASSES)
    check_sizes({"W": W, "query": [query]}, LARGEST)
    check_sizes({"b": [b]}, LARGEST_BIAS)
    tau = state["temperature"]
    if not (tau == 0 or COLDEST <= tau <= HOTTEST):
        raise TraitError(f"temperature must be 0 or from {COLDEST:g} to {HOTTEST:g}; got {tau}")
    checked(lambda name, k: check_count(name, k, 1, MOST_K, "neighbors"), "k", state["k"])
    if not 1e-6 <= state["step"] <= 1e6:
        raise TraitError(f"step must be from 1e-6 to 1e6; got {state['step']}")
    check_map(state, n, d)


def check_map(state: dict[str, Any], n: int, d: int) -> None:
    """Raise a `TraitError` if a map is asked for that cannot be drawn."""
    extent = state["extent"]
    if extent:
        check_extent(extent)
        check_sizes({"extent": [extent]}, LARGEST)
    if "map" in state["controls"] and not (d == 2 and n <= MOST_ON_MAP):
        raise TraitError(
            f"controls may name a map for 2 features and at most {MOST_ON_MAP} units; "
            f"W has shape ({n}, {d})"
        )


def window(points: Sequence[Row]) -> list[float]:
    """Return [left, right, bottom, top] of a square around `points`, with room to move them."""
    low = [min(p[j] for p in points) for j in (0, 1)]
    high = [max(p[j] for p in points) for j in (0, 1)]
    half = 0.65 * max(high[0] - low[0], high[1] - low[1]) or 1.0
    x, y = ((low[j] + high[j]) / 2 for j in (0, 1))
    return [x - half, x + half, y - half, y + half]


def view(extent: Row, points: Sequence[Row]) -> list[float]:
    """Return `extent` if it holds all `points`, else a window around them."""
    if extent:
        x0, x1, y0, y1 = extent
        if all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in points):
            return list(extent)
    return window(points)


# The figure.


def number(value: float) -> str:
    """Return a number as the figure shows it, with a true minus sign.

    A whole number below 10⁶ in full, so that sums of them add up to the eye; of others four digits.
    """
    in_full = float(value).is_integer() and abs(value) < 1e6
    return (f"{value:.0f}" if in_full else f"{value:.4g}").replace("-", "−")


def draw_map(axis: "Axes", widget: NetworkDiagram) -> None:
    """Draw where each unit wins, the templates W/2, and the query."""
    templates = [[w / 2 for w in row] for row in widget.W]
    extent = view(widget.extent, [*templates, widget.query])
    seen: dict[int, int] = {}
    for i, corners in enumerate(cells(widget.W, widget.b, extent)):
        c = widget.labels[i]
        seen[c] = seen.get(c, 0) + 1
        if corners:
            alpha = [0.30, 0.54, 0.42, 0.66][(seen[c] - 1) % 4]
            axis.fill(*zip(*corners, strict=True), fc=COLORS[c], alpha=alpha, lw=0)
            axis.fill(*zip(*corners, strict=True), fc="none", ec="0.3", lw=0.8)
    for i, (x, y) in enumerate(templates):
        c = widget.labels[i]
        axis.plot(x, y, MARKERS[c], color=COLORS[c], mec="black", ms=8)
        axis.annotate(f"{i}", (x, y), xytext=(7, 4), textcoords="offset points")
    axis.plot(*widget.query, "X", color="black", mec="white", ms=10)
    axis.set(xlim=extent[:2], ylim=extent[2:], aspect="equal")
    axis.set(xlabel=widget.feature_names[0], ylabel=widget.feature_names[1])


def draw_network(axis: "Axes", widget: NetworkDiagram) -> None:
    """Draw inputs, the best units and the labels, with edges as wide as what they contribute."""
    result = widget.read()
    best = shown_units(result.order)
    inputs = [*widget.query, 1.0]
    places = {"x": spread(len(inputs)), "s": spread(len(best)), "c": spread(len(result.outputs))}
    share = [
        [*(w * x for w, x in zip(widget.W[i], widget.query, strict=True)), widget.b[i]]
        for i in best
    ]
    most = max(abs(v) for row in share for v in row) or 1.0
    for row, y in zip(share, places["s"], strict=True):
        for v, at in zip(row, places["x"], strict=True):
            color, dash = (COLORS[1], "--") if v < 0 else (COLORS[0], "-")
            axis.plot([0, 1], [at, y], color=color, ls=dash, lw=0.4 + 4 * abs(v) / most, zorder=1)
    box = {"boxstyle": "round", "fc": "white", "ec": "0.4"}
    for name, x, y in zip([*widget.feature_names, "1"], inputs, places["x"], strict=True):
        text = name if name == "1" else f"{name} = {number(x)}"
        axis.text(0, y, text, ha="center", va="center", bbox=box, color="black")
    chosen = result.order[: 1 if widget.temperature else widget.k]
    for i, y in zip(best, places["s"], strict=True):
        c, bold = widget.labels[i], "bold" if i in chosen else "normal"
        axis.plot([1, 2], [y, places["c"][c]], color=COLORS[c], lw=0.4 + 4 * result.weights[i])
        text = f"w·x = {number(result.dots[i])}\nb = {number(widget.b[i])}\n"
        text += f"s = {number(result.scores[i])}"
        axis.text(1, y, text, ha="center", va="center", bbox=box, weight=bold, color="black")
    for c, y in enumerate(places["c"]):
        bold = "bold" if c == result.label else "normal"
        text = f"{widget.class_names[c]}: {number(result.outputs[c])}"
        axis.text(2, y, text, ha="center", va="center", bbox=box, weight=bold, color="black")
    axis.set(xlim=(-0.4, 2.4), ylim=(-0.15, 1.15))
    axis.axis("off")


def shown_units(order: list[int]) -> list[int]:
    """Return the units to draw: all of a few, else those with the largest scores, as the page."""
    return sorted(order) if len(order) <= FEW else order[:BEST]


def spread(count: int) -> list[float]:
    """Return `count` heights from 1 down to 0, or the middle."""
    return [0.5] if count == 1 else [1 - i / (count - 1) for i in range(count)]
