"""Rows in lists around centers, most of which a bound rules out for a query without a look inside.

An even cloud has to be read row by row. Most data are not even: the rows of a cluster are near to
one another and far from other clusters' rows. So the rows are cut into lists, each around a center
with a radius that no row of it exceeds. A query visits the list whose center is nearest; what it
finds there rules out most of the others, and the rest it visits, too. Each list is visited by all
its queries at once, in one float32 product, and what that leaves goes to `nnlib.settle`. This is
the inverted file (IVF) of approximate search with a proof in the place of `nprobe`.

**The bound.** In the frame of `nnlib.certify`, a query x stands at x′ and a row t at t′, and
ρ(t) = ‖t′ − x′‖² − ‖x′‖² orders the rows. Let a list have the center ĉ, any float32 vector, and
r ≥ ‖t′ − ĉ‖ for all its rows. Let V be at least ρ of k different rows, and P ≤ ρ(ĉ) the lower bound
of the filter for ĉ taken as a row, which it is without rounding. Let R ≥ √(‖x′‖² + V).

*Theorem.* If P > V + r (r + 2R), every row of the list is truly farther than the kth nearest.

*Proof.* The k rows have ‖t′ − x′‖² = ρ + ‖x′‖² ≤ R². Add ‖x′‖² to both sides of the assumption:
‖ĉ − x′‖² ≥ P + ‖x′‖² > ‖x′‖² + V + r² + 2rR. With S² = ‖x′‖² + V, which is not negative, and
S ≤ R, the right side is at least (S + r)². So ‖ĉ − x′‖ > S + r, and for each t of the list
‖t′ − x′‖ ≥ ‖ĉ − x′‖ − r > S, while S is at least the distance of each of the k rows. ∎

*Rounding.* V comes from the upper bounds of the filter. For R, the filter's a ≥ ‖x′‖ is taken back
from its error column, g = fl(2θ(1 + 2θ) a), and widened by 2⁻²⁰. V, r and R are float64, and
each of them is widened by 2⁻⁴⁰ (V by that part of |V| + a²), where evaluating the right side takes
a few roundings of 2⁻⁵³; that of a² + V, which may cancel, is far below the 2⁻²⁰ a².

For r, let t̂ be the row as stored, ‖t̂ − t′‖ ≤ 2u ‖t′‖ + σ, and e = fl(‖fl(t̂ − ĉ)‖²). A computed
difference has a relative error of at most u and does not underflow, so e is ‖t̂ − ĉ‖² up to
γ_{d+2} ≤ θ, and d 2⁻¹⁴⁹ for products that do. As (1 − θ)(1 + 2θ) ≥ 1 and κ ≥ σ + √(d 2⁻¹⁴⁹),
`reach` of e, at least √(e (1 + 2θ)) + κ, is no less than ‖t̂ − ĉ‖ + σ. That of ‖t̂‖² is a c ≥ ‖t′‖:

    r = reach(e) + 4u c ≥ ‖t̂ − ĉ‖ + σ + 2u ‖t′‖ ≥ ‖t′ − ĉ‖.

A row too far out for float32 gives its list r = ∞, and the list is visited by everybody. ∎

**What hostile data cost.** A query that keeps too many rows is given up, as in the filter, and then
compares all rows. So a search costs no more than visits to all lists, which the product of all rows
bounds, and the search that it was to replace. Whoever is free to leave the lists bounds that, too:
of each block of queries a sample makes its first visits, and those that the bound then leaves are
counted; where they are more than a share of the work of all rows, that block and all after it are
left over.

References
----------
J. Sivic and A. Zisserman, "Video Google: a text retrieval approach to object matching in videos",
Proceedings of ICCV 2003, 1470–1477, doi 10.1109/ICCV.2003.1238663, for the inverted file.
B. Bahmani, B. Moseley, A. Vattani, R. Kumar and S. Vassilvitskii, "Scalable k-means++",
Proceedings of the VLDB Endowment 5(7), 622–633, 2012, for the seeds: more of them, where rows are
far from those there are.
S. P. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28(2),
129–137, 1982, doi 10.1109/TIT.1982.1056489, for the steps.
"""

