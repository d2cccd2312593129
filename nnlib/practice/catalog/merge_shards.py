"""The drill `merge_shards`: merge what two shards found, ties included."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from nnlib.practice.checks import Args, Case, Loops, Values
from nnlib.practice.compare import all_of, same_labels
from nnlib.practice.inputs import FEW, Array, thinned
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="merge_shards",
    title="Merge the answers of two shards",
    minutes=12,
    difficulty="medium",
    origin="Follow-up of the interview question: tens of millions of rows on several machines.",
    chapter="shards",
    opening="Write `merge_shards(a, b)`.",
    given=(
        (
            "The training rows lie on several machines. Each machine answers for its own rows "
            "with a pair `(d2, index)` of arrays of shape (n_test, k): the k smallest squared "
            "distances of each query (float64), and the indices of those rows among *all* "
            "training rows (intp). Every row of the pair is ordered by distance, equal distances "
            "by index. No training row is on two machines."
        ),
    ),
    demands={
        "best": "Return the same pair for the rows of both: the k best by distance.",
        "index": (
            "Of equal distances the smaller index is the better: neither the order of the "
            "arguments may matter, nor the order in which many shards are merged."
        ),
        "filled": (
            "A machine with fewer than k rows fills up with distance ∞ and index −1, at the end; "
            "fill up in the same way where both together have fewer than k."
        ),
        "precision": "Distances pass unrounded: all 53 bits count.",
        "empty": "n_test may be 0.",
        "no_loop": "No Python loop over the queries (a loop over the k columns is allowed).",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
a = np.array([[2.0, 9.0]]), np.array([[0, 2]])
b = np.array([[2.0, 4.0]]), np.array([[3, 1]])
merge_shards(a, b)  # (array([[2., 2.]]), array([[0, 3]]))
""",
    clarifying=(
        Question(
            "Are indices global?",
            "Yes; a shard adds its offset before it answers.",
        ),
        Question("Can both have the same row?", "No; that is a twist."),
        Question(
            "How is a short answer marked?", "Distance ∞ and index −1."
        ),
        Question(
            "Are the shards sorted?", "Yes, by (distance, index)."
        ),
    ),
    hints=(
        "Of which 2k candidates are the k best?",
        "Concatenate along axis 1 and sort by two keys: np.lexsort takes the main key last.",
        "`order = np.lexsort((index, d2), axis=1)[:, :k]`, then `np.take_along_axis` on both.",
    ),
    stub='''\
import numpy as np


def merge_shards(a, b):
    """Return (d2, index) of the k best rows of two shards together."""
    raise NotImplementedError
''',
    rubric=(
        "says why k per shard are enough",
        "names the total order (distance, index), without which the merge is not commutative",
        "handles short and empty shards",
        "knows the cost: O(k) with two sorted lists, O(k log k) with a sort",
        "asks how shards compute distances: the same rounding everywhere, or ties are no ties",
    ),
    follow_ups=(
        Question(
            "Why must the merge be associative and commutative?",
            "Associative, so that shards can be merged in a tree; commutative, so that they may answer "
            "in any order. To keep the first on a tie is associative only.",
        ),
        Question(
            "Two machines round differently. What happens to ties?",
            "Equal distances may come out different by an ulp and the wrong row wins. Recompute the "
            "candidates' distances in one place, or send exact ones.",
        ),
        Question(
            "How much travels over the network?",
            "n_test · k pairs a shard, whatever the number of rows.",
        ),
    ),
    aloud={
        "correct": "Order by (distance, index) is total, so the merge is associative and commutative.",
        "vectorized": "One lexsort along the last axis, for all queries.",
    },
)


Part = tuple[Array, Array]


@DRAFT.solution("best", "precision", "unmodified")
def merge_shards(a: Part, b: Part) -> Part:
    """Return (d2, index) of the k best rows of two shards together."""
    k = a[0].shape[1]
    d2 = np.concatenate([a[0], b[0]], axis=1)
    index = np.concatenate([a[1], b[1]], axis=1)
    order = np.lexsort((index, d2), axis=1)[
        :, :k
    ]  # the last key, d2, comes first
    return np.take_along_axis(d2, order, axis=1), np.take_along_axis(
        index, order, axis=1
    )


@DRAFT.right("filled", "empty")
def two_stable_sorts(a: Part, b: Part) -> Part:
    """Sort by index, then stably by distance."""
    k = a[0].shape[1]
    d2, index = (np.hstack(pair) for pair in zip(a, b, strict=True))
    for key in (0, 1):
        order = (index, d2)[key].argsort(axis=1, kind="stable")
        d2, index = (
            np.take_along_axis(d2, order, 1),
            np.take_along_axis(index, order, 1),
        )
    return d2[:, :k], index[:, :k]


