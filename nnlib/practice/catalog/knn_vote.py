"""The drill `knn_vote`: the k nearest rows vote, and ties have rules."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.practice.checks import Args, Case, Loops, Values
from nnlib.practice.compare import close, same_labels
from nnlib.practice.inputs import (
    FEW,
    QUERIES,
    TEMPLATES,
    Array,
    exact_distances,
    labels,
    number,
    ranked,
    thinned,
    unordered,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="knn_vote",
    title="k neighbors and the vote",
    minutes=15,
    difficulty="medium",
    origin="Follow-up of the interview question: k-NN with majority vote, and its new ties.",
    chapter="neighbors",
    opening="Write `knn_vote(X_train, y_train, X_test, k)`.",
    given=(
        "`X_train` (n_train, d), `X_test` (n_test, d): float64; `y_train` (n_train,): labels.",
        (
            "The k neighbors of a query are the first k rows in the order of squared Euclidean "
            "distance."
        ),
    ),
    demands={
        "majority": (
            "Return for every query the label that most of its k neighbors have, as an array "
            "(n_test,)."
        ),
        "near_first": "Equally distant rows are in the order of their index.",
        "tied_votes": (
            "If several labels have the most votes, the one whose nearest member comes first in "
            "that order wins."
        ),
        "all_rows": "1 ≤ k ≤ n_train: k may be as large as the training set.",
        "labels": "Labels are integers or strings, and keep their dtype; n_test ≥ 0.",
        "no_loop": (
            "No Python loop over the rows of either array. A loop over the k neighbors, over "
            "classes, features or blocks of many rows is allowed."
        ),
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1.0, 1], [4, 2], [2, 5]]), np.array(["A", "B", "B"])
X = np.array([[2.0, 2], [4, 4]])
knn_vote(T, y, X, 1)  # array(['A', 'B'], dtype='<U1')
knn_vote(T, y, X, 3)  # array(['B', 'B'], dtype='<U1')
""",
    remark="Ties are judged on small whole numbers.",
    clarifying=(
        Question("How are tied distances ordered?", "By index."),
        Question(
            "And tied votes?",
            "The label whose nearest member comes first wins.",
        ),
        Question("Is k ≤ n_train guaranteed?", "Yes, and k ≥ 1."),
        Question(
            "Uniform votes or by distance?",
            "Uniform; by distance is a twist.",
        ),
    ),
    hints=(
        "Two ties are possible here. Which sort settles the first, and which data settles the second?",
        "`labels = y_train[order[:, :k]]` has the nearest first. For each entry count how many of its "
        "row are equal to it.",
        "`votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)`; `votes.argmax(axis=1)` is "
        "the first neighbor whose label has the most votes.",
    ),
    stub='''\
import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    """Return the majority label of each query's k nearest rows."""
    raise NotImplementedError
''',
    rubric=(
        "asks for both tie rules",
        "uses a stable sort, or a partition with ties handled, and can say the cost of each",
        "counts votes without a loop over queries",
        "knows that odd k prevents ties for two classes only",
        "can express the vote in the network: the k largest scores, then one-hot labels",
    ),
    follow_ups=(
        Question(
            "How do you avoid sorting all n_train distances?",
            "partition gives the k-th value in O(n_train): take all rows below it, fill up with the "
            "earliest equal to it, and sort these k. argpartition keeps arbitrary ones of those equals.",
        ),
        Question(
            "How do you choose k?",
            "By cross-validation; leave-one-out is cheap here: set the diagonal of the distance "
            "matrix to infinity and sort once, and the votes of every k can be read off.",
        ),
        Question(
            "What changes in the network?",
            "The hard maximum becomes the k largest scores; the readout sums their one-hot labels.",
        ),
    ),
    aloud={
        "correct": "Neighbors by (distance, index); a tied vote goes to the nearest member's label.",
        "vectorized": "Votes are counted by comparing the k labels with each other.",
    },
)


