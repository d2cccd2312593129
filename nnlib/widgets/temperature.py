"""The softmax readout of the three-layer net, with the reader's hand on the temperature.

Layer 1 gives the scores s_i = 2x·t_i − ‖t_i‖², layer 2 the weights w = softmax(s/τ) =
softmax(−‖x − t_i‖²/τ), layer 3 sums the weights of each class. Small temperatures τ give the
nearest neighbor's class; large ones the share of each class among the templates.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from traitlets import Dict, Enum, Float, List, TraitError, Unicode, default, observe, validate

from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.readout import Readout, readout, standardize
from nnlib.widgets.traits import Labels, Rows, Vector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLDEST, HOTTEST = 1e-3, 1e3
MAX_CLASSES = 7
"""As many as the palette tells apart."""

PRESETS: list[dict[str, Any]] = [
    {
        "name": "published",
        "title": "Iris row 149: the published case",
        "note": "At λ = 1 the published notebook answers versicolor, "
        "although the nearest neighbor is a virginica. Lower τ until it agrees.",
        "row": 149,
        "standardize": True,
    },
    {
        "name": "border",
        "title": "Iris row 70: two changes of mind",
        "note": "Between versicolor and virginica: as τ falls, the answer changes twice.",
        "row": 70,
        "standardize": True,
    },
    {
        "name": "raw",
        "title": "Iris row 149 in centimeters",
        "note": "Not standardized, so the scores are large: the naive softmax overflows early.",
        "row": 149,
        "standardize": False,
    },
    {
        "name": "paper",
        "title": "Pen and paper: three templates",
        "note": "Templates (1, 1), (4, 2), (2, 5); query (2, 2); squared distances 2, 4, 9. "
        "One near A against two farther Bs.",
        "templates": [[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]],
        "labels": [0, 1, 1],
        "class_names": ["A", "B"],
        "query": [2.0, 2.0],
    },
    {
        "name": "tie",
        "title": "An exact tie: one A, one B",
        "note": "Templates (1, 2), (2, 1), (3, 1); query (0, 0); squared distances 5, 5, 10. "
        "As τ → 0 the weights go to ½ and ½, never to the earliest.",
        "templates": [[1.0, 2.0], [2.0, 1.0], [3.0, 1.0]],
        "labels": [0, 1, 1],
        "class_names": ["A", "B"],
        "query": [0.0, 0.0],
    },
]


class Case(NamedTuple):
    """The data of one readout: what layer 1 and layer 3 hold, and the query."""

    templates: list[list[float]]
    labels: list[int]
    class_names: list[str]
    query: list[float]


@cache
def iris() -> dict[str, Any]:
    """Return the iris data as plain lists: rows in centimeters, labels, class names."""
    from sklearn.datasets import load_iris

    data = load_iris()
    return {
        "rows": data.data.tolist(),
        "labels": data.target.tolist(),
        "class_names": [str(name) for name in data.target_names],
    }


def left_out(row: int, scale: bool = True) -> Case:
    """Return the case of iris row `row` as query and the other 149 rows as templates.

    With `scale`, both are standardized by mean and deviation of the 149.
    """
    data = iris()
    rows = data["rows"][:row] + data["rows"][row + 1 :]
    labels = data["labels"][:row] + data["labels"][row + 1 :]
    query = data["rows"][row]
    if scale:
        rows, query = standardize(rows, query)
    return Case(rows, labels, data["class_names"], query)


@cache
def case(preset: str) -> Case | None:
    """Return the data that the name `preset` stands for, or None if it stands for none."""
    for entry in PRESETS:
        if entry["name"] == preset:
            if "row" in entry:
                return left_out(entry["row"], entry["standardize"])
            return Case(*(entry[field] for field in Case._fields))
    prefix, _, row = preset.partition("-")
    if prefix == "iris" and row.isdecimal() and row == str(int(row)):
        return left_out(int(row)) if int(row) < len(iris()["rows"]) else None
    return None


class TemperatureExplorer(Widget):
    """A query, its softmax weights over all templates, and the answer as τ changes.

    Either give `templates`, `labels` and `query`, or name a `preset`; with neither it is the
    published case. Every trait can be set, observed and linked; those of one readout that
    change together are set together with `show`.

    Parameters
    ----------
    templates : array_like, shape (n, d), optional
        Training rows.
    labels : array_like of int, shape (n,), optional
        The class of each template, as an index into `class_names`.
    query : array_like, shape (d,), optional
        The point to classify.
    class_names : list of str, optional
        At most 7, all different. Default: "0", "1", … as far as `labels` goes.
    preset : str, optional
        "published", "border", "raw", "paper", "tie", or "iris-0" … "iris-149" for that row
        left out, with the rest standardized. It becomes "" when the data are set otherwise.
    temperature : float
        τ, from 0.001 to 1000; λ = 1/τ.
    softmax : {"stable", "naive"}
        "naive" computes exp(s/τ) without the shift by the largest score.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN or infinity, a temperature out of
        range, a label without a class name, an unknown preset. Nothing is changed then.
    """

    _esm = module("temperature.js")
    _css = stylesheet("temperature.css")
    _shown: ClassVar[tuple[str, ...]] = ("preset", "temperature", "softmax")
    _restored: ClassVar[tuple[str, ...]] = _shown

    templates = Rows().tag(sync=True)
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    query = Vector().tag(sync=True)
    temperature = Float(1.0, min=COLDEST, max=HOTTEST).tag(sync=True)
    softmax = Enum(["stable", "naive"], "stable").tag(sync=True)
    preset = Unicode("published").tag(sync=True)
    name = Unicode("temperature").tag(sync=True)
    presets = List(Dict(), read_only=True).tag(sync=True)
    dataset = Dict(read_only=True).tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        labels: Any = None,
        query: Any = None,
        class_names: Sequence[str] | None = None,
        *,
        preset: str | None = None,
        temperature: float = 1.0,
        softmax: str = "stable",
        **traits: Any,
    ) -> None:
        own = [value is not None for value in (templates, labels, query)]
        if any(own) and (not all(own) or preset):
            raise TraitError("give templates, labels and query together, or a preset instead")
        if all(own):
            data: dict[str, Any] = {"templates": templates, "labels": labels, "query": query}
            data["class_names"] = names_for(labels) if class_names is None else class_names
            preset = ""
        else:
            preset = preset or "published"
            data = known_case(preset)._asdict()
        state = {"preset": preset, "temperature": temperature, "softmax": softmax}
        super().__init__(**data, **state, **traits)

    @classmethod
    def published_case(cls, **traits: Any) -> "TemperatureExplorer":
        """Return the case printed in "K Nearest Neighbor as a Neural Network" (2020).

        The query is the last iris row; the other 149 rows are the templates, standardized by
        their own mean and deviation; λ = 1/τ = 1. The net answers versicolor; the nearest
        neighbor is a virginica.
        """
        return cls(preset="published", **traits)

    def show(
        self,
        templates: Any,
        labels: Any,
        query: Any,
        class_names: Sequence[str] | None = None,
    ) -> None:
        """Show other data: set the traits that must fit each other in one step, or none."""
        names = names_for(labels) if class_names is None else list(class_names)
        self._set_together(Case(templates, labels, names, query)._asdict())

    def reset(self) -> None:
        """Return to the state at construction, as the button does."""
        home = dict(self.home)
        data = known_case(home["preset"])._asdict() if home["preset"] else home.pop("data")
        self._set_together({**data, **home})

    def readout(self) -> Readout:
        """Return what the page shows, computed here with the same operations in the same order.

        Scores and their order agree bit for bit. IEEE 754 does not fix exp and log: weights and
        probabilities agree within a relative (2n + 8)·2⁻⁵² for n templates, the entropy within
        (2n + 8)(1 + ln n)·2⁻⁵².
        """
        return readout(
            self.templates,
            self.labels,
            self.query,
            self.temperature,
            len(self.class_names),
            self.softmax,
        )

    def figure(self, temperatures: Sequence[float] = (100, 1, 0.1, 0.01)) -> "Figure":
        """Draw the weights of the nearest 30 templates, one panel a temperature."""
        from matplotlib import pyplot as plt
        from matplotlib.patches import Patch

        colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
        hatches = ["", "////", "....", "xxxx", "\\\\\\\\", "++++", "oooo"]
        rows = (len(temperatures) + 1) // 2
        figure, axes = plt.subplots(
            rows, 2, figsize=(6.4, 0.6 + 2.2 * rows), squeeze=False, layout="constrained"
        )
        figure.patch.set_alpha(0)
        for axis in axes.flat[len(temperatures) :]:
            axis.set_visible(False)
        for axis, temperature in zip(axes.flat, temperatures, strict=False):
            result = readout(
                self.templates, self.labels, self.query, temperature, len(self.class_names)
            )
            order = sorted(range(len(self.labels)), key=lambda i: (-result.scores[i], i))[:30]
            for rank, i in enumerate(order, start=1):
                c = self.labels[i]
                style = {"facecolor": colors[c], "hatch": hatches[c], "edgecolor": "white"}
                axis.bar(rank, result.weights[i], width=1, linewidth=0.3, **style)
            names = " = ".join(self.class_names[c] for c in result.winners)
            top = result.probabilities[result.winners[0]]
            axis.set_title(f"τ = {temperature:g}: {names}, {top:.2f}")
            axis.patch.set_alpha(0)
        figure.supxlabel("templates by distance, nearest first", fontsize="medium")
        figure.supylabel("weight", fontsize="medium")
        figure.legend(
            handles=[
                Patch(fc=colors[c], hatch=hatches[c], ec="white", label=self.class_names[c])
                for c in sorted(set(self.labels))
            ],
            loc="outside upper center",
            ncols=len(set(self.labels)),
            frameon=False,
        )
        return figure

    @default("presets")
    def _default_presets(self) -> list[dict[str, Any]]:
        return PRESETS

    @default("dataset")
    def _default_dataset(self) -> dict[str, Any]:
        return iris()

    @default("home")
    def _default_home(self) -> dict[str, Any]:
        home = super()._default_home()
        return home if self.preset else {**home, "data": self._data()._asdict()}

    @validate("temperature")
    def _check_temperature(self, proposal: dict[str, Any]) -> float:
        value: float = proposal["value"]
        if math.isnan(value):  # the bounds of Float let it pass
            raise TraitError("temperature must be a number; got nan")
        return value

    @validate("preset")
    def _check_preset(self, proposal: dict[str, Any]) -> str:
        value: str = proposal["value"]
        if value:
            known_case(value)
        return value

    @validate("templates", "labels", "class_names", "query")
    def _check_shapes(self, proposal: dict[str, Any]) -> Any:
        data = self._data()._replace(**{proposal["trait"].name: proposal["value"]})
        check_case(data)
        return proposal["value"]

    @observe("preset", "templates", "labels", "class_names", "query")
    def _follow(self, change: dict[str, Any]) -> None:
        """Keep `preset` and the data in agreement, whichever was set."""
        if not self.preset or self._data() == (data := known_case(self.preset)):
            return
        if change["name"] != "preset":
            self.preset = ""
            return
        self._set_together(data._asdict())

    def _data(self) -> Case:
        return Case(self.templates, self.labels, self.class_names, self.query)


def known_case(preset: str) -> Case:
    """Return ``case(preset)``, or raise a `TraitError` that lists the presets."""
    found = case(preset)
    if found is None:
        names = ", ".join(repr(entry["name"]) for entry in PRESETS)
        raise TraitError(f"preset must be one of {names} or 'iris-0' to 'iris-149'; got {preset!r}")
    return found


def names_for(labels: Any) -> list[str]:
    """Return the names "0", "1", … for as many classes as `labels` counts."""
    trait = Labels()
    trait.name = "labels"
    numbers = trait.validate(None, labels)
    return [str(c) for c in range(max(numbers, default=0) + 1)]


def check_case(data: Case) -> None:
    """Raise a `TraitError` naming traits and shapes unless the data fit each other."""
    n, d = len(data.templates), len(data.templates[0])
    if len(data.labels) != n:
        raise TraitError(
            f"labels must have one entry for each row of templates; "
            f"labels has shape ({len(data.labels)},), templates has shape ({n}, {d})"
        )
    if len(data.query) != d:
        raise TraitError(
            f"query must have one entry for each column of templates; "
            f"query has shape ({len(data.query)},), templates has shape ({n}, {d})"
        )
    names = data.class_names
    if not 1 <= len(names) <= MAX_CLASSES or len(set(names)) < len(names):
        raise TraitError(f"class_names must be 1 to {MAX_CLASSES} different names; got {names}")
    if max(data.labels) >= len(names):
        raise TraitError(
            f"labels must be below the number of class_names, {len(names)}; "
            f"the largest label is {max(data.labels)}"
        )
    largest = max(map(abs, data.query), default=0.0)
    largest = max(largest, *(max(map(abs, row), default=0.0) for row in data.templates))
    if not math.isfinite(4 * d * largest * largest / COLDEST):
        raise TraitError(f"templates and query are too large to square: {largest:g}; rescale")
