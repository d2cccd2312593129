"""Murphy's perceptrons, step by step: half-planes, ANDs, ORs, one region at a time, pruning.

The steps are those of `nnlib.regions`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import List, Unicode

from nnlib.regions import Step, net_of, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper
from nnlib.widgets.traits import Labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CLASSES = 3
SIX = ((1, 1), (4, 2), (2, 5), (0.7, 3.3), (3, 1), (5.2, 4.7))
STATE = ("templates", "labels", "class_names", "query", "extent", "at")


class PerceptronStepper(Stepper):
    """Murphy's perceptron to step through, with rows and query in the reader's hand.

    Its units see tenths: whole numbers, so that nothing rounds.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 7 rows within ±100; the page moves them by tenths.
    labels : list of int, optional
        The class of each row.
    query : array_like, shape (2,), optional
    class_names : list of str
        At most 3, all different.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("regions.js")
    _css = stylesheet("plane.css", "regions.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 7
    WITHIN = 100
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    name = Unicode("regions").tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        labels: Any = (0, 1, 1, 0, 0, 1),
        query: Any = (2, 2),
        **traits: Any,
    ) -> None:
        rows = SIX if templates is None else templates
        state = {"class_names": ["A", "B"], "extent": [0, 6, 0, 6], **traits}
        super().__init__(templates=rows, labels=labels, query=query, **state)

    def trace(self) -> list[Step]:
        """Return all steps for these rows and this query, in tenths."""
        rows, query = self._tenths()
        return trace(rows, self.labels, query)

    def figure(self) -> "Figure":
        """Draw every AND's region with its half-planes, those that pruning cuts dotted."""
        from matplotlib import pyplot as plt

        rows, _ = self._tenths()
        net = net_of(rows, self.labels)
        gone = {(step.cell, step.unit) for step in self.trace() if step.kind == "cut"}
        left, right, bottom, top = self.extent
        across, up = np.meshgrid(np.linspace(left, right, 241), np.linspace(bottom, top, 241))
        fires = net.ands(10 * np.stack([across, up], axis=-1).reshape(-1, 2))
        columns = -(-len(rows) // 2)
        figure, axes = plt.subplots(2, columns, figsize=(2.4 * columns, 5), squeeze=False)
        figure.patch.set_alpha(0)
        for i, axis in enumerate(axes.flat):
            axis.set_visible(i < len(rows))
            if i >= len(rows):
                continue
            axis.imshow(fires[:, i].reshape(across.shape), cmap="Blues", vmax=3, origin="lower",
                        extent=self.extent, aspect="auto")  # fmt: skip
            for p in net.plane[net.cell == i].tolist():
                middle, (u, v) = rows[net.pairs[p]].mean(axis=0) / 10, net.W1[p]
                if u or v:
                    dash = ":" if (i, p) in gone else "-"
                    axis.axline(middle, middle + np.array([-v, u]), ls=dash, color="black", lw=1)
            for t, label in zip(rows / 10, self.labels, strict=True):
                axis.plot(*t, "os^"[label], color="black", ms=4)
            axis.plot(*rows[i] / 10, "os^"[self.labels[i]], color="#D55E00", ms=9)
            axis.set(xlim=(left, right), ylim=(bottom, top), title=f"AND of row {i}")
            axis.label_outer()
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_labels(state, MOST_CLASSES)
        cls.check_at(state, 100)
