"""The reader's hand on the advice which index to take for how many rows.

The rules stand in `nnlib.advice`; the page gets them with their words, as `RULES`, and repeats
the arithmetic only, in the same order.
"""

import json
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Dict, Enum, Float, Int, TraitError, Unicode, default, validate

from nnlib import advice
from nnlib.advice import RECALLS, SPREADS, UPDATES, Advice, advise, amount, refusal, size
from nnlib.widgets.base import Widget, module, stylesheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The n, d, memory and so on of a case, with a sentence that says what to see in it.
CASES: dict[str, dict[str, Any]] = {
    "chapter": {
        "title": "Ten million rows",
        "note": "Ten million rows of 128 features in clusters, on a machine of 16 GB.",
    },
    "exact": {
        "title": "Ten million rows, exactly",
        "note": "The same, but every answer must be the nearest row.",
        "recall": 1.0,
    },
    "cloud": {
        "title": "Ten million rows in one cloud",
        "note": "No clusters: a list has borders on all sides, and a walk finds its way anywhere.",
        "spread": "even",
    },
    "deletes": {
        "title": "One cloud that changes",
        "note": "The same cloud, while rows come and go all day.",
        "spread": "even",
        "updates": "steady",
    },
    "laptop": {
        "title": "Ten million rows on 4 GB",
        "note": "In clusters again, on a small machine: the rows themselves do not fit.",
        "memory": 4.0,
    },
    "map": {
        "title": "Points on a map",
        "note": "Ten million points in the plane, exactly: where a tree is at home.",
        "d": 2,
        "intrinsic": 0,
        "recall": 1.0,
        "batch": 1,
    },
    "small": {
        "title": "Ten thousand rows",
        "note": "Small enough to look at every row.",
        "n": 10_000,
        "memory": 1.0,
    },
    "billion": {
        "title": "Your turn: a billion rows",
        "note": "Before you look: how many bytes a row can 64 GB afford, and what holds that few?",
        "n": 10**9,
        "memory": 64.0,
        "batch": 1,
    },
    "archive": {
        "title": "Your turn: overnight and exact",
        "note": "A nightly batch against rows twice as large as memory. Lower the queries at "
        "once and see when it pays to have more machines.",
        "n": 50_000_000,
        "recall": 1.0,
        "batch": 100_000,
    },
}
DEFAULT: dict[str, Any] = {
    "n": 10_000_000,
    "d": 128,
    "intrinsic": 16,
    "memory": 16.0,
    "batch": 1000,
    "recall": 0.95,
    "updates": "rare",
    "spread": "clusters",
}
"""The settings of the case "chapter"; the others say what they change."""


RULES: dict[str, Any] = {
    "balance": advice.BALANCE,
    "disk": advice.DISK,
    "page": advice.PAGE,
    "shared": advice.SHARED,
    "product": advice.PRODUCT,
    "direct": advice.DIRECT,
    "worth": advice.WORTH,
    "leaf": advice.LEAF,
    "node": advice.NODE,
    "lists": advice.LISTS,
    "training": advice.TRAINING,
    "code": advice.CODE,
    "longest": advice.LONGEST_CODE,
    "centroids": advice.CENTROIDS,
    "reranked": advice.RERANKED,
    "id": advice.ID,
    "links": advice.LINKS,
    "graph": advice.NODE_OF_GRAPH,
    "tree": advice.TREE_ROWS,
    "jump": advice.JUMP,
    "structure": advice.STRUCTURE,
    "doublings": advice.DOUBLINGS,
    "recalls": advice.RECALLS,
    "probes": advice.PROBES,
    "visits": advice.VISITS,
    "names": advice.NAMES,
    "sums": advice.SUMS,
    "words": advice.WORDS,
    "limits": advice.LIMITS,
    "cases": [{**DEFAULT, **case} for case in CASES.values()],
}
"""What the page computes and speaks with: it has no constant and no verdict of its own."""


