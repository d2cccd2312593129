"""Trait types for arrays that travel as JSON: lists of finite Python numbers.

A widget's state is stored in the page as JSON, which has no NaN and no infinity, and is read
by people. So these traits take anything array-like and hold plain nested lists.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import index
from typing import Any

from traitlets import HasTraits, TraitError, TraitType

from nnlib.validation import as_numbers, as_training_rows


def checked(check: Callable[[str, Any], Any], name: str | None, value: Any) -> Any:
    """Return ``check(name, value)``, with its `ValueError` as a `TraitError`."""
    try:
        return check(name or "value", value)
    except ValueError as error:
        raise TraitError(str(error)) from None


class Rows(TraitType[list[list[float]], Any]):
    """A finite (n, d) matrix with n ≥ 1, held as a list of rows."""

    info_text = "a finite (n, d) matrix with at least one row"

    def validate(self, obj: HasTraits | None, value: Any) -> list[list[float]]:
        """Return `value` as a list of lists of float."""
        rows: list[list[float]] = checked(as_training_rows, self.name, value).astype(float).tolist()
        return rows


class Vector(TraitType[list[float], Any]):
    """A finite vector, held as a list."""

    info_text = "a finite vector"

    def validate(self, obj: HasTraits | None, value: Any) -> list[float]:
        """Return `value` as a list of float."""
        array = checked(as_numbers, self.name, value)
        if array.ndim != 1:
            raise TraitError(f"{self.name} must be one-dimensional; its shape is {array.shape}")
        vector: list[float] = array.astype(float).tolist()
        return vector


class Labels(TraitType[list[int], Any]):
    """Class numbers 0, 1, …, held as a list of int."""

    info_text = "a list of class numbers 0, 1, …"

    def validate(self, obj: HasTraits | None, value: Any) -> list[int]:
        """Return `value` as a list of int."""
        try:
            labels = [index(label) for label in value]
        except TypeError:
            raise TraitError(f"{self.name} must be a list of whole numbers: {value!r}") from None
        if any(label < 0 for label in labels):
            raise TraitError(f"{self.name} must not be negative; got {min(labels)}")
        return labels


# What several widgets ask of their traits together.


def check_class_names(names: Sequence[str], labels: Sequence[int], most: int) -> None:
    """Raise a `TraitError` unless at most so many names, all different, serve all labels."""
    if not 1 <= len(names) <= most or len(set(names)) < len(names):
        raise TraitError(f"class_names must be 1 to {most} different names; got {names}")
    if max(labels) >= len(names):
        raise TraitError(
            f"labels must be below the number of class_names, {len(names)}; "
            f"the largest label is {max(labels)}"
        )


def check_extent(extent: Sequence[float]) -> None:
    """Raise a `TraitError` unless these are left, right, bottom and top of a map."""
    if len(extent) != 4 or not (extent[0] < extent[1] and extent[2] < extent[3]):
        raise TraitError(f"extent must be left < right and bottom < top; got {extent}")


def check_sizes(matrices: Mapping[str, Sequence[Sequence[float]]], most: float) -> None:
    """Raise a `TraitError` that names the first matrix with an entry beyond ±most."""
    for name, rows in matrices.items():
        largest = max(abs(v) for row in rows for v in row)
        if largest > most:
            raise TraitError(f"{name} must stay within ±{most:g}; got {largest:g}")
