"""Inputs for the judge, and what is right for them, found in another way than any answer.

The inputs are small whole numbers: squares, products and sums of them are exact in every order,
so that a tie is a tie on every machine. The oracle compares them as integers or, for other
numbers, as fractions.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
TEMPLATES = np.array([[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]])  # the book's small example
SORTED_BY_INSERTION = 16  # entries up to which NumPy's default sort is stable by chance
FEW = 4  # rows of which all distances are told
# Whole numbers up to here, in rows up to there: their squared distances fit 64 bits.
SMALL, WIDE = 2**24, 2**12
QUERIES = np.array([[2.0, 2.0], [4.0, 4.0], [3.0, 0.0]])


def whole(rng: np.random.Generator, n: int, d: int, low: int = -9, high: int = 9) -> Array:
    """Return (n, d) whole numbers as float64, both ends included."""
    return rng.integers(low, high, (n, d), endpoint=True).astype(np.float64)


def dot(x: Array, t: Array) -> int | Fraction:
    """Return the dot product of two rows, exactly."""
    pairs = zip(x.tolist(), t.tolist(), strict=True)
    return sum(exact(a) * exact(b) for a, b in pairs)


def exact(value: float) -> int | Fraction:
    """Return a number as an exact one; a whole one as int, which is much faster."""
    return int(value) if value == int(value) else Fraction(value)


def is_small(Z: Array) -> bool:
    """Return whether rows are short, and hold small whole numbers only."""
    if Z.dtype.kind not in "fiu" or Z.dtype.itemsize > 8 or Z.shape[1] >= WIDE:
        return False
    values = Z.astype(np.float64)
    return bool(((np.abs(values) <= SMALL) & (values == np.rint(values))).all())


def exact_distances(X_test: Array, X_train: Array) -> list[list[int | Fraction]]:
    """Return all squared distances, exactly, a list for each query."""
    if is_small(X_test) and is_small(X_train):
        X, T = X_test.astype(np.int64), X_train.astype(np.int64)
        found: list[list[int | Fraction]]
        found = np.square(X[:, None] - T).sum(axis=2, dtype=np.int64).tolist()
        return found
    rows, queries = ([[exact(v) for v in row] for row in Z.tolist()] for Z in (X_train, X_test))
    return [[sum((a - b) ** 2 for a, b in zip(x, t, strict=True)) for t in rows] for x in queries]


def ranked(values: Sequence[Any]) -> list[int]:
    """Return the places of the values from the smallest up; the earlier of equals first."""
    return sorted(range(len(values)), key=lambda i: (values[i], i))


def exact_nearest(X_test: Array, X_train: Array) -> Array:
    """Return for each query the index of the nearest row; the earlier of equals."""
    order = [ranked(row)[0] for row in exact_distances(X_test, X_train)]
    return np.array(order, dtype=np.intp)


def clear(X_test: Array, X_train: Array, gap: float = 0.0) -> Array:
    """Return the queries whose nearest row is nearer than any other by more than `gap` in d²."""
    if len(X_train) == 1:
        return X_test
    best = [sorted(row)[:2] for row in exact_distances(X_test, X_train)]
    keep = np.array([second - first > gap for first, second in best], dtype=bool)
    return np.asarray(X_test[keep])


def number(value: int | Fraction) -> str:
    """Return an exact number as text: as a decimal where that is exact, else as a fraction."""
    if value == int(value):
        return str(int(value))
    return repr(float(value)) if Fraction(float(value)) == value else str(value)


def distance_facts(X_test: Array, X_train: Array) -> str:
    """Say the exact distances that decide: all of them for few rows, else the two smallest."""
    if len(X_test) != 1 or len(X_train) < 2:
        return ""
    (d2,) = exact_distances(X_test, X_train)
    if len(d2) <= FEW:
        return "squared distances of the query: " + ", ".join(
            f"{number(value)} to row {i}" for i, value in enumerate(d2)
        )
    first, second = ranked(d2)[:2]
    return (
        f"among {len(d2)} rows, {first} and {second} are the nearest to the query "
        f"{X_test[0].tolist()}: {X_train[first].tolist()} at the squared distance "
        f"{number(d2[first])}, {X_train[second].tolist()} at {number(d2[second])}"
    )


def thinned(n: int, least: int = 2) -> Iterator[Array]:
    """Give the places that are left when some of n are taken out, large parts first."""
    size = n // 2
    while size:
        for start in range(0, n, size):
            kept = np.delete(np.arange(n), np.s_[start : start + size])
            if len(kept) >= least:
                yield kept
        size //= 2


def labels(n: int, classes: int = 3) -> Array:
    """Return n labels that repeat and follow neither the index nor the order of size."""
    names = np.array([11, 4, 7, 25, 2])[:classes]
    return np.asarray(names[np.random.default_rng(n).integers(0, classes, n)])


def names_of_rows(n: int) -> Array:
    """Return n different labels in no order, of which the first is none of the smallest."""
    return np.asarray(np.random.default_rng(n).permutation(n)[::-1] * 7 % 997 + 3)


def nearly_tied(low: int, high: int, d: int, count: int = 12) -> Iterator[Array]:
    """Give pairs of whole rows whose squared distances from 0 differ by 1, the farther first.

    They tell float64 from float32, which holds whole numbers up to 2²⁴ only.
    """
    rows = np.random.default_rng(d).integers(low, high, (20_000, d), endpoint=True)
    d2 = (rows * rows).sum(axis=1)
    order = d2.argsort(kind="stable")
    steps = np.flatnonzero(np.diff(d2[order]) == 1)
    assert len(steps) >= count
    # Not the first ones only: which of two neighbors rounds up depends on the size.
    for place in islice(steps[:: len(steps) // count], count):
        yield rows[order[[place + 1, place]]].astype(np.float64)


class Unordered(np.ndarray[Any, Any]):
    """An array whose sorts keep no order among equals, wherever NumPy promises none.

    NumPy sorts up to 16 entries by insertion, and which of many equal ones comes first depends on
    the processor. Here it is the last, on every machine.
    """

    def argsort(self, axis: Any = -1, kind: Any = None, **rest: Any) -> Any:  # type: ignore[override]
        """Return what NumPy may return, the last of equals first."""
        if kind in ("stable", "mergesort") or rest.get("stable") or axis is None:
            return super().argsort(axis=axis, kind=kind, **rest)
        n = self.shape[axis]
        if n <= SORTED_BY_INSERTION:
            return super().argsort(axis=axis, kind="stable")
        back = np.flip(np.asarray(self), axis).argsort(axis=axis, kind="stable")
        return n - 1 - back

    def argpartition(self, kth: Any, axis: Any = -1, **rest: Any) -> Any:  # type: ignore[override]
        """Return what NumPy may return: everything sorted, the last of equals first."""
        return self.argsort(axis=axis)


def unordered(values: Array) -> Array:
    """Return an array whose sorts keep no order among equals."""
    return values.view(Unordered)


class Stream:
    """Blocks that come one after the other, once: each is made when it is asked for.

    An answer that keeps them all holds them all, and one that goes through them twice finds
    nothing the second time.
    """

    def __init__(self, blocks: Sequence[tuple[Array, Array]]) -> None:
        self._blocks = list(blocks)
        self._next = 0

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> tuple[Array, Array]:
        if self._next == len(self._blocks):
            raise StopIteration
        X, y = self._blocks[self._next]
        self._next += 1
        return X.copy(), y.copy()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream)  # its blocks are copies, which an answer may change

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        blocks = ", ".join(f"({X.tolist()}, {y.tolist()})" for X, y in self._blocks)
        return f"a stream of {len(self._blocks)} blocks: {blocks}"

    @property
    def blocks(self) -> list[tuple[Array, Array]]:
        """All blocks, for the judge: an answer has to ask for them one by one."""
        return list(self._blocks)

    @property
    def numbers(self) -> int:
        """How many numbers it holds, all blocks together."""
        return sum(X.size + y.size for X, y in self._blocks)