class IndexChooser(Widget):
    """Rows, features, memory and demands; and what each index would need and do.

    Name a `case`, or set what is asked for; what is not set is as in the case "chapter". Every
    trait can be set, observed and linked; `show` sets several in one step.

    Parameters
    ----------
    case : str
        "chapter", "exact", "cloud", "deletes", "laptop", "map", "small", "billion" or "archive".
    n, d, memory, recall, updates, batch, intrinsic, spread
        See `advise`.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait that is out of range. Nothing is changed then.
    """

    _esm = module("chooser.js")
    _css = stylesheet("chooser.css")
    _shown: ClassVar[tuple[str, ...]] = tuple(DEFAULT)
    _restored: ClassVar[tuple[str, ...]] = tuple(DEFAULT)

    n = Int(DEFAULT["n"]).tag(sync=True)
    d = Int(DEFAULT["d"]).tag(sync=True)
    intrinsic = Int(DEFAULT["intrinsic"]).tag(sync=True)
    memory = Float(DEFAULT["memory"]).tag(sync=True)
    batch = Int(DEFAULT["batch"]).tag(sync=True)
    recall = Enum(list(RECALLS), DEFAULT["recall"]).tag(sync=True)
    updates = Enum(list(UPDATES), DEFAULT["updates"]).tag(sync=True)
    spread = Enum(list(SPREADS), DEFAULT["spread"]).tag(sync=True)
    name = Unicode("chooser").tag(sync=True)
    rules = Dict(read_only=True).tag(sync=True)
    """What the page computes with: `RULES`, and the cases."""

    def __init__(self, case: str = "chapter", **traits: Any) -> None:
        super().__init__(**{**settings_of(case), **traits})

    def show(self, case: str = "chapter", **settings: Any) -> None:
        """Show a case, with other settings where these are named: all in one step, or none."""
        unknown = sorted(set(settings) - set(DEFAULT))
        if unknown:
            raise TraitError(f"a case has {', '.join(DEFAULT)}; got {', '.join(unknown)}")
        self._set_together({**settings_of(case), **settings})

    def read(self) -> list[Advice]:
        """Return what the page shows, computed here with the same operations in the same order.

        All of it agrees, numbers and words.
        """
        return advise(**{name: getattr(self, name) for name in DEFAULT})

    def figure(self) -> "Figure":
        """Draw bytes against memory and work against brute force, a row for each candidate."""
        from matplotlib import pyplot as plt

        found = self.read()[::-1]
        figure, axes = plt.subplots(
            1, 2, sharey=True, width_ratios=[5, 4], figsize=(6.4, 3.2), layout="constrained"
        )
        figure.patch.set_alpha(0)
        room = self.memory * 1e9
        brute = found[-1].work
        marks = {"best": "▸ ", "works": "", "no": ""}
        for row, one in enumerate(found):
            # A hatch beside the color for what is of no use; and a mark for the best.
            style = {
                "best": {"facecolor": "#0072B2", "edgecolor": "#0072B2"},
                "works": {"facecolor": "#56B4E9", "edgecolor": "#56B4E9"},
                "no": {"facecolor": "none", "edgecolor": "0.5", "hatch": "////"},
            }[one.verdict]
            factor = f"÷ {amount(brute / one.work)}"
            if one.work >= brute:
                factor = "1" if one.work == brute else f"× {amount(one.work / brute)}"
            for axis, value, text in [
                (axes[0], float(one.bytes), size(one.bytes)),  # beyond the page's C integers
                (axes[1], one.work / brute, factor),
            ]:
                axis.barh(row, value, height=0.6, **style)
                place = {"xycoords": axis.get_yaxis_transform(), "ha": "right", "va": "center"}
                axis.annotate(text, (1, row), fontsize=9, **place)
        axes[0].axvline(room, color="black", linewidth=1.5, linestyle="--")
        axes[0].set_title(f"memory: {size(room)}, dashed", fontsize="medium")
        axes[0].set_yticks(range(len(found)), [marks[one.verdict] + one.name for one in found])
        axes[1].set_title("work of a query", fontsize="medium")
        taken = [room, *(float(one.bytes) for one in found)]
        shares = [one.work / brute for one in found]
        for axis, values, unit, more in [
            (axes[0], taken, "bytes on a machine", 0.5),
            (axes[1], shares, "brute force = 1", 0.6),
        ]:
            least, most = min(values) / 3, max(values) * 2
            # Room at the right for the numbers, which stand in a column.
            axis.set(xscale="log", xlim=(least, most * (most / least) ** more), xlabel=unit)
        for axis in axes:
            axis.patch.set_alpha(0)
            axis.spines[["top", "right"]].set_visible(False)
            axis.minorticks_off()
        return figure

    @default("rules")
    def _default_rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = json.loads(json.dumps(RULES))  # a copy, with lists for tuples
        return rules

    @validate("n", "d", "intrinsic", "memory", "batch")
    def _check_range(self, proposal: dict[str, Any]) -> Any:
        if problem := refusal(proposal["trait"].name, proposal["value"]):
            raise TraitError(problem)
        return proposal["value"]


def settings_of(case: str) -> dict[str, Any]:
    """Return all settings of a case, or raise a `TraitError` that lists the cases."""
    if case not in CASES:
        raise TraitError(f"case must be one of {', '.join(map(repr, CASES))}; got {case!r}")
    return {name: CASES[case].get(name, value) for name, value in DEFAULT.items()}
