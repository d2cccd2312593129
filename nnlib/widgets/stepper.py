"""What every algorithm to step through has: rows and a query on a map, and a step that is shown."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from traitlets import Int, TraitError, validate

from nnlib.validation import Array
from nnlib.widgets.base import Widget
from nnlib.widgets.traits import Rows, Vector, check_class_names, check_extent, check_sizes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Stepper(Widget):
    """The base class of the steppers.

    A subclass names the traits of its state in ``_restored`` and says what else must fit in
    `check`; its steps are those of a trace beside the algorithm.

    Parameters
    ----------
    templates : array_like, shape (n, 2)
        The rows.
    query : array_like, shape (2,)
    at : int
        The step that is shown, from 0 (before the first); a number past the last shows the last.
    extent : list of four float
        Left, right, bottom and top of the map.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN or infinity, values out of range.
        Nothing is changed then.
    """

    MOST_ROWS: ClassVar[int]
    WITHIN: ClassVar[float] = 1e100

    templates = Rows().tag(sync=True)
    query = Vector().tag(sync=True)
    extent = Vector().tag(sync=True)
    at = Int(0).tag(sync=True)

    def _tenths(self) -> tuple[Array, Array]:
        """Return the rows and the query in tenths, whole numbers, of which nothing rounds."""
        rows, query = (np.rint(10 * np.array(v)) for v in (self.templates, self.query))
        return rows, query

    def _map(self) -> tuple["Figure", "Axes"]:
        """Return a map with nothing on it but the query's cross."""
        from matplotlib import pyplot as plt

        figure, axis = plt.subplots(figsize=(4.6, 4.6), layout="constrained")
        figure.patch.set_alpha(0)
        axis.patch.set_alpha(0)
        axis.plot(*self.query, "X", color="black", mec="white", ms=11, zorder=3)
        axis.set(xlim=self.extent[:2], ylim=self.extent[2:], aspect="equal")
        axis.set(xlabel="x₁", ylabel="x₂")
        return figure, axis

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
        check_sizes({"templates": templates, "query": [query], "extent": [extent]}, cls.WITHIN)

    @staticmethod
    def check_labels(state: dict[str, Any], most: int) -> None:
        """Raise a `TraitError` unless each row has a label and each label one of `most` names."""
        n, labels = len(state["templates"]), state["labels"]
        if len(labels) != n:
            raise TraitError(f"labels must have one entry for each of {n} rows; got {len(labels)}")
        check_class_names(state["class_names"], labels, most)

    @staticmethod
    def check_count(state: dict[str, Any], name: str, least: int, most: int) -> None:
        """Raise a `TraitError` unless the named trait is in range."""
        if not least <= state[name] <= most:
            raise TraitError(f"{name} must be from {least} to {most}; got {state[name]}")

    @staticmethod
    def check_at(state: dict[str, Any], last: int, step: str = "step") -> None:
        """Raise a `TraitError` unless the step that is shown is one from 0 to `last`."""
        if not 0 <= state["at"] <= last:
            raise TraitError(f"at must be a {step} from 0 to {last}; got {state['at']}")

    def __init_subclass__(cls, **more: Any) -> None:
        """Have a change of any trait of the state checked together with all others."""
        super().__init_subclass__(**more)
        cls._checks = validate(*cls._restored)(cls._checked)

    def _checked(self, proposal: dict[str, Any]) -> Any:
        state = {name: getattr(self, name) for name in self._restored}
        state[proposal["trait"].name] = proposal["value"]
        self.check(state)
        return proposal["value"]