@DRAFT.right("index", "no_loop")
def column_by_column(a: Part, b: Part) -> Part:
    """Take the better head of the two lists, k times."""
    n, k = a[0].shape
    rows, i, j = (
        np.arange(n),
        np.zeros(n, dtype=np.intp),
        np.zeros(n, dtype=np.intp),
    )
    d2, index = np.empty((n, k)), np.empty((n, k), dtype=np.intp)
    for column in range(k):
        da, db, ia, ib = (
            a[0][rows, i],
            b[0][rows, j],
            a[1][rows, i],
            b[1][rows, j],
        )
        first = (da < db) | ((da == db) & (ia < ib))
        d2[:, column] = np.where(first, da, db)
        index[:, column] = np.where(first, ia, ib)
        i, j = i + first, j + ~first
    return d2, index


@DRAFT.wrong("index")
def by_distance_only(a: Part, b: Part) -> Part:
    """Sort by distance alone: the first argument wins ties."""
    k = a[0].shape[1]
    d2, index = (np.hstack(pair) for pair in zip(a, b, strict=True))
    order = d2.argsort(axis=1, kind="stable")[:, :k]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(
        index, order, 1
    )


@DRAFT.wrong("best")
def by_index_first(a: Part, b: Part) -> Part:
    """Give lexsort its keys in the wrong order."""
    k = a[0].shape[1]
    d2, index = (np.hstack(pair) for pair in zip(a, b, strict=True))
    order = np.lexsort((d2, index), axis=1)[:, :k]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(
        index, order, 1
    )


@DRAFT.wrong("best")
def keeps_all(a: Part, b: Part) -> Part:
    """Return all 2k."""
    d2, index = (np.hstack(pair) for pair in zip(a, b, strict=True))
    order = np.lexsort((index, d2), axis=1)
    return np.take_along_axis(d2, order, 1), np.take_along_axis(
        index, order, 1
    )


@DRAFT.wrong("best")
def better_shard(a: Part, b: Part) -> Part:
    """Take all of the shard that has the nearest row."""
    first = (a[0][:, :1] < b[0][:, :1]) | (
        (a[0][:, :1] == b[0][:, :1]) & (a[1][:, :1] < b[1][:, :1])
    )
    return np.where(first, a[0], b[0]), np.where(first, a[1], b[1])


@DRAFT.wrong("best")
def entry_by_entry(a: Part, b: Part) -> Part:
    """Take the better of the two entries at each place, which loses rows."""
    first = (a[0] < b[0]) | ((a[0] == b[0]) & (a[1] < b[1]))
    return np.where(first, a[0], b[0]), np.where(first, a[1], b[1])


@DRAFT.wrong("filled")
def zeros_for_nothing(a: Part, b: Part) -> Part:
    """Fill up with index 0."""
    d2, index = merge_shards(a, b)
    return d2, np.where(np.isinf(d2), 0, index)


@DRAFT.wrong("precision")
def in_float32(a: Part, b: Part) -> Part:
    """Compare in float32."""
    narrow = [(part[0].astype(np.float32), part[1]) for part in (a, b)]
    d2, index = merge_shards(*narrow)
    return d2.astype(np.float64), index


@DRAFT.wrong("no_loop")
def query_by_query(a: Part, b: Part) -> Part:
    """Sort the pairs of each query in Python."""
    n, k = a[0].shape
    d2, index = np.empty((n, k)), np.empty((n, k), dtype=np.intp)
    for i in range(n):
        pairs = [
            *zip(a[0][i], a[1][i], strict=True),
            *zip(b[0][i], b[1][i], strict=True),
        ]
        best = sorted(pairs)[:k]
        d2[i], index[i] = [p[0] for p in best], [p[1] for p in best]
    return d2, index


def best_of(rows: list[list[tuple[float, int]]], k: int) -> Part:
    """Return the k best of lists of (distance, index), filled up."""
    kept = [sorted(row)[:k] for row in rows]
    full = [row + [(np.inf, -1)] * (k - len(row)) for row in kept]
    d2 = np.array(
        [[d for d, _ in row] for row in full], dtype=float
    ).reshape(len(rows), k)
    index = np.array(
        [[i for _, i in row] for row in full], dtype=np.intp
    ).reshape(len(rows), k)
    return d2, index


