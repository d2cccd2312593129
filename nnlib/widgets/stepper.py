"""What every algorithm to step through has: rows and a query on a map, and a step that is shown."""

from typing import Any, ClassVar

from traitlets import Int, TraitError, validate

from nnlib.widgets.base import Widget
from nnlib.widgets.traits import Rows, Vector, check_extent, check_sizes

LARGEST = 1e100


class Stepper(Widget):
    """The base class of the steppers.

    A subclass names the traits of its state in ``_restored`` and says what else must fit in
    `check`; its steps are those of a trace beside the algorithm.
    """

    MOST_ROWS: ClassVar[int]

    templates = Rows().tag(sync=True)
    query = Vector().tag(sync=True)
    extent = Vector().tag(sync=True)
    at = Int(0).tag(sync=True)

    @classmethod
    def check(cls, state: dict[str, Any]) -> None:
        """Raise a `TraitError` that names the trait unless the traits are in range and fit."""
        templates, query, extent = state["templates"], state["query"], state["extent"]
        n, d = len(templates), len(templates[0])
        if n > cls.MOST_ROWS or d != 2:
            raise TraitError(
                f"templates must be at most {cls.MOST_ROWS} rows of 2 numbers; "
                f"the shape is ({n}, {d})"
            )
        if len(query) != 2:
            raise TraitError(f"query must have 2 entries; got {len(query)}")
        check_extent(extent)
        check_sizes({"templates": templates, "query": [query], "extent": [extent]}, LARGEST)

    @validate("templates", "labels", "class_names", "query", "extent", "at")
    def _check_state(self, proposal: dict[str, Any]) -> Any:
        state = {name: getattr(self, name) for name in self._restored}
        state[proposal["trait"].name] = proposal["value"]
        self.check(state)
        return proposal["value"]
