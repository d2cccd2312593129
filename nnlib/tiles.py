"""Tiles: the pairs (query, row) that a search looks at in one go.

The full distance matrix has n_test × n_train entries and is never needed whole: a search walks
over it in tiles small enough for a stated amount of memory. By distances as computed it keeps the
best rows so far, in `keep_best`: there tiles come in the order of the training rows, and a later
row must be *strictly* nearer to displace an earlier one, so that ties go to the earliest index.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array

# A tile of about this many bytes stays in the processor's cache while it is reduced.
TILE_BYTES = 4 * 2**20

Indices = NDArray[np.intp]
# Squared distances, NaN where none was needed, and indices, both (n_test, k).
Winners = tuple[Array, Indices]
Advance = Callable[[int], Any]


def slices(length: int, step: int) -> Iterator[slice]:
    """Cut range(length) into consecutive slices of at most `step`."""
    for start in range(0, length, step):
        yield slice(start, start + step)


class Tiles(NamedTuple):
    """What tiles take of memory.

    A pair (query, row) takes at once up to 50 bytes, for its value, the partition, masks and
    the index of each of the k best; in the exact method, where every pair may be a candidate,
    up to 130. With the tile go copies of its queries and rows, made wider and with the bias,
    and the exact distances of one query.
    """

    d: int
    k: int
    exact: bool

    def bytes(self, q: int = 1, n: int = 1) -> int:
        """Return how many bytes a tile of q queries and n rows takes."""
        pair = 130 if self.exact else 50
        return pair * q * (n + self.k) + 24 * (q + n) * (self.d + 1) + 300 * self.k

    def shape(self, n_test: int, n_train: int, memory: int) -> tuple[int, int]:
        """Return how many queries and how many training rows one tile may span."""
        # Each tile is merged with the k best so far, which must not outweigh it.
        queries, rows = min(n_test, 512), min(n_train, max(2048, 4 * self.k))
        while queries * rows > 1 and (
            self.bytes(queries, rows) > memory or 8 * queries * rows > TILE_BYTES
        ):
            if rows > max(queries, 4 * self.k) or queries == 1:
                rows = (rows + 1) // 2
            else:
                queries = (queries + 1) // 2
        if self.bytes(queries, rows) > memory:
            raise ValueError(
                f"memory_limit must be at least {self.bytes()} bytes for d = {self.d} and "
                f"k = {self.k}; got {memory}"
            )
        return queries, rows


def smallest_k(values: Array, k: int) -> Indices:
    """Return the positions of the `k` smallest entries of each row, ordered by (value, position).

    A stable sort would do, at n log n; this selects first and sorts only the k. The selection
    takes all entries below the kth smallest value, and of those equal to it the earliest.
    """
    if k == 1:
        first: Indices = values.argmin(axis=1)
        return first[:, None]
    n = values.shape[1]
    if k < n:
        kth = np.partition(values, k - 1, axis=1)[:, k - 1 : k]
        below, equal = values < kth, values == kth
        room = k - below.sum(axis=1, keepdims=True)
        chosen = below | (equal & (equal.cumsum(axis=1) <= room))
        positions = chosen.nonzero()[1].reshape(-1, k)
    else:
        positions = np.broadcast_to(np.arange(n), values.shape)
    order = np.take_along_axis(values, positions, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(positions, order, axis=1)


def keep_best(best: Winners | None, values: Array, first: int, k: int) -> Winners:
    """Merge a tile's values with the best so far; its columns are rows `first`, `first` + 1, ….

    The old entries stand before the new ones, so that position order is index order and a tie
    keeps the earlier row.
    """
    take = np.take_along_axis
    positions = smallest_k(values, min(k, values.shape[1]))
    found, indices = take(values, positions, axis=1), positions + first
    if best is None:
        return found, indices
    found = np.concatenate([best[0], found], axis=1)
    indices = np.concatenate([best[1], indices], axis=1)
    positions = smallest_k(found, min(k, found.shape[1]))
    return take(found, positions, axis=1), take(indices, positions, axis=1)


def idle(count: int) -> None:
    """Advance no bar."""


@contextmanager
def progress_bar(total: int, show: bool) -> Iterator[Advance]:
    """Give a function that advances a bar over so many pairs (query, row), if it is shown."""
    if not show:
        yield idle
        return
    from tqdm.auto import tqdm

    lock = Lock()
    with tqdm(total=total, desc="queries × rows", unit_scale=True) as bar:

        def advance(count: int) -> None:
            with lock:
                bar.update(count)

        yield advance