def shards(
    rng: np.random.Generator, n: int, sizes: list[int], high: int
) -> list[list[list[tuple[float, int]]]]:
    """Return for each shard and query its (distance, index) pairs; indices are dealt at random."""
    owners = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    d2 = rng.integers(0, high, (n, len(owners))).astype(float)
    return [
        [
            [(d, i) for i, d in enumerate(row) if owners[i] == shard]
            for row in d2.tolist()
        ]
        for shard in range(len(sizes))
    ]


def pair_case(
    rng: np.random.Generator,
    n: int,
    sizes: list[int],
    k: int,
    high: int,
) -> Case:
    """Return a case of two shards."""
    a, b = shards(rng, n, sizes, high)
    return case(best_of(a, k), best_of(b, k))


def candidates(a: Part, b: Part) -> list[list[tuple[float, int]]]:
    """Return for each query the (distance, index) pairs of both shards, without the filling."""
    both = [
        np.concatenate(parts, axis=1).tolist()
        for parts in zip(a, b, strict=True)
    ]
    return [
        [pair for pair in zip(d2, index, strict=True) if pair[1] >= 0]
        for d2, index in zip(*both, strict=True)
    ]


def case(a: Part, b: Part) -> Case:
    """Return a case of two shards."""

    def smaller(args: Args) -> Iterator[Case]:
        n, k = args[0][0].shape
        places: list[Any] = [
            np.s_[i : i + 1, :] for i in range(n if n > 1 else 0)
        ]
        places += [np.s_[:, kept] for kept in thinned(k, least=1)]
        for place in places:
            first, second = (
                (d2[place], index[place]) for d2, index in args
            )
            if is_short(first, second) == is_short(
                *args
            ):  # still with filling, or still without
                yield case(first, second)

    def facts(args: Args) -> str:
        if len(args[0][0]) != 1:
            return ""
        found = sorted(candidates(*args)[0])
        told = ", ".join(
            f"row {i} at {d!r}" for d, i in found[: FEW + 1]
        )
        return (
            f"{len(found)} rows compete, the best first: {told}"
            if found
            else ""
        )

    return Case(
        (a, b), best_of(candidates(a, b), a[0].shape[1]), smaller, facts
    )


def is_short(a: Part, b: Part) -> bool:
    """Return whether one of the shards is filled up."""
    return bool((a[1] < 0).any() or (b[1] < 0).any())


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the book's templates on two machines: distances 2, 4, 9 at the query (2, 2)."""
    a, b = (
        best_of([[(2.0, 0), (9.0, 2)]], 2),
        best_of([[(4.0, 1), (16.0, 3)]], 2),
    )
    yield case(a, b)


def many(rng: np.random.Generator) -> Iterator[Case]:
    """Give full shards, all distances of a query different."""
    for n, k in rng.integers(1, 6, (25, 2)).tolist():
        size = 2 * k + 4
        d2 = (
            rng.permuted(np.tile(np.arange(size), (n, 1)), axis=1)
            .astype(float)
            .tolist()
        )
        mine = rng.permutation(np.arange(size) % 2).tolist()
        a = [
            [(d, i) for i, d in enumerate(row) if mine[i]] for row in d2
        ]
        b = [
            [(d, i) for i, d in enumerate(row) if not mine[i]]
            for row in d2
        ]
        yield case(best_of(a, k), best_of(b, k))


def ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give equal distances on both machines."""
    first, second = best_of([[(1.0, 5)]], 1), best_of([[(1.0, 2)]], 1)
    yield case(first, second)
    yield case(second, first)
    for k in (1, 2, 3, 4, 24):
        yield pair_case(rng, 4, [k + 1, k + 2], k, 3)


def precise(rng: np.random.Generator) -> Iterator[Case]:
    """Give distances that differ in the last of their 53 bits."""
    one = 1.0 + 2.0**-52
    for near, far in (
        (1.0, one),
        (2.0**24, 2.0**24 + 1),
        (2.0**52, 2.0**52 + 1),
    ):
        first, second = (
            best_of([[(far, 2)]], 1),
            best_of([[(near, 5)]], 1),
        )
        yield case(first, second)


def short(rng: np.random.Generator) -> Iterator[Case]:
    """Give machines with fewer than k rows, or none."""
    for sizes in ([1, 1], [1, 4], [0, 2], [0, 0], [3, 0]):
        yield pair_case(rng, 2, sizes, 3, 20)


def no_query(rng: np.random.Generator) -> Iterator[Case]:
    """Give no query."""
    nothing = np.zeros((0, 2)), np.zeros((0, 2), dtype=np.intp)
    yield Case((nothing, nothing), nothing)


def of_size(n: int) -> tuple[Part, Part]:
    """Return two results for n queries."""
    rng = np.random.default_rng(n)
    d2 = np.sort(rng.integers(0, 99, (2, n, 3)).astype(float), axis=2)
    index = np.tile(np.arange(3), (n, 1))
    return (d2[0], index), (d2[1], index + 3)


AGREE = all_of(same_labels, same_labels)

COST_WHY = "There may be millions of queries; k and the number of shards are small."


@DRAFT.wrong("empty")
def needs_a_query(a: Part, b: Part) -> Part:
    """Ask for the largest distance, which an empty batch has not."""
    a[0].max()
    return merge_shards(a, b)


@DRAFT.wrong("unmodified")
def writes_the_result_into_a(a: Part, b: Part) -> Part:
    """Use the arrays of one shard for the result."""
    d2, index = merge_shards(a, b)
    a[0][:], a[1][:] = d2, index
    return d2, index


DRAFT.tests(
    Values(
        "small_example",
        "Distances 2, 9 here and 4, 16 there: 2, 4.",
        small_example,
        agree=AGREE,
        demand="best",
    ),
    Values(
        "any_shape",
        "The k best of the union are among the k best of each.",
        many,
        agree=AGREE,
        demand="best",
    ),
    Values(
        "ties_by_index",
        "If the order of arrival decides a tie, the answer changes from run to run.",
        ties,
        agree=AGREE,
        demand="index",
    ),
    Values(
        "short_shards",
        "A machine may have fewer rows than k; what is missing must never look like row 0.",
        short,
        agree=AGREE,
        demand="filled",
    ),
    Values(
        "all_53_bits",
        "A machine that rounds distances makes ties that are none.",
        precise,
        agree=AGREE,
        demand="precision",
    ),
    Values(
        "no_query",
        "An empty batch merges into an empty batch.",
        no_query,
        agree=AGREE,
        demand="empty",
    ),
    Loops("no_loop_over_rows", COST_WHY, (of_size,), demand="no_loop"),
)


# ── Twists ──

MERGE_MANY = DRAFT.twist(
    name="merge_many",
    title="any number of shards",
    opening="Write `merge_many(parts)`.",
    demands={
        "all_parts": "`parts` is a list of one or more such pairs: return them merged.",
        "no_loop": "No Python loop over the queries.",
    },
    aloud={
        "correct": "The merge is associative and commutative, so a fold or a tree will do.",
        "vectorized": "The loop is over shards, not over queries.",
    },
)


@MERGE_MANY.solution("all_parts")
def merge_many(parts: list[Part]) -> Part:
    """Merge any number of shards at once."""
    merged = parts[0]
    for part in parts[1:]:
        merged = merge_shards(merged, part)
    return merged


@MERGE_MANY.wrong("all_parts")
def pairwise_ends(parts: list[Part]) -> Part:
    """Merge the first and the last."""
    return (
        merge_shards(parts[0], parts[-1])
        if len(parts) > 1
        else parts[0]
    )


@MERGE_MANY.wrong("all_parts")
def merge_many_by_distance(parts: list[Part]) -> Part:
    """Merge in the order of arrival, by distance only."""
    merged = parts[0]
    for part in parts[1:]:
        merged = by_distance_only(merged, part)
    return merged


def several(rng: np.random.Generator) -> Iterator[Case]:
    """Give one to five shards."""
    for count in (1, 2, 3, 5):
        for high in (4, 1000):
            found = shards(rng, 3, [2] * count, high)
            everything = [
                list(chain(*rows)) for rows in zip(*found, strict=True)
            ]
            yield Case(
                ([best_of(shard, 2) for shard in found],),
                best_of(everything, 2),
            )


@MERGE_MANY.right("no_loop")
def as_a_tree(parts: list[Part]) -> Part:
    """Merge the halves."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return merge_shards(
        as_a_tree(parts[:middle]), as_a_tree(parts[middle:])
    )


@MERGE_MANY.wrong("no_loop")
def by_queries(parts: list[Part]) -> Part:
    """Merge query by query."""
    n = len(parts[0][0])
    rows = [
        merge_many([(d2[i : i + 1], ix[i : i + 1]) for d2, ix in parts])
        for i in range(n)
    ]
    return np.concatenate([r[0] for r in rows]), np.concatenate(
        [r[1] for r in rows]
    )


MERGE_MANY.tests(
    Values(
        "all_parts",
        "An associative merge folds over any number.",
        several,
        agree=AGREE,
        demand="all_parts",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (list(of_size(n)),),),
        demand="no_loop",
    ),
)


