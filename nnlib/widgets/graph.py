"""A walk on a navigable graph, step by step: greedy or with a few rows kept, and what it misses.

The steps are those of `nnlib.graph`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Int, Unicode

from nnlib.graph import Step, link, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

M = 2
MOST_EF = 4
FOURTEEN = (
    (1, 1), (4, 2), (2, 5), (5, 4), (1.8, 2.9), (0.4, 3.6), (5.6, 1.2),
    (2.2, 3.7), (2.7, 1.5), (0.4, 4.8), (1.9, 0.9), (4, 0.5), (3, 0.5), (5.5, 5.3),
)  # fmt: skip
STATE = ("templates", "query", "extent", "ef", "at")


class WalkStepper(Stepper):
    """A walk on a graph to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 16 rows within ±100; the page moves them by tenths. Each is linked to the two
        nearest before it.
    query : array_like, shape (2,), optional
    ef : int
        How many of the best rows the walk keeps, from 1 (greedy) to 4.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("graph.js")
    _css = stylesheet("plane.css", "graph.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "ef", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 16
    WITHIN = 100
    ef = Int(1).tag(sync=True)
    name = Unicode("graph").tag(sync=True)

    def __init__(self, templates: Any = None, query: Any = (3.5, 3.6), **traits: Any) -> None:
        rows = FOURTEEN if templates is None else templates
        super().__init__(templates=rows, query=query, **{"extent": [0, 6, 0, 6], **traits})

    def trace(self) -> list[Step]:
        """Return all steps of the walk for these rows and this query, in tenths."""
        rows, query = self._tenths()
        return trace(rows, link(rows, M), query, self.ef)

    def figure(self) -> "Figure":
        """Draw the links, the rows that the walk looks at, and the way that it takes."""
        steps, rows = self.trace(), np.array(self.templates)
        seen = [i for step in steps for i in step.new]
        figure, axis = self._map()
        for i, some in enumerate(link(self._tenths()[0], M)):
            for j in some:
                axis.plot(*rows[[i, j]].T, color="gray", lw=0.8, zorder=1)
        way = rows[[step.row for step in steps if step.kind == "leave"]]
        axis.plot(*way.T, color="#D55E00", lw=2.5, zorder=2)
        for i, t in enumerate(rows):
            axis.plot(*t, "o", mfc="#0072B2" if i in seen else "white", mec="black", ms=8)
            axis.annotate(f"{i}", t, xytext=(6, 4), textcoords="offset points")
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_count(state, "ef", 1, MOST_EF)
        cls.check_at(state, cls.MOST_ROWS + 2)
