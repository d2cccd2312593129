"""The merge of shards, step by step: who is taken, and who decides at a tie.

The steps are those of `nnlib.shards`: the page computes them again for any rows and any query that
the reader drags to, and a test compares the two.
"""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Bool, Int, List, Unicode

from nnlib.shards import Step, trace
from nnlib.widgets.base import module, stylesheet
from nnlib.widgets.stepper import Stepper
from nnlib.widgets.traits import Labels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_K = 3
EIGHT = ((1, 1), (4, 2), (2, 5), (5, 4), (3, 0), (0.8, 3.7), (5.3, 0.6), (2, 3))
STATE = ("templates", "labels", "class_names", "query", "extent", "k", "turned", "at")


class ShardStepper(Stepper):
    """The merge of shards to step through, with rows and query in the reader's hand.

    Parameters
    ----------
    templates : array_like, shape (n, 2), optional
        At most 12 rows within ±100; the page moves them by tenths.
    labels : list of int, optional
        The shard of each row.
    query : array_like, shape (2,), optional
    class_names : list of str
        The shards' names, at most 4, all different.
    k : int
        How many neighbors, from 1 to 3.
    turned : bool
        Whether the last shard answers first.

    For `at`, `extent`, `name` and what is refused see `nnlib.widgets.stepper.Stepper`.
    """

    _esm = module("shards.js")
    _css = stylesheet("plane.css", "shards.css")
    _shown: ClassVar[tuple[str, ...]] = ("query", "k", "turned", "at")
    _restored: ClassVar[tuple[str, ...]] = STATE

    MOST_ROWS = 12
    WITHIN = 100
    labels = Labels().tag(sync=True)
    class_names = List(Unicode()).tag(sync=True)
    k = Int(2).tag(sync=True)
    turned = Bool(False).tag(sync=True)
    name = Unicode("shards").tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        labels: Any = (0, 3, 1, 1, 2, 2, 3, 0),
        query: Any = (2.5, 1.5),
        **traits: Any,
    ) -> None:
        rows = EIGHT if templates is None else templates
        state = {"class_names": ["a", "b", "c", "d"], "extent": [-0.5, 6, -0.5, 6], **traits}
        super().__init__(templates=rows, labels=labels, query=query, **state)

    def trace(self) -> list[Step]:
        """Return all steps for these rows and this query, in tenths."""
        rows, query = self._tenths()
        arrival = list(range(len(self.class_names)))[:: -1 if self.turned else 1]
        return trace(rows, self.labels, query, min(self.k, len(rows)), arrival)

    def figure(self) -> "Figure":
        """Draw what each shard found, and what the last merge keeps."""
        steps = self.trace()
        found = {i for step in steps if step.kind == "search" for i in step.kept}
        rows = np.array(self.templates)
        figure, axis = self._map()
        for i, (t, shard) in enumerate(zip(rows, self.labels, strict=True)):
            axis.plot(*t, "os^D"[shard], color=f"C{shard}", ms=8, mec="black")
            axis.annotate(f"{i}", t, xytext=(7, 4), textcoords="offset points")
            for size, chosen in ((15, found), (22, steps[-1].kept)):
                if i in chosen:
                    axis.plot(*t, "o", ms=size, mfc="none", mec="black")
        return figure

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        super().check(state)
        cls.check_labels(state, 4)
        cls.check_count(state, "k", 1, MOST_K)
        cls.check_at(state, 20)
