"""A k-d tree, step by step: the boxes that a search opens, and those that it leaves out.

The steps are those of `nnlib.kdtree`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Int, TraitError, Unicode, validate

from nnlib.kdtree import Step, build, trace
from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.traits import Rows, Vector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAF = 2
MOST_ROWS = 16
LARGEST = 1e100
STATE = ("templates", "query", "extent", "at")
SIXTEEN = (
    (1, 1), (4, 2), (2, 5), (5, 4), (0.5, 3), (3.2, 0.6), (5.5, 1), (3, 3.4),
    (1.5, 2.2), (4.6, 5.4), (0.7, 4.6), (2.4, 1.6), (5.3, 2.7), (3.5, 4.8), (1.2, 5.6), (4.2, 3.2),
)  # fmt: skip


class TreeStepper(Widget):
    """The search in a k-d tree to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 16 rows.
    query : array_like, shape (2,), optional
    at : int
        The step that is shown, from 0 (before the first); a number past the last shows the last.
    extent : list of four float
        Left, right, bottom and top of the map.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN or infinity, values out of range.
        Nothing is changed then.
    """

    _esm = module("descent.js")
    _css = stylesheet("descent.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    templates = Rows().tag(sync=True)
    query = Vector().tag(sync=True)
    extent = Vector().tag(sync=True)
    at = Int(0).tag(sync=True)
    name = Unicode("descent").tag(sync=True)

    def __init__(self, templates: Any = None, query: Any = (2.9, 2.2), **traits: Any) -> None:
        rows = SIXTEEN if templates is None else templates
        super().__init__(templates=rows, query=query, **{"extent": [0, 6, 0, 6], **traits})

    def trace(self) -> list[Step]:
        """Return all steps of the search for these rows and this query."""
        return trace(self.templates, self.query, LEAF)

    def figure(self) -> "Figure":
        """Draw the leaves' boxes at the end of the search: opened ones filled, others dashed."""
        from matplotlib import pyplot as plt
        from matplotlib.patches import Circle, Rectangle

        nodes, steps = build(self.templates, LEAF), self.trace()
        opened = {step.node for step in steps if step.kind == "open"}
        figure, axis = plt.subplots(figsize=(4.6, 4.6), layout="constrained")
        figure.patch.set_alpha(0)
        axis.patch.set_alpha(0)
        for place, node in enumerate(nodes):
            if node.halves:
                continue
            (left, bottom), (right, top) = node.low, node.high
            color, dash = ((0.9, 0.62, 0, 0.5), "-") if place in opened else ("none", ":")
            box = Rectangle(
                (left, bottom), right - left, top - bottom, fc=color, ec="black", ls=dash
            )
            axis.add_patch(box)
        for i, (x, y) in enumerate(self.templates):
            axis.plot(x, y, "o", color="#0072B2", mec="black")
            axis.annotate(f"{i}", (x, y), xytext=(5, 3), textcoords="offset points")
        x, y = self.query
        axis.plot(x, y, "X", color="black", mec="white", ms=11)
        axis.add_patch(Circle((x, y), steps[-1].least ** 0.5, fc="none", ec="black", ls="--"))
        axis.set(xlim=self.extent[:2], ylim=self.extent[2:], aspect="equal")
        axis.set(xlabel="x₁", ylabel="x₂")
        return figure

    @validate(*STATE)
    def _check_state(self, proposal: dict[str, Any]) -> Any:
        state = {name: getattr(self, name) for name in STATE}
        state[proposal["trait"].name] = proposal["value"]
        check_state(state)
        return proposal["value"]


def check_state(state: dict[str, Any]) -> None:
    """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
    templates, extent = state["templates"], state["extent"]
    n, d = len(templates), len(templates[0])
    if n > MOST_ROWS or d != 2:
        raise TraitError(
            f"templates must be at most {MOST_ROWS} rows of 2 numbers; the shape is ({n}, {d})"
        )
    if len(state["query"]) != 2:
        raise TraitError(f"query must have 2 entries; got {len(state['query'])}")
    if len(extent) != 4 or not (extent[0] < extent[1] and extent[2] < extent[3]):
        raise TraitError(f"extent must be left < right and bottom < top; got {extent}")
    for name, rows in [("templates", templates), ("query", [state["query"]]), ("extent", [extent])]:
        largest = max(abs(v) for row in rows for v in row)
        if largest > LARGEST:
            raise TraitError(f"{name} must stay within ±{LARGEST:g}; got {largest:g}")
    if not 0 <= state["at"] <= 4 * n:
        raise TraitError(f"at must be a step from 0 to {4 * n}; got {state['at']}")