def neighbors(X_train: Array, X_test: Array, k: int) -> Array:
    """Return (n_test, k) indices, ordered by distance and index."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    return np.asarray(reduced.argsort(axis=1, kind="stable")[:, :k])


@DRAFT.solution("near_first", "unmodified", "all_rows")
def knn_vote(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the majority label of each query's k nearest rows."""
    labels = y_train[
        neighbors(X_train, X_test, k)
    ]  # (n_test, k), the nearest first
    # How many of the k agree with each; argmax takes the first best.
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@DRAFT.right("majority", "tied_votes", "labels", "no_loop")
def by_classes(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Count class by class, and look for the first neighbor of a winning class."""
    classes, codes = np.unique(y_train, return_inverse=True)
    near = codes[neighbors(X_train, X_test, k)]
    counts = np.stack(
        [(near == c).sum(axis=1) for c in range(len(classes))], axis=1
    )
    of_neighbor = np.take_along_axis(counts, near, axis=1)
    first = (of_neighbor == counts.max(axis=1, keepdims=True)).argmax(
        axis=1
    )
    return classes[near[np.arange(len(near)), first]]


@DRAFT.wrong("tied_votes")
def smallest_label(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Give a tied vote to the smallest label, as argmax over counts does."""
    classes, codes = np.unique(y_train, return_inverse=True)
    near = codes[neighbors(X_train, X_test, k)]
    counts = np.stack(
        [(near == c).sum(axis=1) for c in range(len(classes))], axis=1
    )
    return classes[counts.argmax(axis=1)]


@DRAFT.wrong("near_first")
def unstable(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Take the last of equally distant rows."""
    n = len(X_train)
    reversed_rows = neighbors(X_train[::-1], X_test, k)
    labels = y_train[n - 1 - reversed_rows]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@DRAFT.wrong("near_first")
def unstable_sort(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Partition, which keeps no order among equal rows."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = reduced.argsort(axis=1)[:, :k]
    labels = y_train[near]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@DRAFT.wrong("majority")
def skips_the_first(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Take the first neighbor for the query itself, as if it were a training row."""
    labels = y_train[neighbors(X_train, X_test, k + 1)[:, 1:]]
    if labels.shape[1] == 0:
        return y_train[neighbors(X_train, X_test, 1)[:, 0]]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@DRAFT.wrong("majority")
def mean_label(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Average labels, as if they were numbers."""
    if y_train.dtype.kind not in "iu":
        return knn_vote(X_train, y_train, X_test, k)
    near = y_train[neighbors(X_train, X_test, k)]
    return np.asarray(near.mean(axis=1).round().astype(y_train.dtype))


@DRAFT.wrong("majority")
def ignores_k(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the nearest row's label."""
    return y_train[neighbors(X_train, X_test, 1)[:, 0]]


@DRAFT.wrong("no_loop")
def counter_by_query(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Count the votes of each query in Python."""
    near = y_train[neighbors(X_train, X_test, k)]
    winners = [
        Counter(row.tolist()).most_common(1)[0][0] for row in near
    ]
    return np.array(winners, dtype=y_train.dtype)


def oracle(T: Array, y: Array, X: Array, k: int) -> Array:
    """Return the winners, with exact distances and a Python vote."""
    votes = neighbor_labels(T, y, X, k)
    winners = [
        max(labels, key=labels.count) for labels in votes
    ]  # max keeps the first of equals
    return np.array(winners, dtype=y.dtype)


def neighbor_labels(
    T: Array, y: Array, X: Array, k: int
) -> list[list[Any]]:
    """Return for each query the labels of its neighbors, the nearest first."""
    return [
        [y[i].item() for i in ranked(d2)[:k]]
        for d2 in exact_distances(X, T)
    ]


Fair = Callable[[Array, Array, Array, int], bool]


def clear_order(T: Array, y: Array, X: Array, k: int) -> bool:
    """Return whether k is less than n_train, and no two rows are equally far from a query."""
    return k < len(T) and all(
        len(set(d2)) == len(d2) for d2 in exact_distances(X, T)
    )


def clear_vote(T: Array, y: Array, X: Array, k: int) -> bool:
    """Return whether k is less than n_train, and no two labels share the most votes."""
    return k < len(T) and not any(
        map(tied, neighbor_labels(T, y, X, k))
    )


def clear(T: Array, y: Array, X: Array, k: int) -> bool:
    """Return whether there is no tie at all."""
    return clear_order(T, y, X, k) and clear_vote(T, y, X, k)


def vote_of_all(T: Array, y: Array, X: Array, k: int) -> bool:
    """Return whether all rows vote, and no two labels share the most votes."""
    return k == len(T) and not any(
        map(tied, neighbor_labels(T, y, X, k))
    )


def tied(labels: list[Any]) -> bool:
    """Return whether two labels share the most votes."""
    votes = sorted(Counter(labels).values())
    return len(votes) > 1 and votes[-1] == votes[-2]


def case(
    T: Array, y: Array, X: Array, k: int, fair: Fair = clear
) -> Case:
    """Return a case; smaller ones are fair, too, so that they ask for no more."""

    def smaller(args: Args) -> Iterator[Case]:
        T, y, X, k = args
        found = [
            (T, y, X[i : i + 1], k)
            for i in range(len(X) if len(X) > 1 else 0)
        ]
        for kept in thinned(len(T)):
            fewer = len(kept) if k == len(T) else min(k, len(kept))
            found.append((T[kept], y[kept], X, fewer))
        found += [
            (T, y, X, fewer)
            for fewer in (1, k - 2, k - 1)
            if 1 <= fewer < k
        ]
        return (case(*args, fair) for args in found if fair(*args))

    return Case((T, y, X, k), oracle(T, y, X, k), smaller, vote_facts)


def vote_facts(args: Args) -> str:
    """Say the order of the rows at a single query, up to the first that does not vote."""
    T, y, X, k = args
    if len(X) != 1 or len(T) < 2:
        return ""
    (d2,) = exact_distances(X, T)
    told = [
        f"row {i} at {number(d2[i])} says {y[i].item()!r}"
        for i in ranked(d2)[: k + 1]
    ]
    more = ", …" if len(told) > FEW + 1 else ""
    return f"in the order of squared distance: {', '.join(told[: FEW + 1])}{more}"


FOUR = np.vstack(
    [TEMPLATES, [[9.0, 9.0]]]
)  # k = 3 is not all of them: that is `all_rows`


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give three votes of which two agree."""
    yield case(
        FOUR.copy(),
        np.array([0, 9, 9, 0]),
        np.array([[2.0, 2.0], [1.0, 0.0]]),
        3,
    )


def one_neighbor(rng: np.random.Generator) -> Iterator[Case]:
    """Give k = 1."""
    yield case(
        TEMPLATES.copy(),
        np.array([0, 1, 1]),
        np.array([[2.0, 2.0], [4.0, 4.0]]),
        1,
    )


def distinct(rng: np.random.Generator, n: int) -> Array:
    """Return n rows on a line at different distances from 0."""
    return rng.permutation(np.arange(1, n + 1)).astype(float)[:, None]


def majorities(rng: np.random.Generator) -> Iterator[Case]:
    """Give clear majorities: two classes, odd k, no equal distances."""
    for n in range(2, 10):
        for k in range(1, n, 2):
            yield case(
                distinct(rng, n),
                rng.integers(0, 2, n) * 10,
                np.zeros((1, 1)),
                k,
            )


def vote_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give tied votes, no equal distances."""
    yield case(
        np.array([[2.0], [1.0], [9.0]]),
        np.array([0, 1, 0]),
        np.zeros((1, 1)),
        2,
        clear_order,
    )
    for n in range(3, 10):
        k = n - 1 - (n - 1) % 2
        yield case(
            distinct(rng, n),
            rng.integers(0, 4, n),
            np.zeros((1, 1)),
            k,
            clear_order,
        )


def distance_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give equally distant rows at the border of the k."""
    yield case(
        np.array([[1.0], [-1.0]]),
        np.array([5, 3]),
        np.zeros((1, 1)),
        1,
        clear_vote,
    )
    for n in (*range(3, 12), 48, 100):
        y = rng.integers(
            0, 2, n
        )  # two labels and an odd k: the vote is clear
        k = 1 if n > 40 else 1 + 2 * (n // 5)
        T, X = whole(rng, n, 2, -1, 1), whole(rng, 6, 2, -1, 1)
        yield case(unordered(T), y, unordered(X), k, clear_vote)


def all_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give k = n_train, where only the vote is left."""
    yield case(
        np.array([[3.0]]),
        np.array([8]),
        np.zeros((1, 1)),
        1,
        vote_of_all,
    )
    y = np.array([1, 2, 2, 3, 2])
    yield case(whole(rng, 5, 2), y, whole(rng, 3, 2), 5, vote_of_all)
    rows = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    y = np.array([1, 1, 2, 2, 2])  # the last vote decides
    yield case(rows, y, np.zeros((1, 1)), 5, vote_of_all)


def strings(rng: np.random.Generator) -> Iterator[Case]:
    """Give strings and an empty test set."""
    y = np.array(["versicolor", "setosa", "setosa", "versicolor"])
    yield case(FOUR.copy(), y, np.array([[2.0, 2.0]]), 3)
    yield case(FOUR.copy(), y, np.zeros((0, 2)), 2)


def many_queries(n: int) -> tuple[Array, Array, Array, int]:
    """Return n queries and few templates."""
    rng = np.random.default_rng(n)
    return whole(rng, 8, 2), labels(8), whole(rng, n, 2), 3


def many_rows(n: int) -> tuple[Array, Array, Array, int]:
    """Return n templates and few queries."""
    rng = np.random.default_rng(n)
    return whole(rng, n, 2), labels(n), whole(rng, 8, 2), 3


COST_WHY = (
    "Sorting, counting and choosing all work along the last axis of an (n_test, k) array; a Counter "
    "a query is a Python loop."
)

VOTE_WHY = (
    "argmax over class counts gives a tie to the smallest label, which is an accident of spelling; "
    "the nearest member is a reason."
)


@DRAFT.wrong("all_rows")
def partition_of_one_more(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Look for the (k + 1)-th distance, which k = n_train has not."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    np.partition(reduced, k, axis=1)
    return knn_vote(X_train, y_train, X_test, k)


@DRAFT.wrong("all_rows")
def one_fewer(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Stop before the last row, as argpartition must."""
    k -= k == len(X_train) > 1
    return knn_vote(X_train, y_train, X_test, k)


@DRAFT.wrong("labels")
def labels_as_objects(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the labels as Python objects."""
    return knn_vote(X_train, y_train, X_test, k).astype(object)


@DRAFT.wrong("unmodified")
def shifts_in_place(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Shift the caller's arrays, which changes no distance."""
    X_train -= 1
    X_test -= 1
    return knn_vote(X_train, y_train, X_test, k)


DRAFT.tests(
    Values(
        "small_example",
        "At (2, 2) the nearest row says 0, the two others 9: with k = 3 the answer is 9.",
        small_example,
        demand="majority",
    ),
    Values(
        "one_neighbor",
        "With k = 1 this is 1NN; off-by-one shows here.",
        one_neighbor,
        demand="majority",
    ),
    Values(
        "majorities",
        "Two classes and odd k leave no tie to settle.",
        majorities,
        demand="majority",
    ),
    Values("tied_votes", VOTE_WHY, vote_ties, demand="tied_votes"),
    Values(
        "tied_distances",
        "Which of two equally distant rows is the k-th? A stable sort says: the earlier.",
        distance_ties,
        demand="near_first",
    ),
    Values(
        "all_rows",
        "k = n_train is legal, and argpartition(k) is not.",
        all_rows,
        demand="all_rows",
    ),
    Values(
        "strings_and_nothing",
        "Labels need not be numbers, and there may be no query.",
        strings,
        agree=same_labels,
        demand="labels",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


# ── Twists ──

KNN_MEAN = DRAFT.twist(
    name="knn_mean",
    title="numbers in place of labels",
    opening="Write `knn_mean(X_train, y_train, X_test, k)`.",
    given=("`y_train` are float64 targets.",),
    demands={
        "mean": "Return the mean target of the k neighbors.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "The neighbors are found as before; their targets are averaged.",
        "vectorized": "One fancy index and one mean over the last axis.",
    },
)


@KNN_MEAN.solution("mean")
def knn_mean(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the mean target of the k nearest rows."""
    return np.asarray(
        y_train[neighbors(X_train, X_test, k)].mean(axis=1)
    )


@KNN_MEAN.wrong("mean")
def knn_median(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the median."""
    return np.asarray(
        np.median(y_train[neighbors(X_train, X_test, k)], axis=1)
    )


@KNN_MEAN.wrong("mean")
def mean_of_all(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Forget to choose."""
    return np.full(len(X_test), y_train.mean())


def means(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole targets, of which the oracle sums the right ones."""
    for n in range(2, 9):
        T, X, y = (
            whole(rng, n, 2),
            whole(rng, 3, 2),
            rng.integers(0, 50, n).astype(float),
        )
        k = 1 + n // 2
        yield mean_case(T, y, X, k)
    for n in (8, 60):  # with ties, of which the earlier rows count
        y = rng.integers(0, 50, n).astype(float)
        yield mean_case(
            whole(rng, n, 2, -1, 1), y, whole(rng, 3, 2, -1, 1), 3
        )


def mean_case(T: Array, y: Array, X: Array, k: int) -> Case:
    """Return a case of the twist."""
    best = [ranked(d2)[:k] for d2 in exact_distances(X, T)]
    return Case(
        (T, y, X, k),
        np.array([sum(y.tolist()[i] for i in row) / k for row in best]),
    )


@KNN_MEAN.right("no_loop")
def in_blocks(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Take blocks of 32 queries."""
    parts = [np.zeros(0)]
    for i in range(0, len(X_test), 32):
        parts.append(
            y_train[neighbors(X_train, X_test[i : i + 32], k)].sum(
                axis=1
            )
            / k
        )
    return np.concatenate(parts)


@KNN_MEAN.wrong("no_loop")
def mean_by_mean(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Loop over the queries."""
    return np.array(
        [y_train[row].mean() for row in neighbors(X_train, X_test, k)]
    )


KNN_MEAN.tests(
    Values(
        "mean_of_k",
        "Regression replaces the vote by a mean.",
        means,
        agree=close(),
        demand="mean",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (
            lambda n: (
                many_queries(n)[0],
                np.arange(8.0),
                many_queries(n)[2],
                3,
            ),
        ),
        demand="no_loop",
    ),
)


WEIGHTED_VOTE = DRAFT.twist(
    name="weighted_vote",
    title="nearer neighbors count more",
    opening="Same signature.",
    demands={
        "weights": "Every neighbor now votes with the weight 1/‖x − t‖ (the distance, not its square).",
        "coincident": "If any neighbor is at distance 0, only those at distance 0 vote, with equal weights.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Coincident rows outvote all others; the rest weigh by 1/d.",
        "vectorized": "Weights of shape (n_test, k), one comparison and one sum.",
    },
)


@WEIGHTED_VOTE.solution("weights")
def weighted_vote(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Let neighbors vote by 1/distance; a distance of 0 decides."""
    near = neighbors(X_train, X_test, k)
    difference = X_test[:, None, :] - X_train[near]  # (n_test, k, d)
    d = np.sqrt((difference * difference).sum(axis=2))
    hit = (d == 0).any(axis=1, keepdims=True)
    weight = np.where(hit, d == 0, 1 / np.where(d == 0, 1, d))
    labels = y_train[near]
    same = labels[:, :, None] == labels[:, None, :]
    votes = (same * weight[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@WEIGHTED_VOTE.wrong("coincident")
def infinite_weight(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Divide by zero: 0 · ∞ is NaN, and argmax takes NaN for the largest."""
    near = neighbors(X_train, X_test, k)
    d = np.sqrt(((X_test[:, None, :] - X_train[near]) ** 2).sum(axis=2))
    labels = y_train[near]
    votes = (
        (labels[:, :, None] == labels[:, None, :]) * (1 / d)[:, None, :]
    ).sum(axis=2)
    last = k - 1 - votes[:, ::-1].argmax(axis=1)
    place = np.where((d == 0).any(axis=1), last, votes.argmax(axis=1))
    return np.asarray(labels[np.arange(len(labels)), place])


@WEIGHTED_VOTE.wrong("coincident")
def a_little_added(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Add a small number to the distance, so that nothing is divided by zero."""
    near = neighbors(X_train, X_test, k)
    d = np.sqrt(((X_test[:, None, :] - X_train[near]) ** 2).sum(axis=2))
    labels = y_train[near]
    same = labels[:, :, None] == labels[:, None, :]
    votes = (same / (d + 1e-12)[:, None, :]).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@WEIGHTED_VOTE.wrong("weights")
def squared_weight(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Weigh by 1/distance²."""
    near = neighbors(X_train, X_test, k)
    d2 = ((X_test[:, None, :] - X_train[near]) ** 2).sum(axis=2)
    labels = y_train[near]
    weight = np.where(
        (d2 == 0).any(axis=1, keepdims=True),
        d2 == 0,
        1 / np.where(d2 == 0, 1, d2),
    )
    votes = (
        (labels[:, :, None] == labels[:, None, :]) * weight[:, None, :]
    ).sum(axis=2)
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


def weighted_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Give weights that decide against the majority, and for it."""
    zero = np.zeros((1, 1))
    rows = np.array([[1.0], [3.0], [4.0]])
    yield Case(
        (rows, np.array([7, 8, 8]), zero, 3), np.array([7])
    )  # 1 against 1/3 + 1/4
    rows = np.array([[2.0], [3.0], [4.0]])
    yield Case(
        (rows, np.array([7, 8, 8]), zero, 3), np.array([8])
    )  # 1/2 against 7/12
    rows = np.array([[9.0], [2.0], [-2.0]])
    yield Case(
        (rows, np.array([1, 8, 5]), zero, 2), np.array([8])
    )  # a tie, to the earlier row
    for n in (6, 9, 12):
        y = labels(n)
        for k in (2, 4, n):
            X, places = (
                whole(rng, 6, 2, 0, 9),
                rng.permutation(np.arange(10, 10 + 3 * n, 3)),
            )
            T = np.column_stack([places, np.zeros(n)]).astype(float)
            X[:, 1] = (
                0.0  # on a line, where distances are whole numbers
            )
            yield from clear_votes(T, y, X, k)
    yield from clear_votes(
        3 * TEMPLATES, np.array([4, 1, 4]), QUERIES + 40, 2
    )
    yield from clear_votes(
        -3 * TEMPLATES, np.array([4, 1, 4]), QUERIES - 40, 3
    )


def clear_votes(T: Array, y: Array, X: Array, k: int) -> Iterator[Case]:
    """Give the queries at which one label has more of the weight by more than rounding."""
    kept, want = [], []
    for x, d2 in zip(X, exact_distances(X, T), strict=True):
        votes: dict[Any, float] = {}
        near = ranked(d2)[:k]
        if d2[near[0]] == 0 or (
            k < len(d2) and d2[ranked(d2)[k]] == d2[near[-1]]
        ):
            continue
        for i in near:
            votes[y[i]] = votes.get(y[i], 0.0) + 1 / math.sqrt(d2[i])
        best = sorted(votes.values())
        if len(best) == 1 or best[-1] - best[-2] > 1e-6:
            kept.append(x)
            want.append(max(votes, key=lambda label: votes[label]))
    if kept:
        yield Case(
            (T, y, np.array(kept), k), np.array(want, dtype=y.dtype)
        )


def hits(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries that coincide with a row."""
    rows = np.array([[0.0], [1.0], [1.0]])
    yield Case(
        (rows, np.array([7, 8, 8]), np.zeros((1, 1)), 3), np.array([7])
    )
    rows = np.array([[0.0], [0.0], [0.0], [1.0]])
    yield Case(
        (rows, np.array([7, 8, 8, 9]), np.zeros((1, 1)), 4),
        np.array([8]),
    )
    rows = np.array(
        [[0.0], [2.0], [2.5], [9.0]]
    )  # one query hits, the others do not
    X = np.array([[2.25], [0.0], [2.0], [8.0]])
    yield Case(
        (rows, np.array([7, 8, 8, 9]), X, 3), np.array([8, 7, 8, 9])
    )
    rows = np.array(
        [[2.0], [3.0], [-4.0], [50.0]]
    )  # 1/2 against 7/12, beside a hit
    yield Case(
        (rows, np.array([7, 8, 8, 9]), np.array([[0.0], [50.0]]), 3),
        np.array([8, 9]),
    )
    rows = np.array(
        [[0.0], [0.25], [-0.25]]
    )  # 1/d is 4: a hit must not count as 1
    yield Case(
        (rows, np.array([7, 8, 8]), np.zeros((1, 1)), 3), np.array([7])
    )
    rows = np.array(
        [[0.0], [2.0**-60], [-(2.0**-60)]]
    )  # nor as 1/ε, with an ε that one adds
    yield Case(
        (rows, np.array([7, 8, 8]), np.zeros((1, 1)), 3), np.array([7])
    )


@WEIGHTED_VOTE.right("coincident", "no_loop")
def neighbor_after_neighbor(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Add the neighbors' weights up one after the other."""
    near = neighbors(X_train, X_test, k)
    d = np.linalg.norm(X_test[:, None] - X_train[near], axis=2)
    d = np.where(
        d.min(axis=1, keepdims=True) > 0,
        d,
        np.where(d > 0, np.inf, 1.0),
    )
    labels, votes = y_train[near], np.zeros(d.shape)
    for j in range(k):
        votes += (labels == labels[:, j : j + 1]) / d[:, j : j + 1]
    return np.asarray(
        labels[np.arange(len(labels)), votes.argmax(axis=1)]
    )


@WEIGHTED_VOTE.wrong("no_loop")
def vote_by_vote(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Loop over the queries."""
    winners = [
        weighted_vote(X_train, y_train, x[None], k)[0] for x in X_test
    ]
    return np.array(winners, dtype=y_train.dtype)


WEIGHTED_VOTE.wrong("weights")(knn_vote)
WEIGHTED_VOTE.tests(
    Values(
        "weights_decide",
        "The weights are of the distance, whose unit is that of the features.",
        weighted_cases,
        agree=same_labels,
        demand="weights",
    ),
    Values(
        "coincident_rows",
        "1/0 is infinite, and ∞ · 0 is NaN: distance 0 needs its own rule.",
        hits,
        agree=same_labels,
        demand="coincident",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