MERGE_REPLICAS = DRAFT.twist(
    name="merge_replicas",
    title="rows on two machines",
    opening=(
        "For safety a row may be on both machines now (same index, same distance). Same "
        "signature, `merge_replicas(a, b)`."
    ),
    demands={
        "once": "Count it once.",
        "no_loop": "No Python loop over the queries.",
    },
    aloud={
        "correct": "After sorting by (distance, index) copies are neighbors; I drop all but the first.",
        "vectorized": "One comparison of adjacent columns.",
    },
)


@MERGE_REPLICAS.solution("once")
def merge_replicas(a: Part, b: Part) -> Part:
    """Merge shards that may hold the same rows, each counted once."""
    k = a[0].shape[1]
    d2, index = (np.hstack(pair) for pair in zip(a, b, strict=True))
    order = np.lexsort((index, d2), axis=1)
    d2, index = (
        np.take_along_axis(d2, order, 1),
        np.take_along_axis(index, order, 1),
    )
    # A row has one distance, so its copies stand side by side.
    again = np.zeros(index.shape, dtype=bool)
    again[:, 1:] = (index[:, 1:] == index[:, :-1]) & (index[:, 1:] >= 0)
    d2, index = np.where(again, np.inf, d2), np.where(again, -1, index)
    keep = again.argsort(axis=1, kind="stable")[
        :, :k
    ]  # the first copies, in their order
    return np.take_along_axis(d2, keep, 1), np.take_along_axis(
        index, keep, 1
    )


@MERGE_REPLICAS.wrong("once")
def drops_after_cutting(a: Part, b: Part) -> Part:
    """Cut to k first, and find copies afterwards, when good rows are already lost."""
    d2, index = merge_shards(a, b)
    again = np.zeros(index.shape, dtype=bool)
    again[:, 1:] = (index[:, 1:] == index[:, :-1]) & (index[:, 1:] >= 0)
    d2, index = np.where(again, np.inf, d2), np.where(again, -1, index)
    keep = again.argsort(axis=1, kind="stable")
    return np.take_along_axis(d2, keep, 1), np.take_along_axis(
        index, keep, 1
    )


def replicated(rng: np.random.Generator) -> Iterator[Case]:
    """Give two machines that share rows."""
    yield Case(
        (
            best_of([[(1.0, 0), (2.0, 1)]], 2),
            best_of([[(1.0, 0), (3.0, 2)]], 2),
        ),
        best_of([[(1.0, 0), (2.0, 1)]], 2),
    )
    for k in (1, 2, 3):
        row = [
            (float(d), i)
            for i, d in enumerate(rng.integers(0, 4, 6).tolist())
        ]
        left, right = row[:4], row[2:]
        yield Case(
            (best_of([left], k), best_of([right], k)), best_of([row], k)
        )
    for n, k in (
        (5, 4),
        (40, 24),
        (3, 6),
    ):  # the last has places to fill where copies were
        d2 = rng.integers(0, 4, (3, n)).astype(float).tolist()
        rows = [list(zip(row, range(n), strict=True)) for row in d2]
        a, b = (
            [row[: n - n // 3] for row in rows],
            [row[n // 4 :] for row in rows],
        )
        yield Case((best_of(a, k), best_of(b, k)), best_of(rows, k))


@MERGE_REPLICAS.right("no_loop")
def forgets_copies_first(a: Part, b: Part) -> Part:
    """Strike from b what a holds, then merge."""
    d2, index = b
    known = (
        (index[:, :, None] == a[1][:, None, :])
        & (index[:, :, None] >= 0)
    ).any(axis=2)
    d2, index = np.where(known, np.inf, d2), np.where(known, -1, index)
    order = np.lexsort((known, d2), axis=1)
    return merge_shards(
        a,
        (
            np.take_along_axis(d2, order, 1),
            np.take_along_axis(index, order, 1),
        ),
    )


@MERGE_REPLICAS.wrong("no_loop")
def with_sets(a: Part, b: Part) -> Part:
    """Collect the pairs of each query in a set."""
    n, k = a[0].shape
    rows = []
    for i in range(n):
        pairs = {*zip(a[0][i].tolist(), a[1][i].tolist(), strict=True)}
        pairs |= {*zip(b[0][i].tolist(), b[1][i].tolist(), strict=True)}
        rows.append(sorted(pair for pair in pairs if pair[1] >= 0))
    return best_of(rows, k)


MERGE_REPLICAS.wrong("once")(merge_shards)
MERGE_REPLICAS.tests(
    Values(
        "counted_once",
        "Remove copies before you cut to k, or a copy takes the place of a neighbor.",
        replicated,
        agree=AGREE,
        demand="once",
    ),
    Loops("no_loop_over_rows", COST_WHY, (of_size,), demand="no_loop"),
)


DRILL = DRAFT.drill()
