"""Trait types for arrays that travel as JSON: lists of finite Python numbers.

A widget's state is stored in the page as JSON, which has no NaN and no infinity, and is read
by people. So these traits take anything array-like and hold plain nested lists.
"""

from collections.abc import Callable
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
