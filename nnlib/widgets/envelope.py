"""The geometric why of "argmin becomes argmax": tangents of the parabola, and their envelope.

In one dimension the score s_i(x) = 2·t_i·x − t_i² is the tangent of x² at the template t_i, and
the gap from the parabola down to it is x² − s_i(x) = (x − t_i)². So the highest tangent at x
belongs to the nearest template, and the Voronoi cells are the shadow that the upper envelope of
the tangents throws on the axis. This module holds the widget and, in plain Python and in a fixed
order, everything that its page computes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Float, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.traits import Vector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

U = 2.0**-53
TINY = 2.0**-1070
"""More than what products lose when they fall below the smallest normal double."""
GRID = 1024.0
"""Multiples of 1/1024 up to 4 have 13 bits, so that nothing in a score of theirs is rounded."""

LOWEST, HIGHEST = -4.0, 4.0
MOST = 8
DEFAULT = (-2.0, 0.5, 2.0)


@dataclass(frozen=True)
class Reading:
    """What the tangents say about one query.

    Attributes
    ----------
    scores : list of float
        s_i = 2·t_i·x − t_i², the height of each tangent at x.
    gaps : list of float
        x² − s_i, from the parabola down to each tangent.
    distances : list of float
        (x − t_i)², equal to the gap but for rounding.
    bounds : list of float
        What rounding can have done to each score at most; see `bound`.
    winner : int
        The first template with the largest score.
    tied : list of int
        The templates that share the largest score exactly; just the winner, if there is no tie.
    close : list of int
        Templates that rounding alone may have put behind the winner or level with it: too close
        to call. Empty where every position is a multiple of 1/1024.
    cells : list of (float, float) or None
        Where on [−4, 4] each template is the nearest, from left to right end; None for a
        template that equals an earlier one, since it never wins.
    """

    scores: list[float]
    gaps: list[float]
    distances: list[float]
    bounds: list[float]
    winner: int
    tied: list[int]
    close: list[int]
    cells: list[tuple[float, float] | None]


def score(t: float, x: float) -> float:
    """Return s = 2·t·x − t², the tangent of x² at `t`, evaluated at `x`."""
    return 2.0 * (t * x) - t * t


def bound(t: float, x: float) -> float:
    """Return how far the computed ``score(t, x)`` can be from the true one.

    With both on the grid of 1/1024 nothing is rounded: 0. Otherwise two products and one
    subtraction are, each by at most u = 2⁻⁵³ of its size, together less than 3u(2|t·x| + t²).
    """
    if (t * GRID).is_integer() and (x * GRID).is_integer():
        return 0.0
    return 3.0 * U * (2.0 * abs(t * x) + t * t) + TINY


def cells(templates: Sequence[float]) -> list[tuple[float, float] | None]:
    """Return the Voronoi cell of each template within [−4, 4]; borders lie at midpoints.

    A point on a border belongs to the earlier of the two templates, by the rule for ties.
    """
    found: list[tuple[float, float] | None] = [None] * len(templates)
    owners: list[int] = []
    # Sorting is stable: of equal templates the earliest comes first and gets the cell.
    for i in sorted(range(len(templates)), key=lambda i: templates[i]):
        if not owners or templates[i] != templates[owners[-1]]:
            owners.append(i)
    left = LOWEST
    for here, following in zip(owners, [*owners[1:], None], strict=True):
        right = HIGHEST if following is None else (templates[here] + templates[following]) / 2.0
        found[here] = (left, right)
        left = right
    return found


def read(templates: Sequence[float], query: float) -> Reading:
    """Return scores, gaps, winner, ties and cells for one query."""
    scores = [score(t, query) for t in templates]
    bounds = [bound(t, query) for t in templates]
    winner = scores.index(max(scores))

    def certain(i: int) -> bool:
        """Tell whether the order of `winner` and `i` is that of the true scores."""
        slack = bounds[winner] + bounds[i]
        return slack == 0 or templates[i] == templates[winner] or scores[winner] - scores[i] > slack

    return Reading(
        scores=scores,
        gaps=[query * query - s for s in scores],
        distances=[(query - t) * (query - t) for t in templates],
        bounds=bounds,
        winner=winner,
        tied=[i for i, s in enumerate(scores) if s == scores[winner] and certain(i)],
        close=[i for i in range(len(scores)) if not certain(i)],
        cells=cells(templates),
    )


class EnvelopeExplorer(Widget):
    """Templates on a line, the tangents of x² at them, and which one is highest at a query.

    Every trait can be set, observed and linked; `show` sets templates and query together.

    Parameters
    ----------
    templates : array_like, shape (n,), optional
        1 to 8 positions from −4 to 4. Default: −2, 0.5, 2.
    query : float
        x, from −4 to 4.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for a position that is out of range or not finite, for no template or
        too many. Nothing is changed then.
    """

    _esm = module("envelope.js")
    _css = stylesheet("envelope.css")
    _shown: ClassVar[tuple[str, ...]] = ("templates", "query")
    _restored: ClassVar[tuple[str, ...]] = _shown

    templates = Vector().tag(sync=True)
    query = Float(0.0).tag(sync=True)
    name = Unicode("envelope").tag(sync=True)

    def __init__(self, templates: Any = DEFAULT, query: float = 0.0, **traits: Any) -> None:
        super().__init__(templates=templates, query=query, **traits)

    def show(self, templates: Any, query: float) -> None:
        """Show other templates and another query: set both in one step, or neither."""
        self._set_together({"templates": templates, "query": query})

    def read(self) -> Reading:
        """Return what the page shows, computed here with the same operations in the same order.

        All of it agrees bit for bit.
        """
        return read(self.templates, self.query)

    def figure(self) -> "Figure":
        """Draw parabola, tangents, envelope and gap, and below them the cells as its shadow.

        Each template has a number and a marker beside its color, and its cell a hatch.
        """
        from matplotlib import pyplot as plt

        colors = [
            "#0072B2",
            "#D55E00",
            "#009E73",
            "#CC79A7",
            "#E69F00",
            "#56B4E9",
            "#777777",
            "#000000",
        ]
        markers = "os^DvP*X"
        hatches = ["", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---"]
        result = self.read()
        x, best = self.query, result.winner
        reach = max(2.6, *(abs(v) for v in (x, *self.templates)))
        reach = min(reach + 0.4, HIGHEST)
        curve = [-reach + 2 * reach * k / 200 for k in range(201)]
        figure, (plot, strip) = plt.subplots(
            2, 1, sharex=True, height_ratios=[7, 1], figsize=(6.4, 4.6), layout="constrained"
        )
        figure.patch.set_alpha(0)
        plot.plot(curve, [v * v for v in curve], color="0.45", linewidth=1, label="parabola x²")
        for i, t in reversed(list(enumerate(self.templates))):
            color = colors[i]
            ends = [-reach, reach]
            dashed = {"color": color, "linewidth": 1, "linestyle": "--"}
            plot.plot(ends, [score(t, v) for v in ends], **dashed, label="tangents")
            touch = {"marker": markers[i], "markersize": 10, "color": color, "mec": "white"}
            plot.plot(t, t * t, **touch, linestyle="none", zorder=3)
            cell = result.cells[i]
            if cell is None:
                continue
            left, right = max(cell[0], -reach), min(cell[1], reach)
            heights = [score(t, left), score(t, right)]
            plot.plot([left, right], heights, color=color, linewidth=4, label="the highest")
            for border in cell:
                plot.axvline(border, color="0.45", linewidth=0.8, linestyle=":")
            style = {"facecolor": color, "hatch": hatches[i], "edgecolor": "white"}
            strip.barh(0, right - left, left=left, height=1, linewidth=0, **style)
            strip.plot(t, 0, **touch)
            same = [j for j, other in enumerate(self.templates) if other == t]
            strip.annotate(
                " = ".join(f"t{j}" for j in same), (t, -0.6), ha="center", va="top", fontsize=10
            )
        plot.plot([x, x], [x * x, result.scores[best]], color="black", linewidth=3, label="gap")
        plot.plot([x, x], [x * x, result.scores[best]], "k_", markersize=9)
        ties = " = ".join(f"t{i}" for i in result.tied)
        title = f"x = {x:g}: {ties} nearest, gap (x − t)² = {result.distances[best]:g}"
        plot.set_title(title.replace("-", "−"))
        plot.set(ylabel="score s", ylim=(-0.6 * reach**2, reach**2))
        plot.patch.set_alpha(0)
        handles, labels = plot.get_legend_handles_labels()
        entries = dict(zip(labels, handles, strict=True))  # one tangent stands for all
        figure.legend(entries.values(), entries, loc="outside upper center", ncols=4, frameon=False)
        strip.axvline(x, color="black", linewidth=2)
        strip.set(xlabel="x", yticks=[], ylim=(-1.5, 0.6), xlim=(-reach, reach))
        strip.set_ylabel("cells", rotation=0, ha="right", va="center")
        strip.spines[:].set_visible(False)
        strip.patch.set_alpha(0)
        return figure

    @validate("templates")
    def _check_templates(self, proposal: dict[str, Any]) -> list[float]:
        value: list[float] = proposal["value"]
        if not 1 <= len(value) <= MOST:
            raise TraitError(f"templates must be 1 to {MOST} numbers; got {len(value)}")
        for i, t in enumerate(value):
            check_position(f"templates[{i}]", t)
        return value

    @validate("query")
    def _check_query(self, proposal: dict[str, Any]) -> float:
        value: float = proposal["value"]
        check_position("query", value)
        return value


def check_position(name: str, value: float) -> None:
    """Raise a `TraitError` naming `name` unless `value` is a number from −4 to 4."""
    if math.isnan(value) or not LOWEST <= value <= HIGHEST:
        raise TraitError(f"{name} must be from {LOWEST:g} to {HIGHEST:g}; got {value:g}")
