"""The filter: for every query, the few rows that may be among its k nearest.

A float32 product gives, for every query and row, a lower bound on the reduced distance (see
`nnlib.certify`), and the smallest upper bounds seen so far rule out nearly all rows. The product
comes in tiles that stay in the processor's cache. Each tile is read once, for the smallest lower
bound in each group of rows, and a second time only where a group can hold a candidate.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import Frame, choose_frame, gap, padded, query_side, row_side
from nnlib.problem import Problem
from nnlib.threads import side_by_side
from nnlib.tiles import Advance, Indices, slices
from nnlib.validation import Array

# In the filter: the rows and queries of a tile, which had better be small while it takes long to
# reduce it, and large where the product of so many columns takes longer.
FILTER_TILE, WIDE_TILE, WIDE = (2048, 384), (1024, 2048), 400
# The rows of a group, whose smallest lower bound stands for all of them.
GROUP = 32
# Groups beyond the k nearest that a query may hit in one tile without a closer look; and the room
# that a hit takes until then, in candidates.
MANY, HIT_ROOM = 8, 8
# How many groups there must be for each neighbor, and for how many rows a query has room: a
# few, and for each neighbor a few more.
GROUPS = 4
ROOM = (24, 8)
# Each thread has a tile of its own, and needs so much memory for one of full size.
THREAD_BYTES = 2**23
# So many tiles of rows for each thread share out evenly, unless the tiles become too small, also
# for groups of a good size.
TURNS, FEWEST_ROWS = 4, 256


class Filter(NamedTuple):
    """Where the product is taken, and how its work is cut to fit into memory."""

    frame: Frame
    memory: int
    width: int
    rows: int  # in a tile; of them every so manieth makes a group
    part: int  # queries in a tile
    group: int  # rows in a group, whose smallest lower bound stands for all of them
    fair: int  # candidates for which each query has room; it may keep half as many
    queries: int  # in one pass over all rows
    threads: int  # each with a tile of its own
    side: Callable[..., Array] = row_side  # how rows enter the product

    def with_room(self, fair: int) -> "Filter | None":
        """Return it with so many candidates a query, and fewer queries; None if too few."""
        queries = self.memory // (8 * self.width + 100 * fair)
        return self._replace(fair=fair, queries=queries) if queries >= 8 else None


def choose_filter(problem: Problem, threads: int) -> Filter | None:
    """Return how to filter, or None if no frame helps, memory is too tight, or k too large.

    Three eighths of the limit are for tiles with their rows, the rest for the features of the
    queries, candidates, and temporary copies.
    """
    n_train, k, memory = len(problem.rows), problem.k, problem.memory
    frame = choose_frame(problem.rows, problem.queries, problem.error)
    width, for_tiles = padded(problem.d), 3 * memory // 8
    rows, part = FILTER_TILE if width < WIDE else WIDE_TILE
    threads = max(1, min(threads, memory // THREAD_BYTES))
    fewest = max(FEWEST_ROWS, k * GROUP // 2)
    while threads > 1 and rows > fewest and n_train < TURNS * threads * rows:
        rows, part = rows // 2, 2 * part
    threads = min(threads, -(-n_train // rows))
    while rows > 64 and 4 * rows * (part + width) * threads > for_tiles:
        rows, part = rows // 2, max(part // 2, 64)
    # The first tile alone must give upper bounds that rule out most of its rows.
    group = min(GROUP, n_train // (GROUPS * k), max(1, rows // (2 * k)))
    if not frame or group == 0 or 4 * rows * (part + width) * threads > for_tiles:
        return None
    made = Filter(frame, memory, width, rows, part, group, 0, 0, threads)
    return made.with_room(ROOM[0] + ROOM[1] * k)


class Shortlist:
    """For some queries, the rows that may be among their k nearest, as tile after tile goes by.

    A row is dropped when its lower bound exceeds the kth smallest upper bound of its query: not if
    either is NaN. A query that keeps more than half of `fair` rows is *crowded*: it is given up,
    for others to do.
    """

    def __init__(self, sides: tuple[Array, Array], k: int, by: Filter) -> None:
        self._sides, self._by = sides, by
        n_test = len(sides[0])
        self.crowded, self.fair = np.zeros(n_test, np.bool_), by.fair
        self.room = by.fair * n_test // by.threads
        self._every = np.arange(n_test)
        most = by.rows + by.group
        self._tile = np.empty(most * by.part, np.float32)
        self._weights = np.zeros((most, by.width), np.float32)
        self._lowest = np.empty((by.rows // by.group + 1) * by.part, np.float32)
        self.upper = np.full((k, n_test), np.inf, np.float32)
        # The candidates: query, row, lower bound.
        self.owner, self.index = np.empty(0, np.intp), np.empty(0, np.intp)
        self.lower = np.empty(0, np.float32)
        # Groups with a row that may be near: query, group, lower bounds of all members, which tile.
        self._hits: list[tuple[Indices, Indices, Array, tuple[int, ...]]] = []
        self._count = 0
        self.give_up(np.isinf(sides[1]))

    def give_up(self, crowded: NDArray[np.bool_]) -> None:
        """Keep no row of these queries from now on."""
        self.crowded |= crowded
        self.upper[:, crowded] = -np.inf

    def read(self, rows: Array, at: slice, parts: Iterable[Any]) -> None:
        """Take in rows (length, d) that stand at a place, for the queries of each part.

        They are no more than a tile holds, and so is each part: a slice or indices.
        """
        (features, g), frame, group = self._sides, self._by.frame, self._by.group
        groups = -(-len(rows) // group)
        weights = self._weights[: groups * group]
        c = self._by.side(frame, rows, weights).reshape(group, groups).max(axis=0)
        usual = c <= 2 * np.sort(c)[groups // 2]  # an outlier's group offers no upper bounds
        offering = np.s_[:] if usual.all() else usual
        farthest = c[usual].max(initial=0)
        for part in parts:
            some = features[part]
            tile = self._tile[: len(weights) * len(some)].reshape(len(weights), len(some))
            np.matmul(weights, some.T, out=tile)
            gaps = gap(frame, farthest, g[part])
            self.screen(tile.reshape(group, groups, len(some)), offering, gaps, part, at)

    def screen(self, tile: Array, offering: Any, slack: Array, part: Any, rows: slice) -> None:
        """Take in the lower bounds (size of a group, groups, queries) of one tile.

        A group is every so manieth row: row r stands at [r // groups, r % groups]. In the
        groups `offering`, no distance exceeds its lower bound by more than `slack` (queries,).
        There are many tiles: what can wait for others is left to `prune`.
        """
        size, groups, width = tile.shape
        lowest = self._lowest[: groups * width]
        np.minimum.reduce(tile.reshape(size, -1), axis=0, out=lowest)
        lowest = lowest.reshape(groups, width)
        self.improve(lowest[offering], slack, part)
        hits = np.flatnonzero(~(lowest > self.upper[-1, part]))
        many = MANY + len(self.upper)
        if len(hits) > many * width:
            crowded = np.zeros_like(self.crowded)
            crowded[part] = np.bincount(hits % width, minlength=width) > many + groups // 4
            self.give_up(crowded)
            hits = hits[~crowded[part][hits % width]]
        lower = tile.reshape(size, -1).take(hits, axis=1)
        owner = self._every[part][hits % width]
        self._hits.append((owner, hits // width, lower, (len(hits), groups, rows.start, rows.stop)))
        self._count += HIT_ROOM * len(hits)
        if self._count > self.room:
            self.prune()

    def improve(self, lower: Array, slack: Array, part: Any) -> None:
        """Let lower + slack (groups, queries), upper bounds of different rows, lower the k best."""
        k, best = len(self.upper), self.upper[:, part]
        if k == 1:
            self.upper[:, part] = np.minimum(best, lower.min(axis=0, initial=np.inf) + slack)
        else:
            both = np.concatenate([best, lower + slack])
            self.upper[:, part] = np.partition(both, k - 1, axis=0)[:k]

    def join(self, other: "Shortlist", apart: bool = True) -> None:
        """Take in what another one, pruned, has found for the same queries in other rows.

        Unless they are kept `apart`, upper bounds of both may be of the same rows.
        """
        if apart:
            self.improve(other.upper, np.zeros(1, np.float32), slice(None))
        else:
            better = other.upper[-1] < self.upper[-1]
            self.upper[:, better] = other.upper[:, better]
        self.give_up(other.crowded)
        self.owner = np.concatenate([self.owner, other.owner])
        self.index = np.concatenate([self.index, other.index])
        self.lower = np.concatenate([self.lower, other.lower])

    def prune(self) -> None:
        """Drop rows that upper bounds have ruled out meanwhile, and queries that keep too many."""
        limit = self.upper[-1]
        columns = [(self.owner, self.index, self.lower)]
        if self._hits:
            owners, hits, bounds, which = zip(*self._hits, strict=True)
            owner, hit = np.concatenate(owners), np.concatenate(hits)
            lower = np.concatenate(bounds, axis=1)
            counts, *tiles = np.array(which).T
            groups, row, end = (np.repeat(number, counts) for number in tiles)
            row += hit
            near = ~(lower > limit[owner])
            if np.count_nonzero(near) > self.room:  # before each takes the room of a candidate
                self.keep_fair(owner, near.sum(axis=0))
                near &= ~self.crowded[owner]
            places = np.flatnonzero(near)
            member, hit = divmod(places, max(len(hit), 1))
            index = row[hit] + member * groups[hit]
            real = index < end[hit]  # the last group may have been filled up
            columns.append((owner[hit[real]], index[real], lower.ravel()[places[real]]))
        owner, index, lower = (np.concatenate(c) for c in zip(*columns, strict=True))
        keep = ~(lower > limit[owner])
        self.keep_fair(owner, keep)
        keep &= ~self.crowded[owner]
        self.owner, self.index, self.lower = owner[keep], index[keep], lower[keep]
        self._hits, self._count = [], len(self.owner) // 2

    def keep_fair(self, owner: Indices, rows: Array) -> None:
        """Give up the queries whose counts of `rows` add up to too many."""
        kept = np.bincount(owner, rows, minlength=len(self.crowded))
        self.give_up(kept > self.fair // 2)  # the rest is room for hits until the next `prune`


def filter_rows(problem: Problem, by: Filter, advance: Advance) -> tuple[Array, Indices, Indices]:
    """Return who is crowded, (n_test,), and the pairs that the product does not rule out."""
    sides = query_side(by.frame, problem.queries)
    screen = partial(screen_rows, problem, by, sides, advance)
    found, *others = side_by_side(by.threads, screen, range(0, len(problem.rows), by.rows))
    for other in others:
        found.join(other)
    if others:
        found.prune()
    return found.crowded, found.owner, found.index


def screen_rows(
    problem: Problem, by: Filter, sides: tuple[Array, Array], advance: Advance, tasks: Iterator[int]
) -> Shortlist:
    """Return the shortlist of the rows in the tiles that start at each of the `tasks`."""
    n_test = len(problem.queries)
    found = Shortlist(sides, problem.k, by)
    with np.errstate(all="ignore"):  # each thread has its own
        for start in tasks:
            stretch = slice(start, min(start + by.rows, len(problem.rows)))
            found.read(problem.rows[stretch], stretch, slices(n_test, by.part))
            advance(n_test * (stretch.stop - start))
        found.prune()
    return found