from collections.abc import Iterator
from copy import copy
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from nnlib.certify import (
    FAR,
    UNIT_ROUNDOFF_32,
    Frame,
    choose_frame,
    enter,
    padded,
    query_side,
    reach,
    row_side,
)
from nnlib.problem import Problem
from nnlib.settle import settled_pairs
from nnlib.shortlist import THREAD_BYTES, Filter, Shortlist
from nnlib.threads import side_by_side
from nnlib.tiles import Advance, Indices, idle, slices
from nnlib.validation import Array, is_source

if TYPE_CHECKING:
    from pathlib import Path

# Lists for each root of the number of rows, and at most, so that 16 bits hold a list's number.
LISTS, MOST_LISTS = 2, 2**14
# Rows of the sample for each list, rounds in which seeds are drawn, and Lloyd's steps.
SAMPLED, SEEDINGS, STEPS = 16, 4, 3
# Rows for each list, and queries, in the samples that tell whether lists pay; and how many samples
# of rows are compared with these queries.
TRIED, ASKED, COMPARED = 4, 64, 8
# Rows that are put into lists in one go, and lists whose centers are compared in one go.
STRETCH, BATCH = 256, 16
# So many groups of rows, for each neighbor, give good upper bounds.
GROUPS = 8
# Taking a tile's upper bounds takes as long as so many pairs for each of them, and of those known;
# reading a list as so many more, and each number of a row that is read as so many.
UPPER, VISIT, ENTRY = 5, 2**16, 4
# How many lists a query is supposed to visit before there are any.
SUPPOSED = 8
# What a file holds of lists, beside their frame and what tells their rows from others. Stored radii
# are believed, so whatever changes them or the bound that they are for makes another format.
FORMAT = 1
KEPT = ("order", "start", "centers", "radius", "made_for")
# What widens a number computed in float64, and one taken back from float32.
WIDER, WIDER_32 = 1 + 2.0**-40, 1 + 2.0**-20


def partition_bytes(n_train: int) -> int:
    """Return about how many bytes making the lists takes; most are kept. More helps."""
    return 8 * n_train + 2**22


