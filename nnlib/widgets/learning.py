"""Learning the templates, step by step: the borders move and the loss falls.

The steps are those of `nnlib.learning`: the page computes them again for any rows that the reader
drags, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from traitlets import Float, List, TraitError, Unicode

from nnlib.learning import State, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper
from nnlib.widgets.traits import Labels, Rows, check_sizes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS, TAU, MOST_RATE, MOST_CLASSES, MOST_TEMPLATES = 40, 2.0, 10, 3, 6
TWELVE = (
    (1, 1.6), (2.2, 0.8), (2.8, 2), (1.6, 2.4), (0.8, 3.4), (3.4, 1.2),
    (4.3, 2.9), (5.1, 1.4), (3.4, 4.2), (1.3, 5.2), (4.8, 4.5), (2.7, 3.6),
)  # fmt: skip
STATE = (
    *("templates", "labels", "start", "code", "class_names"),
    *("query", "extent", "rate", "at"),
)


def in_tenths(rate: float, _: Any = None) -> int:
    """Return a rate as the page's slider counts it, and every address that holds its state."""
    return round(10 * rate)


def of_tenths(tenths: int, _: Any = None) -> float:
    """Return the rate that the page counts so."""
    return tenths / 10


class LearningStepper(Stepper):
    """Gradient descent on the templates of a soft net, with the data in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        The rows to learn from, at most 16 within ±100.
    labels : list of int, optional
        The class of each row, one that a template has.
    query : array_like, shape (2,), optional
        Where the learned net is asked.
    start : array_like, shape (m, 2), optional
        Where the templates begin, at most 6. Default: the small example.
    code : list of int
        The class of each template.
    class_names : list of str
        At most 3, all different.
    rate : float
        The length of a step in gradients, from 0.1 to 10, a whole number of tenths.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("learning.js")
    _css = stylesheet("plane.css", "learning.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "rate", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 16
    WITHIN = 100
    labels = Labels().tag(sync=True)
    start = Rows().tag(sync=True)
    code = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    rate = Float(1.0).tag(sync=True, to_json=in_tenths, from_json=of_tenths)
    name = Unicode("learning").tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        labels: Any = (0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1),
        query: Any = (3.1, 2.5),
        **traits: Any,
    ) -> None:
        rows = TWELVE if templates is None else templates
        state = {"start": ((1, 1), (4, 2), (2, 5)), "code": (0, 1, 1), "class_names": ["A", "B"]}
        state |= {"extent": [0, 6, 0, 6], **traits}
        super().__init__(templates=rows, labels=labels, query=query, **state)

    def _as_sent(self, state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "rate": in_tenths(state["rate"])}

    def trace(self) -> list[State]:
        """Return the templates and the loss before the first step and after each."""
        rows, start = self.templates, self.start
        return trace(rows, self.labels, start, self.code, tau=TAU, rate=self.rate, steps=STEPS)

    def figure(self) -> "Figure":
        """Draw the loss over all steps, and the templates' ways among the rows."""
        from matplotlib import pyplot as plt

        states = self.trace()
        figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.3), layout="constrained")
        figure.patch.set_alpha(0)
        left.plot([state.loss for state in states])
        left.set(xlabel="step", ylabel="loss (nats)")
        for (x, y), c in zip(self.templates, self.labels, strict=True):
            right.plot(x, y, "os^"[c], color=f"C{c}", ms=5)
        for k, c in enumerate(self.code):
            xs, ys = zip(*(state.templates[k] for state in states), strict=True)
            right.plot(xs, ys, color="black", lw=1.5)
            right.plot(xs[-1], ys[-1], "*", color=f"C{c}", mec="black", ms=14)
        right.set(xlim=self.extent[:2], ylim=self.extent[2:], xlabel="x₁", ylabel="x₂")
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        start, code = state["start"], state["code"]
        if len(start) > MOST_TEMPLATES or len(start[0]) != 2 or len(code) != len(start):
            raise TraitError(
                f"start must be at most {MOST_TEMPLATES} rows of 2 numbers, and code a label for "
                f"each; got {len(start)} rows of {len(start[0])}, and {len(code)} labels"
            )
        check_sizes({"start": start}, cls.WITHIN)
        cls.check_labels(state, MOST_CLASSES)
        if not set(state["labels"]) <= set(code):
            raise TraitError(f"labels must be those of templates, {sorted(set(code))}")
        if max(code) >= len(state["class_names"]):
            raise TraitError(f"code must be below the number of class_names; got {max(code)}")
        rate = state["rate"]
        if not 0.1 <= rate <= MOST_RATE or rate != of_tenths(in_tenths(rate)):
            raise TraitError(f"rate must be from 0.1 to {MOST_RATE}, in whole tenths; got {rate:g}")
        cls.check_at(state, STEPS)
