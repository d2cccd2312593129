"""All rows within a radius: also at the border, numbers that do not round decide who is inside.

A row is a neighbor if ‖x − t‖² ≤ r², r and all coordinates being the rational numbers that their
bits say, so that a row on the border is inside, one an ulp beyond it is not, and no rounding of
a product, a root or r² itself decides. The way is that of the k nearest: a float32 product rules
out most rows by a lower bound (see `nnlib.certify`), or a k-d tree proves that no row which it
left out is inside (see `nnlib.tree`); the direct form c in float64 then tells

    inside for certain, if cutoff(c) ≤ r²,    outside for certain, if c > cutoff(r²),

with `nnlib.certify.cutoff`: a true distance D of at most r² has c ≤ cutoff(r²), and D ≤ cutoff(c).
What lies between goes to integers. Neighbors come in the order of (true distance, index).

**The filter.** With the reduced distance ρ = s² (‖x − t‖² − ‖x − m‖²) and its lower bound P, a row
inside has P ≤ ρ ≤ s² r² − ‖x′‖². Of ‖x′‖ the norm of the stored point gives a lower bound:
‖x̂ − x′‖ ≤ 2u ‖x′‖ + σ and σ ≤ κθ/4 < κ, hence ‖x′‖ ≥ (‖x̂‖ − κ) (1 − 2u), and ‖x̂‖² is at least
its computed value times 1 − θ.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from math import inf, nextafter
from numbers import Rational, Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlib.certify import (
    UNIT_ROUNDOFF_32,
    Frame,
    check_underflow,
    choose_frame,
    cutoff,
    near_zero,
    over_common,
    padded,
    query_side,
    row_side,
)
from nnlib.choice import choose_tree
from nnlib.distances import direct_tile
from nnlib.errorfree import SLICES, pair_digits, slice_bits, top_of
from nnlib.exact import SMALL_WORK, threads_for
from nnlib.problem import Candidates, Problem
from nnlib.request import Request
from nnlib.settle import pair_distances, settled
from nnlib.shortlist import FILTER_TILE
from nnlib.stream import Part, stretches
from nnlib.threads import side_by_side
from nnlib.tiles import Advance, Indices, Tiles, progress_bar, slices
from nnlib.training import TrainingSet
from nnlib.tree import Tree
from nnlib.validation import Array, RowSource, as_rows, check_same_width, check_source

# A pair that the filter leaves takes so many bytes until it is decided, its entries not counted.
PAIR_BYTES = 100
# So many neighbors a query are supposed where it is asked whether a tree would pay; and it is
# asked for no more than one row in so many.
SUPPOSED, SHARE = 16, 4
# Of the limit, one in so many parts is for the search of rows that are read from a source.
OF_LIMIT = 2
# From so many pairs at the border on they are compared in digits, so many at a time.
MASS, LOT = 64, 2**13

# Squared distances and indices of the neighbors of each query.
Lists = tuple[list[Array], list[Indices]]
NONE = Candidates(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


class Ball(NamedTuple):
    """A radius, squared: the rational number, and the floats next to it."""

    square: Fraction
    low: float  # the largest that is no larger
    high: float  # the smallest that is no smaller


def as_ball(radius: Any) -> Ball:
    """Return the ball of a radius, which is a length.

    Raises
    ------
    ValueError
        Unless it is a finite number, zero or larger.
    """
    number = radius.item() if isinstance(radius, np.generic) else radius
    try:
        if isinstance(number, bool | np.generic) or not isinstance(number, Real):
            raise TypeError  # a longdouble has no number of Python
        exact = Fraction(number if isinstance(number, Rational) else float(number))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"radius must be a finite number; got {radius!r}") from None
    if exact < 0:
        raise ValueError(f"radius must not be negative; got {radius!r}")
    square = exact**2
    try:
        near = float(square)
    except OverflowError:
        near = inf
    low = near if near <= square else nextafter(near, 0.0)
    return Ball(square, low, near if near >= square else nextafter(near, inf))


# --- Who is inside ----------------------------------------------------------------------------


def inside(problem: Problem, ball: Ball, owner: Indices, row: Indices) -> Candidates:
    """Return those of the pairs (query, row) whose row is truly within the ball."""
    computed = pair_distances(problem.queries, problem.rows, owner, row)
    if problem.whole:  # so that computed distances are true
        sure = computed <= ball.low
        return Candidates(owner[sure], row[sure], computed[sure])
    sure = cutoff(computed, problem.d, problem.error) <= ball.low
    limit = cutoff(np.array(ball.high), problem.d, problem.error)
    border = np.flatnonzero(~sure & ~(computed > limit))
    for lot in slices(len(border), LOT):
        some = border[lot]
        sure[some] = decided(problem, ball, owner[some], row[some])
    return Candidates(owner[sure], row[sure], computed[sure])


def decided(problem: Problem, ball: Ball, owner: Indices, row: Indices) -> NDArray[np.bool_]:
    """Return which pairs are within the ball, by arithmetic that does not round."""
    queries, rows = problem.queries, problem.rows
    if len(owner) >= MASS and problem.error == 0:
        x, t = queries[owner], rows[row]
        top = top_of(x, t)
        numbers = pair_digits(x, t, top)
        if numbers is not None:
            return no_larger(numbers, ball.square, top, slice_bits(problem.d))
    known: dict[tuple[int, bytes], bool] = {}
    found = np.empty(len(owner), np.bool_)
    for place, (q, i) in enumerate(zip(owner.tolist(), row.tolist(), strict=True)):
        content = q, rows[i].tobytes()
        if content not in known:
            total, common = over_common(queries[q], rows[i])
            square = ball.square
            known[content] = total * square.denominator <= square.numerator * common**2
        found[place] = known[content]
    return found


def no_larger(numbers: Array, square: Fraction, top: int, bits: int) -> NDArray[np.bool_]:
    """Return which numbers in digits (n, digits), the leading one first, are at most `square`.

    The last digit counts units of 2^(2 top − 2 SLICES bits), of which the numbers are multiples;
    so whole units of the square decide.
    """
    unit = Fraction(2) ** (2 * top - 2 * SLICES * bits)
    whole, digits = int(square // unit), []
    for _ in range(numbers.shape[1] - 1):
        whole, digit = divmod(whole, 2**bits)
        digits.append(float(digit))
    digits.append(float(min(whole, 2**60)))  # no leading digit has so many bits
    less = np.zeros(len(numbers), np.bool_)
    equal = ~less
    for column, digit in zip(numbers.T, reversed(digits), strict=True):
        less |= equal & (column < digit)
        equal &= column == digit
    return less | equal


# --- Candidates -------------------------------------------------------------------------------


def among_all(problem: Problem, ball: Ball, advance: Advance) -> Candidates:
    """Return the pairs within the ball, all rows compared: by the filter if that pays."""
    frame = None
    if problem.products > SMALL_WORK:
        frame = choose_frame(problem.rows, problem.queries, problem.error)
    if not frame:
        return by_direct_form(problem, ball, advance)
    features, g = query_side(frame, problem.queries)
    limit = reduced(frame, features, ball)
    usable = np.isfinite(g) & np.isfinite(limit)
    threads = max(1, min(threads_for(problem.products), problem.memory // 2**23))
    room = problem.memory // (2 * threads * (PAIR_BYTES + 4))
    part = max(1, min(FILTER_TILE[1], room // 8, len(features)))
    step = max(1, min(FILTER_TILE[0], room // part, -(-len(problem.rows) // threads)))
    filtered = np.flatnonzero(usable)
    screen = Screen(frame, features[filtered], limit[filtered], filtered, part, step)
    work = partial(screened, problem, ball, screen)
    shares = side_by_side(threads, work, range(0, len(problem.rows), step))
    found = Candidates(*map(np.concatenate, zip(*shares, strict=True)))
    advance(len(filtered) * len(problem.rows))
    others = np.flatnonzero(~usable)
    if not len(others):
        return found
    rest = by_direct_form(problem.only(others), ball, advance)
    return found.beside(rest._replace(owner=others[rest.owner]))


class Screen(NamedTuple):
    """Where the product is taken, for which queries, and how it is cut."""

    frame: Frame
    features: Array  # (q, width)
    limit: NDArray[np.float32]  # (q,): no row inside has a reduced distance beyond
    owners: Indices  # (q,): which queries these are
    part: int  # queries in a tile
    step: int  # rows in a tile


def reduced(frame: Frame, features: Array, ball: Ball) -> NDArray[np.float32]:
    """Return the largest reduced distance that a row within the ball can have, (q,)."""
    stored = features[:, : len(frame.center)].astype(np.float64)
    norms = np.sqrt(np.vecdot(stored, stored) * (1 - frame.theta))
    least = np.maximum(norms * (1 - 4 * UNIT_ROUNDOFF_32) - frame.kappa, 0) ** 2
    # Not as a product of floats: s² underflows where s² r² does not.
    square = Fraction(float(frame.scale)) ** 2 * ball.square
    most = float(square) if square < 2**1000 else inf
    bound = most * (1 + 2.0**-40) - least * (1 - 2.0**-40) + 2.0**-1000
    return np.asarray(np.nextafter(bound.astype(np.float32), np.float32(np.inf)))


def screened(
    problem: Problem,
    ball: Ball,
    by: Screen,
    tasks: Iterator[int],
) -> Candidates:
    """Return the pairs within the ball of the rows in the tiles that start at each of the tasks."""
    weights = np.zeros((by.step, padded(problem.d)), np.float32)
    found = [NONE]
    with np.errstate(all="ignore"):  # each thread has its own
        for start in tasks:
            rows = problem.rows[start : start + by.step]
            row_side(by.frame, rows, weights)
            for some in slices(len(by.features), by.part):
                lower = weights[: len(rows)] @ by.features[some].T
                row, owner = (~(lower > by.limit[some])).nonzero()
                if len(row):
                    pairs = by.owners[owner + some.start], row + start
                    found.append(inside(problem, ball, *pairs))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def by_direct_form(problem: Problem, ball: Ball, advance: Advance) -> Candidates:
    """Return the pairs within the ball, by the direct form for all pairs."""
    queries, step = problem._replace(k=1).tile(exact=True)
    limit = ball.low if problem.whole else cutoff(np.array(ball.high), problem.d, problem.error)
    found = [NONE]
    for part in slices(len(problem.queries), queries):
        X = problem.queries[part].astype(np.float64, copy=False)
        for stretch in slices(len(problem.rows), step):
            values = direct_tile(X, problem.rows[stretch].astype(np.float64, copy=False))
            owner, row = (~(values > limit)).nonzero()
            pairs = owner + part.start, row + stretch.start
            found.append(inside(problem, ball, *pairs))
        advance(len(X) * len(problem.rows))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def by_tree(
    tree: Tree, problem: Problem, ball: Ball, advance: Advance
) -> tuple[Candidates, NDArray[np.bool_]]:
    """Return the pairs within the ball that a tree finds, and the queries left over, (n_test,).

    The tree is asked for as many rows as it counts in the ball, and one more: if that one is
    proved to be outside, all rows that were left out are (see `nnlib.tree`).
    """
    n_train = len(problem.rows)
    limit = float(tree.farther(np.array(ball.high), problem.error))
    counts = tree.count(problem.queries, min(limit, np.finfo(float).max) ** 0.5)
    sizes = np.minimum(2 ** np.ceil(np.log2(counts + 2)).astype(np.intp), n_train)
    left = np.ones(len(sizes), np.bool_)
    found = [NONE]
    for m in np.unique(sizes[sizes <= max(n_train // SHARE, SUPPOSED)]).tolist():
        asked = np.flatnonzero(sizes == m)
        for part in slices(len(asked), 1 + problem.memory // (200 * m + 32 * problem.d)):
            some = asked[part]
            squares, rows = tree.query(problem.queries[some], m)
            done = (squares[:, -1] > limit) | (m == n_train)
            owner, place = (done[:, None] & ~(squares > limit)).nonzero()
            found.append(inside(problem, ball, some[owner], rows[owner, place]))
            left[some[done]] = False
            advance(int(np.count_nonzero(done)) * n_train)
    return Candidates(*map(np.concatenate, zip(*found, strict=True))), left


def within(
    training: TrainingSet, problem: Problem, ball: Ball, algorithm: str, advance: Advance
) -> Candidates:
    """Return the pairs (query, row) within the ball, in any order."""
    tree = choose_tree(training, problem, algorithm)
    if tree:
        smaller = problem._replace(memory=max(1, problem.memory - tree.bytes))
        found, left = by_tree(tree, smaller, ball, advance)
        others = np.flatnonzero(left)
        if len(others):
            rest = among_all(problem.only(others), ball, advance)
            found = found.beside(rest._replace(owner=others[rest.owner]))
        return found
    taken = 8 * (problem.queries.size + problem.rows.size)
    if problem.error and taken < problem.memory // 2 - least_memory(problem.d):
        moved = near_zero(problem.queries, problem.rows)
        if moved:
            memory = problem.memory - taken
            near = problem._replace(queries=moved[0], rows=moved[1], memory=memory).examined()
            found = among_all(near, ball, advance)
            true = pair_distances(problem.queries, problem.rows, found.owner, found.row)
            return found._replace(computed=true)
    return among_all(problem, ball, advance)


def ordered(problem: Problem, found: Candidates) -> Candidates:
    """Return the pairs by (query, true distance, row)."""
    if problem.whole:
        return found.only(np.lexsort((found.row, found.computed, found.owner)))
    most = int(np.bincount(found.owner, minlength=1).max())
    return settled(problem._replace(k=max(1, most)), found)


# --- Rows in memory, and from a source --------------------------------------------------------


@np.errstate(all="ignore")
def search_radius(training: TrainingSet, X_test: ArrayLike, ball: Ball, request: Request) -> Lists:
    """Return lists of squared distances and indices; see `nnlib.search.radius_neighbors`."""
    check_no_lists(request)
    queries = as_rows("X_test", X_test, native=False)
    check_same_width("X_train", training.rows, "X_test", queries)
    check_memory(queries.shape[1], request)
    request.check_paired(len(training), len(queries))
    check_underflow()
    lists: Lists = [], []
    with progress_bar(len(queries) * len(training), request.progress) as advance:
        for block in blocks(len(queries), training.rows.shape[1], request):
            k = min(SUPPOSED, len(training))
            some = Problem(training.rows, queries[block], k, request.memory_limit).examined()
            found = within(training, some, ball, request.algorithm, advance)
            enter(lists, ordered(some, found), range(len(queries))[block], request)
    return lists


def least_memory(d: int) -> int:
    """Return how many bytes a search takes at least: those of a single pair."""
    return Tiles(d, 1, True).bytes()


def check_memory(d: int, request: Request, share: int = 1) -> None:
    """Raise unless the limit, of which a search has one in `share` parts, allows a single pair."""
    least = share * least_memory(d)
    if request.memory_limit < least:
        raise ValueError(
            f"memory_limit must be at least {least} bytes for d = {d}; got {request.memory_limit}"
        )


def check_no_lists(request: Request) -> None:
    """Raise where lists are asked for: their bound is for the k nearest."""
    if request.algorithm == "partition":
        raise ValueError(
            "radius_neighbors makes no lists: algorithm must be 'auto', 'brute' or 'tree'; "
            "got 'partition'"
        )


def blocks(n_test: int, d: int, request: Request) -> Iterator[slice]:
    """Yield the blocks of queries: so few that their features fit into a quarter of the limit."""
    return slices(n_test, block_size(d, request))


def block_size(d: int, request: Request) -> int:
    """Return how many queries are in a block."""
    return max(64, request.memory_limit // (64 * (d + 8)))


def enter(lists: Lists, found: Candidates, block: range, request: Request) -> None:
    """Append to the lists what was found for a block of queries, without themselves if asked."""
    if request.exclude_self:
        found = found.only(found.owner + block.start != found.row)
    counts = np.bincount(found.owner, minlength=len(block))
    ends = np.cumsum(counts)
    for begin, end in zip((ends - counts).tolist(), ends.tolist(), strict=True):
        lists[0].append(found.computed[begin:end].copy())
        lists[1].append(found.row[begin:end].copy())


class Met(NamedTuple):
    """What was found in some of the training rows, for some queries, and these rows."""

    found: Candidates  # its `row` is the place among the rows that follow
    numbers: Indices  # of the rows, in the whole training set
    rows: Array


def met(training: TrainingSet, found: Candidates) -> Met:
    """Return what was found in some of the rows, by their numbers in all."""
    numbers, places = np.unique(found.row, return_inverse=True)
    return Met(found._replace(row=places), numbers + training.start, training.rows[numbers])


def together(parts: Sequence[Met], queries: Array) -> Candidates:
    """Return all pairs in order, the rows by their numbers in the whole training set."""
    starts = np.cumsum([0, *(len(part.rows) for part in parts)])
    moved = [p.found._replace(row=p.found.row + i) for p, i in zip(parts, starts, strict=False)]
    rows = np.concatenate([part.rows for part in parts])
    problem = Problem(rows, queries, 1, 0).examined()
    found = ordered(problem, Candidates(*map(np.concatenate, zip(*moved, strict=True))))
    return found._replace(row=np.concatenate([part.numbers for part in parts])[found.row])


def rows_read(source: RowSource, memory_limit: int) -> int:
    """Return how many rows are read at a time: in a quarter of the limit."""
    row = source.shape[1] * np.dtype(source.dtype).itemsize + 8
    return max(1, memory_limit // (4 * int(row)))


class Asked(NamedTuple):
    """What is asked: all rows within a ball."""

    ball: Ball
    request: Request


@np.errstate(all="ignore")
def met_in_part(
    source: RowSource, part: Part, queries: Array, asked: Asked, advance: Advance
) -> list[Met]:
    """Return what is within the ball in a part of the source, a stretch at a time."""
    memory, found = asked.request.memory_limit // OF_LIMIT, []
    for training in stretches(source, part):
        some = Problem(training.rows, queries, 1, memory).examined()
        pairs = within(training, some, asked.ball, "brute", advance)
        found.append(met(training, pairs))
        del training, some, pairs  # or they would be kept while the next stretch is read
    return found


@np.errstate(all="ignore")
def search_source_radius(
    X_train: RowSource, X_test: ArrayLike, ball: Ball, request: Request
) -> Lists:
    """Return what `search_radius` does, of rows that are read a stretch at a time.

    The rows found are kept until all are known, beyond the limit, to be put in order.
    """
    if request.algorithm == "tree":
        raise ValueError("algorithm='tree' needs X_train in memory; got a row-sliceable source")
    check_no_lists(request)
    source = check_source("X_train", X_train)
    n_train, d = source.shape
    queries = as_rows("X_test", X_test)
    check_same_width("X_train", source, "X_test", queries)
    check_memory(d, request, OF_LIMIT)
    request.check_paired(n_train, len(queries))
    check_underflow()
    whole = Part(slice(0, n_train), 0, rows_read(source, request.memory_limit))
    asked = Asked(ball, request)
    lists: Lists = [], []
    with progress_bar(len(queries) * n_train, request.progress) as advance:
        for block in blocks(len(queries), d, request):
            kept = met_in_part(source, whole, queries[block], asked, advance)
            enter(lists, together(kept, queries[block]), range(len(queries))[block], request)
    return lists
