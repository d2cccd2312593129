"""What the algorithms that are small enough to watch ask of their input."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nnlib.validation import Array, as_labels, as_numbers, as_training_rows, distinct_labels

LARGEST = 1000
FARTHEST = 1e100  # of whose squares no sum overflows, nor what a small temperature makes of it


def one_point(name: str, point: ArrayLike, d: int) -> list[float]:
    """Return a point of d features as a list of float, or raise a `ValueError` that names it."""
    numbers = as_numbers(name, point)
    if numbers.shape != (d,):
        raise ValueError(f"{name} must be {d} numbers; its shape is {numbers.shape}")
    values: list[float] = within(name, numbers.astype(float)).tolist()
    return values


def float_rows(name: str, rows: ArrayLike, least: int = 0) -> list[list[float]]:
    """Return rows with that many features or more, or raise a `ValueError` that names them."""
    numbers = as_training_rows(name, rows)
    if numbers.shape[1] < least:
        raise ValueError(f"{name} must have a feature; its shape is {numbers.shape}")
    values: list[list[float]] = within(name, numbers.astype(float)).tolist()
    return values


def within(name: str, values: Array) -> Array:
    """Return the values, or raise a `ValueError` if the square of one could overflow."""
    largest = abs(values).max(initial=0)
    if largest > FARTHEST:
        raise ValueError(f"{name} must stay within ±{FARTHEST:g}; got {largest:g}")
    return values


def positive(name: str, value: Any) -> float:
    """Return a finite number > 0 as float, or raise a `ValueError` that names it."""
    number = as_numbers(name, value)
    if number.ndim or number <= 0:
        raise ValueError(f"{name} must be one number > 0; got {value!r}")
    return float(number)


def label_list(name: str, labels: ArrayLike, n: int, rows: str) -> list[Any]:
    """Return one label for each of n rows, or raise a `ValueError` that names the labels."""
    array = as_labels(name, labels, n, rows)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one label a row; its shape is {array.shape}")
    distinct_labels(name, array)
    found: list[Any] = array.tolist()
    try:
        set(found)
    except TypeError:
        raise ValueError(f"{name} must hold labels, not lists of them; got {found[0]!r}") from None
    return found


def places(name: str, numbers: ArrayLike, count: int) -> list[int]:
    """Return a list of numbers from 0 to count − 1, or raise a `ValueError` that names it."""
    array = as_numbers(name, numbers)
    if array.ndim != 1 or not np.isin(array, np.arange(count)).all():
        raise ValueError(f"{name} must be a list of whole numbers from 0 to {count - 1}")
    return [int(v) for v in array]


def whole_point(name: str, point: ArrayLike, d: int) -> list[int]:
    """Return a point of d small whole numbers, or raise a `ValueError` that names it."""
    values = np.array(one_point(name, point, d))
    check_whole(name, values)
    return [int(v) for v in values]


def whole_rows(name: str, rows: ArrayLike) -> list[list[int]]:
    """Return rows of small whole numbers, or raise a `ValueError` that names them."""
    values = as_training_rows(name, rows)
    check_whole(name, values)
    return [[int(v) for v in row] for row in values.tolist()]


def check_whole(name: str, values: Array) -> None:
    """Raise unless all are whole numbers within ±1000, of whose squares nothing rounds."""
    if (values != np.rint(values)).any() or (values > LARGEST).any() or (values < -LARGEST).any():
        raise ValueError(f"{name} must be whole numbers within ±{LARGEST}")


def whole_distance(x: list[int], t: list[int]) -> int:
    """Return ‖x − t‖²."""
    return sum((a - b) ** 2 for a, b in zip(x, t, strict=True))
