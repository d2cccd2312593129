"""The MAXNET beside the clocked network, tick by tick: a fight, and a tie that never ends.

The steps are those of `lateral_inhibition` and `ClockedKNN` in `nnlib.clocked`: the page computes
them again for any rows and any query that the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Unicode

from nnlib.clocked import Inhibition, lateral_inhibition
from nnlib.kdtree import distance
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TICKS = 60
STATE = ("templates", "query", "extent", "at")


class MaxnetStepper(Stepper):
    """Lateral inhibition and the clock, side by side, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 8 rows within ±10⁶. Default: the small example (1, 1), (4, 2), (2, 5), and (5, 3).
    query : array_like, shape (2,), optional

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("maxnet.js")
    _css = stylesheet("plane.css", "maxnet.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 8
    WITHIN = 1e6
    name = Unicode("maxnet").tag(sync=True)

    def __init__(
        self,
        templates: Any = ((1, 1), (4, 2), (2, 5), (5, 3)),
        query: Any = (2.5, 1.5),
        **traits: Any,
    ) -> None:
        super().__init__(templates=templates, query=query, **{"extent": [0, 6, 0, 6], **traits})

    def trace(self) -> Inhibition:
        """Return how the MAXNET fares: each unit begins with how much nearer its row is."""
        far = np.array([distance(self.query, t) for t in self.templates])
        return lateral_inhibition(far.max() - far, max_steps=TICKS)

    def figure(self) -> "Figure":
        """Draw each unit's share of the total over the steps."""
        from matplotlib import pyplot as plt

        history = self.trace().activations
        shares = history / np.maximum(history.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        figure, axis = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
        figure.patch.set_alpha(0)
        looks = zip(shares.T, ("-", "--", ":", "-.") * 2, strict=False)
        for i, (share, dash) in enumerate(looks):
            axis.plot(share, dash, label=f"unit {i}", lw=2)
        axis.set(xlabel="step", ylabel="share of the total", ylim=(-0.03, 1.03))
        axis.legend()
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_at(state, TICKS)