def list_count(n_train: int, d: int, memory: int) -> int:
    """Return how many lists to make at most: a quarter of the memory is for their centers."""
    wanted = int(LISTS * n_train**0.5)
    return max(1, min(MOST_LISTS, wanted, memory // (64 * padded(d))))


def assigned(points: Array, centers: Array) -> tuple[Indices, Array]:
    """Return the center nearest to each point, and ‖c‖² − 2 t·c, as computed."""
    doubled, norms = -2 * centers.T, np.vecdot(centers, centers)
    which, least = np.empty(len(points), np.intp), np.empty(len(points), np.float32)
    for part in slices(len(points), STRETCH):
        values = points[part] @ doubled
        values += norms
        which[part] = values.argmin(axis=1)
        least[part] = np.take_along_axis(values, which[part][:, None], axis=1)[:, 0]
    return which, least


def k_means(points: Array, count: int, rng: "np.random.Generator", steps: int = STEPS) -> Array:
    """Return centers of the points (n, d), float32: at least one, and at most `count`."""
    n, norms = len(points), np.vecdot(points, points)
    centers = new = points[rng.integers(0, n, 1 + (count - 1) // SEEDINGS)]
    far = np.full(n, np.inf, np.float32)
    while len(centers) < count:
        far = np.minimum(far, assigned(points, new)[1] + norms)
        far[far <= 2.0**-16 * norms] = 0  # nothing but rounding
        weights = np.cumsum(far, dtype=np.float64)
        if not weights[-1] > 0:
            break
        drawn = rng.random(min(1 + count // SEEDINGS, count - len(centers))) * weights[-1]
        new = points[np.searchsorted(weights, drawn, side="right").clip(0, n - 1)]
        centers = np.concatenate([centers, new])
    for _ in range(steps):
        which, sums = assigned(points, centers)[0], np.zeros_like(centers)
        for part in slices(n, STRETCH):
            order = which[part].argsort()
            used, start = np.unique(which[part][order], return_index=True)
            sums[used] += np.add.reduceat(points[part][order], start, axis=0)
        sizes = np.bincount(which, minlength=len(centers))
        centers = sums[sizes > 0] / sizes[sizes > 0, None].astype(np.float32)
    return centers


class Partition:
    """Training rows (n_train, d), none rounded by float64, in lists around k-means centers.

    Parameters
    ----------
    rows : ndarray, shape (n_train, d)
    memory : int
        Bytes that making the lists may take: `partition_bytes` or more.
    threads : int
    """

    @np.errstate(all="ignore")
    def __init__(self, rows: Array, memory: int, threads: int) -> None:
        n, d = rows.shape
        frame = choose_frame(rows, rows[:0], 0.0)
        assert frame is not None  # whoever has a filter has a frame
        self.rows, self.frame = rows, frame
        centers = self._centers(list_count(n, d, memory), memory)
        # A center is a point of the frame as it stands; a mean may have been rounded out of it.
        still = frame._replace(center=np.zeros(d, np.float32), scale=1.0)
        self.centers = np.zeros((len(centers), padded(d)), np.float32)
        centers[np.isinf(row_side(still, centers, self.centers))] = 0
        row_side(still, centers, self.centers)
        self.radius, self.made_for = np.zeros(len(centers)), n
        self._enter(np.zeros(n, np.uint16), 0, max(1, min(threads, memory // THREAD_BYTES)))

    def _enter(self, which: Array, known: int, threads: int) -> None:
        """Put the rows into lists, of which `which` (n,) tells the lists of the first `known`."""

        def fill(tasks: Iterator[slice]) -> NDArray[np.float64]:
            return self._fill(which, tasks)

        new = (slice(i, i + STRETCH) for i in range(known, len(which), STRETCH))
        radii = side_by_side(threads, fill, list(new))
        self.radius = np.max([self.radius, *radii], axis=0)
        sizes = np.bincount(which, minlength=len(self.centers))
        self.start = np.concatenate([[0], np.cumsum(sizes)])
        self.order = sorted_rows(which, self.start)

    @np.errstate(all="ignore")
    def extended(self, rows: Array) -> "Partition":
        """Return the lists of `rows`, which begin with those that are in lists already.

        The others go to the nearest centers, which stay what they are, and so does the frame: any
        is valid. A radius grows to what they take.
        """
        made, known = copy(self), len(self.rows)
        which = np.zeros(len(rows), np.uint16)
        which[self.order] = np.repeat(np.arange(len(self.centers)), np.diff(self.start))
        made.rows = rows
        made._enter(which, known, 1)
        return made

    def _centers(self, count: int, memory: int) -> Array:
        """Return k-means centers of a sample, in the frame; a quarter of the memory is for it."""
        n, d = self.rows.shape
        rng = np.random.default_rng(0)
        size = min(n, SAMPLED * count, max(1, memory // (16 * d)))
        chosen = np.sort(rng.choice(n, size, replace=False, shuffle=False))
        points, usable = np.empty((size, d), np.float32), np.empty(size, np.bool_)
        for part in slices(size, STRETCH):
            squares = enter(self.frame, self.rows[chosen[part]], 1, points[part])
            usable[part] = reach(self.frame, squares.astype(np.float64)) <= FAR
        if not usable.all():
            points = points[usable] if usable.any() else np.zeros((1, d), np.float32)
        return k_means(points, count, rng)

    def _fill(self, which: Array, tasks: Iterator[slice]) -> NDArray[np.float64]:
        """Note the list of each row in some stretches; return what radii these take, (lists,)."""
        frame, d = self.frame, self.rows.shape[1]
        centers = self.centers[:, :d] / np.float32(-2)  # as they were
        radius = np.zeros(len(centers))
        space = np.zeros((STRETCH, padded(d)), np.float32)
        with np.errstate(all="ignore"):  # each thread has its own
            for part in tasks:
                points = space[: len(which[part])]
                c = reach(frame, enter(frame, self.rows[part], 1, points).astype(np.float64))
                points[:, d] = 1
                nearest = (points @ self.centers.T).argmin(axis=1)
                nearest[~(c <= FAR)] = 0
                apart = points[:, :d] - centers[nearest]
                e = np.vecdot(apart, apart).astype(np.float64)
                r = (reach(frame, e) + 4 * UNIT_ROUNDOFF_32 * c) * WIDER
                r[~(r <= FAR)] = np.inf
                np.maximum.at(radius, nearest, r)
                which[part] = nearest
        return radius

    def save(self, path: "Path") -> None:
        """Write the lists to a file, whole or not at all, with what tells their rows from others.

        The rows themselves are not in it.
        """
        kept: dict[str, Any] = {name: getattr(self, name) for name in KEPT}
        kept |= self.frame._asdict() | told_apart(self.rows)
        from uuid import uuid4  # not before it is needed

        # Threads, processes and hosts may write at once. A file of `tempfile` is for one user only.
        beside = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            with beside.open("xb") as file:
                np.savez(file, **kept)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: "Path", rows: Array) -> "Partition":
        """Return the lists of these rows from a file.

        Raises
        ------
        ValueError
            If it holds none, or those of other rows.
        OSError
            As opening the file does.
        """
        made = cls.__new__(cls)
        with path.open("rb") as file:
            try:
                stored = np.load(file, allow_pickle=False)
                if not isinstance(stored, NpzFile):
                    raise ValueError("it is an array")
                found = {name: stored[name] for name in stored.files}
                for name, value in told_apart(rows).items():
                    if name not in found or found[name].tolist() != value.tolist():
                        raise ValueError(f"their {name} is {found.get(name)}, not {value}")
                theta, kappa = float(found["theta"]), float(found["kappa"])
                made.frame = Frame(found["center"], float(found["scale"]), theta, kappa)
                for name in KEPT:
                    setattr(made, name, found[name])
                made.rows, made.made_for = rows, int(found["made_for"])
            except MemoryError:
                raise
            except Exception as error:  # of NumPy, zipfile, zlib, struct, tokenize and others
                raise ValueError(
                    f"{path} does not hold the lists of X_train, which it was to hold ({error}); "
                    "delete it, and it is written anew"
                ) from None
        return made

    def search(
        self, problem: Problem, by: Filter, advance: Advance, most: float = np.inf
    ) -> tuple[Array, Indices, NDArray[np.bool_]]:
        """Return (squared distances, indices) of the truly k nearest, and who is left over.

        A query is left over, (n_test,), if it was given up twice; what the first two hold for it
        means nothing. The second time they are fewer, and each has more room for candidates. A
        block of queries and all after it are left over at once where a sample of it tells that
        visits take more than `most` of the work of all rows, which more room does not change; where
        it tells so of those given up, there is the second time only.
        """
        distances, indices, crowded, left = self._ask(problem, by, advance, most)
        again, some = by.with_room(16 * by.fair), np.flatnonzero(crowded)
        if len(some) and again and 8 * again.fair <= len(self.rows):
            *found, crowded, late = self._ask(problem.only(some), again, idle, most)
            distances[some], indices[some] = found
            left[some] = crowded | late
        else:
            left |= crowded
        return distances, indices, left

    def _ask(
        self, problem: Problem, by: Filter, advance: Advance, most: float
    ) -> tuple[Array, Indices, NDArray[np.bool_], NDArray[np.bool_]]:
        """Return (squared distances, indices), who is crowded, and who visits too many lists."""
        distances, indices = problem.blank()
        crowded, left = (np.zeros(len(indices), np.bool_) for _ in range(2))
        for part in slices(len(indices), by.queries):
            some = problem.only(part)
            limit = most * all_rows(some, by)
            work, given_up = self.expected_work(some, by, limit) if most < np.inf else (0, 0)
            if work + given_up > limit:
                (left if work > limit else crowded)[part.start :] = True
                advance(len(left[part.start :]) * len(self.rows))
                break
            found = Visits(self, some, by).candidates(advance)
            done = np.flatnonzero(~found.crowded)
            index = self.order[found.index].astype(np.intp)
            winners = settled_pairs(some, found.owner, index)
            distances[part][done], indices[part][done] = winners
            crowded[part] = found.crowded
        return distances, indices, crowded, left

    def expected_work(self, problem: Problem, by: Filter, limit: float) -> tuple[float, float]:
        """Return the work of visits in pairs, and that of all rows for who is given up: a sample's.

        Its first visits are made, unless that takes more than the limit, and the others counted.
        """
        n_test, rows = len(problem.queries), self.rows
        sample = Visits(self, problem.only(slice(0, None, 1 + n_test // ASKED)), by)
        usual, lists = len(rows) // len(sample.work), len(sample.work)

        def taken(visits: float, pairs: float) -> float:
            return reading(min(n_test * visits, lists), usual, rows) + n_test * pairs

        several = sample.first.shape[1]
        first = taken(several, several * float(sample.work[sample.large].mean()))
        if first > limit:
            return first, 0.0
        found = sample.begin()
        given_up = float(found.crowded.mean()) * all_rows(problem, by)
        return max(first, taken(*sample.left_by(found.upper[-1]))), given_up


def file_of_lists(X_train: Any, path: str | PathLike[str], algorithm: str) -> "Path":
    """Return the path of the file that keeps the lists of rows in memory or in a mapped file."""
    if not isinstance(path, str | PathLike):
        raise ValueError(f"lists must be a path; got {type(path).__name__}")
    if algorithm != "partition":
        raise ValueError(f"lists needs algorithm='partition'; got {algorithm!r}")
    if is_source(X_train) and not isinstance(X_train, np.memmap):
        raise ValueError("lists needs X_train in memory or in an np.memmap")
    from pathlib import Path  # its import takes a while

    return Path(path)


def told_apart(rows: Array) -> dict[str, Array]:
    """Return what tells a file's lists from others: format, shape, dtype, checksum of all bytes."""
    from hashlib import sha256  # not before it is needed

    checksum = sha256()
    for part in slices(len(rows), 1 + 2**18 // (1 + rows[:1].nbytes)):
        checksum.update(np.ascontiguousarray(rows[part]).data)
    about = {"format": FORMAT, "shape": rows.shape, "dtype": rows.dtype.str}
    about["checksum"] = checksum.hexdigest()
    return {name: np.array(value) for name, value in about.items()}


def sorted_rows(which: Array, start: Indices) -> Array:
    """Return the rows (n,) by list, in their order within each, given where lists start."""
    order = np.empty(len(which), np.uint32 if len(which) < 2**32 else np.uint64)
    free = start.copy()
    for part in slices(len(which), 2**14):
        stretch = which[part].argsort(kind="stable")
        lists = which[part][stretch]
        first = np.searchsorted(lists, lists)  # where the list begins in the stretch
        order[free[lists] + np.arange(len(lists)) - first] = stretch + part.start
        free[:-1] += np.bincount(lists, minlength=len(start) - 1)
    return order


@np.errstate(all="ignore")
def expected_share(problem: Problem, count: int) -> float:
    """Return about which share of the pairs a search by so many lists computes, from samples.

    Some rows make the lists. Others tell how far out rows of a list are: the distance that 1 of
    n / `count` exceeds is the least radius, since a list has so many rows. More of them tell how
    near the kth is.
    """
    n, rng = len(problem.rows), np.random.default_rng(0)
    frame = choose_frame(problem.rows, problem.queries, 0.0)
    if frame is None:
        return 1.0

    def moved(points: Array) -> Array:
        found = np.empty(points.shape, np.float32)
        squares = enter(frame, points, 1, found).astype(np.float64)
        return found[reach(frame, squares) <= FAR]

    size = max(count, min(TRIED * count, problem.memory // (64 * problem.d)))

    def drawn() -> Array:
        return problem.rows[np.sort(rng.integers(0, n, size))]

    asked = moved(problem.queries[:: 1 + len(problem.queries) // ASKED])
    centers, points = moved(drawn()), moved(drawn())
    if not (len(asked) and len(centers) and len(points)):
        return 1.0
    centers = k_means(centers, count, rng, 1)
    which, squares = assigned(points, centers)
    apart = np.sqrt(np.maximum(squares + np.vecdot(points, points), 0))
    radius = np.full(len(centers), np.quantile(apart, 1 - count / n))
    np.maximum.at(radius, which, apart)
    near = np.concatenate([distances(asked, moved(drawn())) for _ in range(COMPARED)], axis=1)
    kth = min(problem.k * near.shape[1] // n, near.shape[1] - 1)
    near.partition(kth, axis=1)
    near = near[:, kth]
    visited = distances(asked, centers) <= near[:, None] + radius
    return float((visited @ np.bincount(which, minlength=len(centers))).mean() / len(points))


def distances(queries: Array, points: Array) -> Array:
    """Return ‖x − t‖, (q, n), of points in the frame, as computed."""
    squares = np.vecdot(points, points) - 2 * queries @ points.T
    squares += np.vecdot(queries, queries)[:, None]
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def tile_work(k: int, rows: Any, group: int) -> Any:
    """Return how much a tile of so many rows takes for a query, counted in pairs."""
    return rows + UPPER * (k + rows // group) * (k > 1)


def reading(times: float, length: int, rows: Array) -> float:
    """Return the work of reading a list, or a tile, of some length so many times, in pairs."""
    return times * float(VISIT + ENTRY * length * rows.shape[1])


def all_rows(problem: Problem, by: Filter) -> float:
    """Return the work of comparing all rows with a filter, in pairs."""
    tiles, length = -(-len(problem.rows) // by.rows), min(by.rows, len(problem.rows))
    each = float(tiles * tile_work(problem.k, length, by.group))
    return reading(tiles, length, problem.rows) + len(problem.queries) * each


def worth_reading(problem: Problem, by: Filter, count: int, most: float) -> bool:
    """Return whether reading so many lists is no more than `most` of the work of all rows.

    Each query is supposed to visit `SUPPOSED` lists after its first.
    """
    n_test, n_train = len(problem.queries), len(problem.rows)
    times = min(n_test, count) + min(SUPPOSED * n_test, count)
    return reading(times, n_train // count, problem.rows) <= most * all_rows(problem, by)


class Visits:
    """The visits of some queries to lists: first those nearest to each, then what is left."""

    def __init__(self, lists: Partition, problem: Problem, by: Filter) -> None:
        sizes = np.diff(lists.start)
        usual = max(1, len(lists.rows) // len(sizes))
        self.lists, self.k = lists, problem.k
        # A list, or the first few, must have enough groups for an upper bound.
        group = max(1, min(by.group, usual // (GROUPS * self.k)))
        self.by = by._replace(frame=lists.frame, group=group)
        self.sides = query_side(lists.frame, problem.queries)
        theta = lists.frame.theta
        a = self.sides[1].astype(np.float64) / (2 * theta * (1 + 2 * theta)) * WIDER_32
        self.squares = a * a  # no less than ‖x′‖²
        # Which lists each query visits first: none that is much smaller than others.
        self.large = np.flatnonzero(4 * sizes >= usual)
        several = min(len(self.large), 1 + GROUPS * self.k * group // usual)
        self.first = np.empty((len(problem.queries), several), np.intp)
        self.work = tile_work(self.k, sizes, group)

    def begin(self) -> Shortlist:
        """Return what the first visits find."""
        n_test, several = self.first.shape
        count = len(self.lists.centers)
        threads = self.by.threads
        step = max(1, 2**18 // count)
        side_by_side(threads, self._choose, slices(n_test, step))
        visits = self.first.ravel().argsort(kind="stable")
        start = np.searchsorted(self.first.ravel()[visits], np.arange(count + 1))
        visits //= several

        def visited(tasks: Iterator[int]) -> Shortlist:
            found = Shortlist(self.sides, self.k, self.by)
            with np.errstate(all="ignore"):
                for number in tasks:
                    self._visit(found, number, visits[start[number] : start[number + 1]])
                found.prune()
            return found

        found, *others = side_by_side(threads, visited, np.flatnonzero(np.diff(start)).tolist())
        for other in others:
            found.join(other)
        found.prune()
        return found

    def candidates(self, advance: Advance) -> Shortlist:
        """Return the pairs (query, place in the order of lists) that no bound rules out."""
        found = self.begin()

        def go_on(tasks: Iterator[slice]) -> Shortlist:
            return self._go_on(found.upper, advance, tasks)

        batches = slices(len(self.lists.centers), BATCH)
        for other in side_by_side(self.by.threads, go_on, batches):
            found.join(other, apart=False)
        found.prune()
        return found

    @np.errstate(all="ignore")
    def left_by(self, upper: Array) -> tuple[float, float]:
        """Return how many visits these upper bounds leave to a query, and their work, in the mean.

        Who was given up makes none.
        """
        some = np.flatnonzero(upper > -np.inf)
        features, squares = self.sides[0][some], self.squares[some]
        V, visits, pairs = upper[some].astype(np.float64), 0, 0.0
        R = np.sqrt(np.maximum(squares + V, 0))
        for batch in slices(len(self.work), BATCH):
            r = self.lists.radius[batch, None]
            left = ~(V + r * (r + 2 * R) < self.lists.centers[batch] @ features.T)
            counts = np.count_nonzero(left, axis=1)
            visits += int(counts.sum())
            pairs += float(self.work[batch] @ counts)
        return visits / len(upper), pairs / len(upper)

    def _choose(self, tasks: Iterator[slice]) -> None:
        """Note the large lists with the nearest centers for some stretches of queries."""
        several = self.first.shape[1]
        centers = self.lists.centers[self.large]
        with np.errstate(all="ignore"):
            for part in tasks:
                lower = self.sides[0][part] @ centers.T
                if several == 1:
                    self.first[part, 0] = self.large[lower.argmin(axis=1)]
                else:
                    nearest = np.argpartition(lower, several - 1, axis=1)[:, :several]
                    self.first[part] = self.large[nearest]

    def _go_on(self, upper: Array, advance: Advance, tasks: Iterator[slice]) -> Shortlist:
        """Visit the lists of some batches that the theorem does not rule out."""
        lists, found = self.lists, Shortlist(self.sides, self.k, self.by)
        found.upper[:] = upper
        with np.errstate(all="ignore"):
            for batch in tasks:
                lower = lists.centers[batch] @ self.sides[0].T
                V = found.upper[-1].astype(np.float64)
                alive = ~(-np.inf == V)  # who was given up has nothing to gain from a visit
                R = np.sqrt(np.maximum(self.squares + V, 0)) * WIDER
                V += (np.abs(V) + self.squares) * (WIDER - 1)
                for number, P in enumerate(lower, batch.start):
                    r = lists.radius[number]
                    visited = alive & ~(V + r * (r + 2 * R) < P)
                    visited &= (self.first != number).all(axis=1)
                    self._visit(found, number, np.flatnonzero(visited))
                rows = lists.start[batch.start + len(lower)] - lists.start[batch.start]
                advance(int(rows) * len(V))
            found.prune()
        return found

    def _visit(self, found: Shortlist, number: int, queries: Indices) -> None:
        """Let some queries visit a list."""
        if not len(queries):
            return
        lists, by = self.lists, self.by
        first, end = lists.start[number : number + 2].tolist()
        for begin in range(first, end, by.rows):
            at = slice(begin, min(begin + by.rows, end))
            parts = (queries[part] for part in slices(len(queries), by.part))
            found.read(lists.rows[lists.order[at]], at, parts)
