"""The clocked network, one tick after the other: selectors, latches, feedback, the vote.

The steps are those of `nnlib.clocked`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import List, Unicode

from nnlib.clocked import ClockedKNN, Trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper
from nnlib.widgets.traits import Labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 4
STATE = ("templates", "labels", "class_names", "query", "extent", "at")


class ClockedStepper(Stepper):
    """A clocked network to step through, with its rows and its query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 8 rows. Default: the small example (1, 1), (4, 2), (2, 5), and (5, 4).
    labels : list of int, optional
        The class of each row.
    query : array_like, shape (2,), optional
    class_names : list of str
        At most 4, all different.
    at : int
        The cycle that is shown, from 0 (before the first) to 2n − 1.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("clocked.js")
    _css = stylesheet("plane.css", "clocked.css")
    _shown: ClassVar[tuple[str, ...]] = ("templates", "labels", "query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 8
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    name = Unicode("clocked").tag(sync=True)

    def __init__(
        self,
        templates: Any = ((1, 1), (4, 2), (2, 5), (5, 4)),
        labels: Any = (0, 1, 1, 0),
        query: Any = (2, 2),
        **traits: Any,
    ) -> None:
        state = {"class_names": ["A", "B"], "extent": [0, 6, 0, 6], **traits}
        super().__init__(templates=templates, labels=labels, query=query, **state)

    def trace(self) -> Trace:
        """Return all cycles of the real network for these rows and this query."""
        names = np.array(self.class_names)[self.labels]
        return ClockedKNN.from_data(self.templates, names).run(self.query, len(self.labels))

    def figure(self) -> "Figure":
        """Draw the sums of all selectors through all cycles; ○ fires, × is latched."""
        from matplotlib import pyplot as plt

        cycles = self.trace().cycles
        sums = np.stack([cycle.sums for cycle in cycles], axis=1)
        n = len(self.labels)
        figure, axis = plt.subplots(figsize=(6.4, 1.2 + 0.45 * n), layout="constrained")
        figure.patch.set_alpha(0)
        axis.imshow(sums, cmap="Blues", vmin=-2 * n, vmax=n, aspect="auto")
        for (row, column), value in np.ndenumerate(sums):
            text = str(value).replace("-", "−")
            axis.text(column, row, text, ha="center", va="center", color="black")
        for column, cycle in enumerate(cycles):
            if cycle.phase == "select":
                axis.plot(column, cycle.unit, "o", ms=22, mfc="none", mec="#D55E00", mew=2)
            for row in cycle.taken:
                axis.plot(column + 0.38, row - 0.3, "x", color="black", ms=5)
        axis.set(xlabel="clock cycle", ylabel="unit", yticks=range(n))
        axis.set(xticks=range(len(cycles)), xticklabels=range(1, len(cycles) + 1))
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_labels(state, MOST_CLASSES)
        cls.check_at(state, 2 * len(state["templates"]) - 1, "cycle")
