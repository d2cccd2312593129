"""The loop over the rows: each squared distance, term by term, and who is the best so far.

The steps are those of `nnlib.scan`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Bool, Enum, List, Unicode

from nnlib.scan import Step, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper
from nnlib.widgets.traits import Labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONTROLS = ["expanded", "turned"]
FIVE = ((1, 1), (4, 2), (2, 5), (4, 2), (5, 4))
STATE = (
    "templates", "labels", "class_names", "query", "extent", "expanded", "turned", "at",
)  # fmt: skip


class ScanStepper(Stepper):
    """The loop over the rows to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 6 rows within ±100; the page moves them by tenths. Default: the small example, its
        second row once more with the other label, and one row more.
    labels : list of int, optional
        The class of each row.
    query : array_like, shape (2,), optional
    class_names : list of str
        At most 4, all different.
    expanded : bool
        Whether a squared distance is ‖x‖² − 2x·t + ‖t‖², and not (x₁ − t₁)² + (x₂ − t₂)².
    turned : bool
        Whether the last row is measured first.
    controls : list of str
        Which of "expanded" and "turned" the page can change. Read when the widget is drawn.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("scan.js")
    _css = stylesheet("plane.css", "scan.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "expanded", "turned", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 6
    WITHIN = 100
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    expanded = Bool(False).tag(sync=True)
    turned = Bool(False).tag(sync=True)
    controls = List(Enum(CONTROLS)).tag(sync=True)
    name = Unicode("scan").tag(sync=True)

    def __init__(
        self,
        templates: Any = FIVE,
        labels: Any = (0, 1, 1, 0, 0),
        query: Any = (2, 2),
        **traits: Any,
    ) -> None:
        state = {"class_names": ["A", "B"], "extent": [0, 6, 0, 6], "controls": CONTROLS, **traits}
        super().__init__(templates=templates, labels=labels, query=query, **state)

    def trace(self) -> list[Step]:
        """Return all steps for these rows and this query, in tenths."""
        rows, query = self._tenths()
        return trace(rows, query, expanded=self.expanded, turned=self.turned)

    def figure(self) -> "Figure":
        """Draw the terms of every squared distance end to end, and where each sum arrives."""
        from matplotlib import pyplot as plt
        from matplotlib.patches import Rectangle

        steps = self.trace()
        figure, axis = plt.subplots(figsize=(6.4, 0.9 + 0.6 * len(steps)), layout="constrained")
        figure.patch.set_alpha(0)
        axis.patch.set_alpha(0)
        colors = ["#0072B2", "#D55E00", "#009E73"]
        names = ["‖x‖²", "−2x·t", "‖t‖²"] if self.expanded else ["(x₁ − t₁)²", "(x₂ − t₂)²"]
        for step in steps:
            ends = [0, *(v / 100 for v in accumulate(step.terms))]
            for j, (start, end) in enumerate(pairwise(ends)):
                y = step.row + 0.24 * (j - (len(names) - 1) / 2)
                axis.barh(y, end - start, 0.2, start, color=colors[j], ec="black", lw=0.6)
            won = step.row == steps[-1].best
            axis.plot([ends[-1]] * 2, [step.row - 0.4, step.row + 0.4], "k", lw=3 if won else 1.2)
            weight = "bold" if won else "normal"
            axis.text(1, step.row, f"{ends[-1]:.7g}", transform=axis.get_yaxis_transform(),
                      ha="right", va="center", weight=weight)  # fmt: skip
        axis.axvline(0, color="black", lw=0.8)
        rows = range(len(steps))
        axis.set_yticks(rows, [f"row {i}, {self.class_names[self.labels[i]]}" for i in rows])
        axis.set(xlabel="squared distance, term by term", ylim=(len(steps) - 0.4, -0.6))
        axis.margins(x=0.12)
        bars = [Rectangle((0, 0), 1, 1, fc=color, ec="black") for color in colors]
        figure.legend(bars[: len(names)], names, loc="outside upper center", ncols=3, frameon=False)
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_labels(state, 4)
        cls.check_at(state, 20)
