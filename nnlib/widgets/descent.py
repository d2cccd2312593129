"""A k-d tree, step by step: the boxes that a search opens, and those that it leaves out.

The steps are those of `nnlib.kdtree`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Unicode

from nnlib.kdtree import Step, build, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAF = 2
STATE = ("templates", "query", "extent", "at")
SIXTEEN = (
    (1, 1), (4, 2), (2, 5), (5, 4), (0.5, 3), (3.2, 0.6), (5.5, 1), (3, 3.4),
    (1.5, 2.2), (4.6, 5.4), (0.7, 4.6), (2.4, 1.6), (5.3, 2.7), (3.5, 4.8), (1.2, 5.6), (4.2, 3.2),
)  # fmt: skip


class TreeStepper(Stepper):
    """The search in a k-d tree to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 16 rows.
    query : array_like, shape (2,), optional

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("descent.js")
    _css = stylesheet("plane.css", "descent.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 16
    name = Unicode("descent").tag(sync=True)

    def __init__(self, templates: Any = None, query: Any = (2.9, 2.2), **traits: Any) -> None:
        rows = SIXTEEN if templates is None else templates
        super().__init__(templates=rows, query=query, **{"extent": [0, 6, 0, 6], **traits})

    def trace(self) -> list[Step]:
        """Return all steps of the search for these rows and this query."""
        return trace(self.templates, self.query, LEAF)

    def figure(self) -> "Figure":
        """Draw the leaves' boxes at the end of the search: opened ones filled, others dashed."""
        from matplotlib.patches import Circle, Rectangle

        nodes, steps = build(self.templates, LEAF), self.trace()
        opened = {step.node for step in steps if step.kind == "open"}
        figure, axis = self._map()
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
        axis.add_patch(Circle((x, y), steps[-1].least ** 0.5, fc="none", ec="black", ls="--"))
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_at(state, 4 * len(state["templates"]))
