"""The search over training rows that stay where they are: in a file, or wherever slices come from.

A *source* is an `np.memmap`, or anything that is no array but has `shape` (n_train, d), a NumPy
`dtype`, and rows as ``source[i:j]``. It is read a *stretch* of rows at a time. Each stretch goes
through the search in memory; what it finds is merged into what is known of the stretches before,

    nearest of rows[0:j] = merge(nearest of rows[0:i], nearest of rows[i:j]),

so that the result is that of one search over all rows, ties across the cuts included (see
`nnlib.merge`). The memory limit is shared out: a quarter each to the rows of one stretch and to
the neighbors found so far, a half to the search. Where the neighbors of all queries do not fit,
the queries are cut into blocks, and the source is read once for each block.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.certify import check_underflow
from nnlib.inner import check_directions
from nnlib.memory import solve
from nnlib.merge import Neighbors, merge
from nnlib.others import without_itself
from nnlib.request import Request
from nnlib.settle import filled
from nnlib.tiles import Advance, Tiles, Winners, progress_bar, slices
from nnlib.training import TrainingSet
from nnlib.validation import (
    Array,
    RowSource,
    as_array,
    as_rows,
    at_hand,
    check_same_width,
    check_source,
)

# A stretch of a mapped file, which takes no memory of its own, may have so many bytes.
MAPPED = 2**28


class Shares(NamedTuple):
    """How a streamed search cuts its work to fit into memory."""

    queries: int  # in a block, for each of which the source is read once
    rows: int  # in a stretch
    search: int  # bytes that the search of a stretch may take


def share_out(source: RowSource, n_test: int, request: Request) -> Shares:
    """Return how many queries and rows to work on at once.

    A row takes its bytes, twice if they must be converted and not at all if they are mapped, and
    its norm. A neighbor takes its row, index and distance, three times: known, found, merged.
    Six more are for the merging of one query.
    """
    d, dtype = source.shape[1], np.dtype(source.dtype)
    k, memory_limit = request.sought, request.memory_limit
    mapped = isinstance(source, np.memmap)
    converted = dtype.kind == "b" or not dtype.isnative
    row = d * dtype.itemsize * (1 - mapped + converted) + 8
    neighbors = k * (16 + d * dtype.itemsize)
    least = max(4 * row, 36 * neighbors, 2 * Tiles(d, k, request.exact).bytes())
    if memory_limit < least:
        raise ValueError(
            f"memory_limit must be at least {least} bytes to read X_train in stretches for "
            f"d = {d} and k = {k}; got {memory_limit}"
        )
    quarter = memory_limit // 4
    rows = quarter // row
    if mapped:
        rows = min(rows, 1 + MAPPED // (1 + d * dtype.itemsize))
    queries = (quarter - 6 * neighbors) // (3 * neighbors)
    return Shares(min(max(n_test, 1), queries), rows, memory_limit - 2 * quarter)


def read(source: RowSource, part: slice) -> Array:
    """Return a stretch of the source as an array; raise if it is not what the source promised.

    What the source raises while it reads passes through.
    """
    name = f"X_train[{part.start}:{part.stop}]"
    data = at_hand(source[part])
    if not isinstance(data, np.ndarray) and hasattr(data, "__array__"):
        data = np.asanyarray(data)  # a lazy source reads only now
    rows = as_array(name, data)
    shape = (part.stop - part.start, source.shape[1])
    if rows.shape != shape:
        raise ValueError(
            f"{name} must have the shape {shape}, as X_train.shape {tuple(source.shape)} says; "
            f"its shape is {rows.shape}"
        )
    if rows.dtype.newbyteorder("=") != np.dtype(source.dtype).newbyteorder("="):
        raise ValueError(
            f"{name} must hold {np.dtype(source.dtype)}, as X_train.dtype says; "
            f"its dtype is {rows.dtype}"
        )
    return rows


class Part(NamedTuple):
    """Some rows of a source."""

    rows: slice
    start: int  # where the first of them stands in the whole training set
    step: int  # how many are read at a time


def stretches(source: RowSource, part: Part) -> Iterator[TrainingSet]:
    """Give the rows of a part, a stretch at a time; whoever takes one drops it before the next."""
    for first in range(part.rows.start, part.rows.stop, part.step):
        rows = slice(first, min(first + part.step, part.rows.stop))
        yield TrainingSet(read(source, rows), start=part.start + first - part.rows.start)


def search_part(
    source: RowSource, part: Part, queries: Array, request: Request, advance: Advance
) -> Neighbors:
    """Return the k nearest in a part of the source, their distances filled in."""
    known: Neighbors | None = None
    for training in stretches(source, part):
        k = min(request.k, len(training))
        few = request.of_part(k, request.memory_limit, request.algorithm)
        distances, places = solve(training, queries, few, advance)
        distances = filled(training.rows, queries, distances, places)
        found = Neighbors(places + training.start, distances, training.rows[places])
        known = merge(queries, known, found, request.k, request.order) if known else found
        del training, found  # or they would be kept while the next stretch is read
    assert known is not None
    return known


@np.errstate(all="ignore")
def search_source(X_train: RowSource, X_test: ArrayLike, request: Request) -> Winners:
    """Return (squared distances, indices), both (n_test, k); see `nnlib.search.k_nearest`.

    The source is read front to back, once for every block of queries; not at all without queries.
    Each row is checked when it is read, so an error in the last one comes after the others have
    been searched. Beyond the queries and the result, the memory limit holds for the rows read, the
    search and the neighbors known, and 2 MiB more are taken. What a source's own reading takes
    besides is its own affair. Raises as `k_nearest` does, and if what a slice of the source holds
    is not what its shape and dtype say.
    """
    if request.algorithm in ("tree", "partition"):
        raise ValueError(
            f"algorithm={request.algorithm!r} needs X_train in memory; got a row-sliceable source"
        )
    source = check_source("X_train", X_train)
    n_train = source.shape[0]
    queries = as_rows("X_test", X_test)
    check_same_width("X_train", source, "X_test", queries)
    request = request.among(n_train, len(queries))
    if request.metric == "cosine":  # before blocks of queries have numbers of their own
        check_directions("X_test", queries)
    check_underflow()
    shares = share_out(source, len(queries), request)
    whole = Part(slice(0, n_train), 0, shares.rows)
    once = request.of_part(request.sought, shares.search)
    dtype = request.dtype(queries, np.empty(0, source.dtype))
    distances = np.empty((len(queries), request.sought), dtype)
    indices = np.empty(distances.shape, np.intp)
    with progress_bar(len(queries) * n_train, request.progress) as advance:
        for block in slices(len(queries), shares.queries):
            found = search_part(source, whole, queries[block], once, advance)
            indices[block], distances[block] = found.indices, found.distances
            del found  # or it would be kept while the next block is searched
    if request.exclude_self:
        distances, indices = without_itself(distances, indices)
    request.check_told_apart(distances)
    return distances, indices
