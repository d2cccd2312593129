"""The certified search small enough to watch: bounds, then the direct form, then integers.

On a few rows and one query, the three stages of ``method="exact"``, one after the other:

- *bounds*: a float32 product gives for every row a lower and an upper bound on the reduced
  distance, those of the theorem in `nnlib.certify`. A row whose lower bound exceeds the least
  upper bound is proved farther, and out;
- *direct*: float64 differences, squares and a sum for those left; `nnlib.certify.cutoff` says
  beyond which computed value a row is truly farther;
- *integers*, which do not round, for those that are left then.

Sums run from the first feature on, so that every machine computes the same bits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from nnlib.certify import (
    SLACK,
    UNIT_ROUNDOFF_32,
    Frame,
    cutoff,
    exact_squared_distance,
    gap,
    reach,
)
from nnlib.kdtree import Point, distance
from nnlib.watched import float_rows, one_point

KAPPA = 2.0**-39
FARTHEST = 2.0**30
LEAST = 2.0**-1074  # of the positive numbers of float64


@dataclass(frozen=True)
class Step:
    """One step of the search, with the rows that are left after it.

    Attributes
    ----------
    kind : {"bound", "filter", "direct", "cutoff", "exact", "answer"}
        A row is bounded; the least upper bound rules rows out; a row's squared distance is
        computed; the error of that rules rows out; a squared distance is taken without rounding;
        the search is over.
    row : int
        The row that the step is about, or −1.
    low, high : float
        Of "bound": bounds on the reduced distance, seen from the center. Of "answer": by how much
        the winner is nearer than the next of those compared without rounding, 0 only if they tie,
        infinite if there was nothing to compare. Of the others both are the value: the bound that
        rules out, or the squared distance.
    left : tuple of int
        The rows that may be the nearest.
    """

    kind: str
    row: int
    low: float
    high: float
    left: tuple[int, ...]


def frame_of(center: Point) -> Frame:
    """Return the frame of certify's theorem around a center, for float32."""
    n = (len(center) + SLACK) * UNIT_ROUNDOFF_32
    return Frame(np.array(center), 1.0, n / (1 - n), KAPPA)


def stored(frame: Frame, point: Point) -> tuple[list[np.float32], np.float32, float]:
    """Return a point seen from the center in float32, its squared norm, and certify's reach."""
    moved = [np.float32(v - m) for v, m in zip(point, frame.center.tolist(), strict=True)]
    square = np.float32(0)
    for v in moved:
        square += v * v
    return moved, square, float(reach(frame, np.array([square], np.float64))[0])


def bounds(frame: Frame, x: Point, t: Point) -> tuple[float, float]:
    """Return a lower and an upper bound on ‖t‖² − 2x·t, seen from the center."""
    query, _, a = stored(frame, x)
    row, square, c = stored(frame, t)
    g = np.float32(2 * frame.theta * (1 + 2 * frame.theta) * a)
    low = np.float32(0)
    for v, w in zip(query, row, strict=True):
        low += v * (np.float32(-2) * w)
    low += np.float32(float(square) - 3 * frame.theta * c * c)
    low += -g * np.float32(c)
    high = low + gap(frame, float(np.float32(c)), np.array([g]))[0]
    return float(low), float(high)


def trace(X_train: ArrayLike, x: ArrayLike, center: ArrayLike | None = None) -> list[Step]:
    """Return the steps of the certified search for the row nearest to the query `x` (d,).

    The last step's `row` is the answer: the nearest row in exact arithmetic on the numbers as
    stored, the earliest of equals.

    Parameters
    ----------
    X_train : array_like, shape (n_train, d)
    x : array_like, shape (d,)
    center : array_like, shape (d,), optional
        What the filter subtracts from all points; any center is valid. Default: the origin.

    Raises
    ------
    ValueError
        Naming the argument, for input that `nnlib.nearest` would refuse, for a query or a center
        that is not d numbers, and for numbers beyond ±2³⁰, which the library would scale.
    """
    T = float_rows("X_train", X_train)
    d = len(T[0])
    query = one_point("x", x, d)
    frame = frame_of([0.0] * d if center is None else one_point("center", center, d))
    if any(abs(v) > FARTHEST for row in (*T, query, frame.center.tolist()) for v in row):
        raise ValueError("X_train, x and center must stay within ±2^30, as nothing is scaled here")
    steps: list[Step] = []
    left = filtered(T, query, frame, steps)
    if len(left) > 1:
        left = compared(T, query, left, steps)
    settled(T, query, left, steps)
    return steps


def filtered(T: Sequence[Point], x: Point, frame: Frame, steps: list[Step]) -> tuple[int, ...]:
    """Bound every row, and return those that the least upper bound does not rule out."""
    everyone = tuple(range(len(T)))
    found = [bounds(frame, x, t) for t in T]
    steps += [Step("bound", i, low, high, everyone) for i, (low, high) in enumerate(found)]
    least = min(high for _, high in found)
    left = tuple(i for i in everyone if found[i][0] <= least)
    steps.append(Step("filter", -1, least, least, left))
    return left


def compared(
    T: Sequence[Point], x: Point, rows: tuple[int, ...], steps: list[Step]
) -> tuple[int, ...]:
    """Compute the squared distances of some rows, and return those too close to the least."""
    found = {i: distance(x, T[i]) for i in rows}
    steps += [Step("direct", i, value, value, rows) for i, value in found.items()]
    limit = float(cutoff(np.array([min(found.values())]), len(x))[0])
    left = tuple(i for i in rows if found[i] <= limit)
    steps.append(Step("cutoff", -1, limit, limit, left))
    return left


def settled(T: Sequence[Point], x: Point, rows: tuple[int, ...], steps: list[Step]) -> None:
    """Compare some rows without rounding, and append the answer."""
    apart = math.inf
    if len(rows) > 1:
        exact: dict[int, Fraction] = {
            i: exact_squared_distance(np.array(x), np.array(T[i])) for i in rows
        }
        steps += [Step("exact", i, float(v), float(v), rows) for i, v in exact.items()]
        rows = tuple(sorted(rows, key=lambda i: (exact[i], i)))
        by = exact[rows[1]] - exact[rows[0]]
        apart = float(by) or (LEAST if by else 0.0)
    steps.append(Step("answer", rows[0], apart, apart, rows[:1]))
