"""The certified search, step by step: bounds as bars, then the direct form, then integers.

The steps are those of `nnlib.cascade`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Bool, Int, Unicode

from nnlib.cascade import Step, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIX = ((1, 1), (4, 2), (2, 5), (5, 4), (0.5, 3.1), (3.2, 3.2))
STATE = ("templates", "query", "extent", "offset", "centered", "at")
MOST_OFFSET = 1000


class CascadeStepper(Stepper):
    """The certified search to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 8 rows.
    query : array_like, shape (2,), optional
    offset : int
        What is added to all coordinates before they are stored, from 0 to 1000.
    centered : bool
        Whether the filter subtracts the offset again.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("cascade.js")
    _css = stylesheet("plane.css", "cascade.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "offset", "centered", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 8
    WITHIN = 1e6
    offset = Int(300).tag(sync=True)
    centered = Bool(False).tag(sync=True)
    name = Unicode("cascade").tag(sync=True)

    def __init__(self, templates: Any = None, query: Any = (2.3, 1.9), **traits: Any) -> None:
        rows = SIX if templates is None else templates
        super().__init__(templates=rows, query=query, **{"extent": [0, 6, 0, 6], **traits})

    def trace(self) -> list[Step]:
        """Return all steps of the search for these rows and this query."""
        center = [self.offset * self.centered] * 2
        rows, query = np.array(self.templates), np.array(self.query)
        return trace(rows + self.offset, query + self.offset, center)

    def figure(self) -> "Figure":
        """Draw each row's bounds as a bar, dashed if they rule it out, and the least upper one."""
        from matplotlib import pyplot as plt

        steps = self.trace()
        (ruled,) = (step for step in steps if step.kind == "filter")
        moved = np.array(self.query) + self.offset * (not self.centered)
        base = float((moved.astype(np.float32).astype(float) ** 2).sum())
        figure, axis = plt.subplots(figsize=(6.4, 0.9 + 0.4 * len(self.templates)))
        figure.patch.set_alpha(0)
        for step in steps[: len(self.templates)]:
            color, dash = ("C0", "-") if step.row in ruled.left else ("gray", ":")
            ends = [step.low + base, step.high + base]
            axis.plot(ends, [step.row] * 2, dash, color=color, marker="|", ms=12, lw=2.5)
        axis.axvline(ruled.high + base, color="black", ls="--", lw=1.2)
        axis.set(xlabel="squared distance", ylabel="row", yticks=range(len(self.templates)))
        axis.invert_yaxis()
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_count(state, "offset", 0, MOST_OFFSET)
        cls.check_at(state, 3 * cls.MOST_ROWS + 3)
