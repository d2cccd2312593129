"""From a dot product to a distance, by one slider for the key's norm.

The steps are those of `nnlib.attention`: the page computes them again for any keys and any query
that the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Unicode

from nnlib.attention import Step, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 10
STATE = ("templates", "query", "extent", "at")


class AttentionStepper(Stepper):
    """One head of attention, from dot products to distances, with the keys in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        The keys, at most 6 within ±100. Default: the small example, and (3, 3) among them.
    query : array_like, shape (2,), optional
    at : int
        How many tenths of ‖k‖² each score takes in: 0 is dot-product attention, 10 a distance.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("attention.js")
    _css = stylesheet("plane.css", "attention.css")
    _shown: ClassVar[tuple[str, ...]] = ("templates", "query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 6
    WITHIN = 100
    name = Unicode("attention").tag(sync=True)

    def __init__(
        self,
        templates: Any = ((1, 1), (4, 2), (2, 5), (3, 3)),
        query: Any = (3, 3),
        **traits: Any,
    ) -> None:
        super().__init__(templates=templates, query=query, **{"extent": [-1, 6, -1, 6], **traits})

    def trace(self) -> list[Step]:
        """Return the head at every tenth of the keys' norms."""
        return trace(self.templates, self.query, STEPS)

    def figure(self) -> "Figure":
        """Draw which key leads at every query: without the norms, with half of them, with all."""
        from matplotlib import pyplot as plt

        keys = np.array(self.templates)
        left, right, bottom, top = self.extent
        across, up = np.meshgrid(np.linspace(left, right, 241), np.linspace(bottom, top, 241))
        figure, axes = plt.subplots(1, 3, figsize=(6.4, 2.6), sharey=True, layout="constrained")
        figure.patch.set_alpha(0)
        for axis, share in zip(axes, (0, 0.5, 1), strict=True):
            scores = [2 * (across * a + up * b) - share * (a * a + b * b) for a, b in keys]
            leader = np.stack(scores).argmax(axis=0)
            axis.imshow(leader, cmap="Set3", vmin=0, vmax=11, origin="lower", extent=self.extent)
            axis.contour(across, up, leader, np.arange(len(keys)) + 0.5, colors="black",
                         linewidths=0.6)  # fmt: skip
            for key, marker in zip(keys, "os^Dvp", strict=False):
                axis.plot(*key, marker, color="black", ms=5)
            axis.set(title=f"α = {share:g}", xlabel="q₁")
        axes[0].set(ylabel="q₂")
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_at(state, STEPS)
