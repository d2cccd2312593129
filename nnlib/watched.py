"""What the algorithms that are small enough to watch ask of their input."""

import numpy as np
from numpy.typing import ArrayLike

from nnlib.validation import Array, as_numbers, as_training_rows

LARGEST = 1000


def one_point(name: str, point: ArrayLike, d: int) -> list[float]:
    """Return a point of d features as a list of float, or raise a `ValueError` that names it."""
    numbers = as_numbers(name, point)
    if numbers.shape != (d,):
        raise ValueError(f"{name} must be {d} numbers; its shape is {numbers.shape}")
    values: list[float] = numbers.astype(float).tolist()
    return values


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
