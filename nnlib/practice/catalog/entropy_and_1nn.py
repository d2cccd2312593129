"""The drill `entropy_and_1nn`: the entropy of the labels, then the nearest row."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.practice.catalog.one_nn import any_shape as nearest_cases
from nnlib.practice.catalog.one_nn import (
    close_calls,
    many_queries,
    many_rows,
    one_nn,
    ties,
)
from nnlib.practice.checks import Args, Case, Loops, Values
from nnlib.practice.compare import Form, same_labels, within
from nnlib.practice.inputs import (
    QUERIES,
    TEMPLATES,
    Array,
    exact_distances,
    labels,
    ranked,
    thinned,
    whole,
)
from nnlib.practice.show import shown
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="entropy_and_1nn",
    title="Label entropy, then 1NN",
    minutes=12,
    difficulty="easy",
    origin="A known variant of the interview question.",
    chapter="neighbors",
    opening="Write `entropy_and_1nn(X_train, y_train, X_test)`.",
    given=(
        (
            "`X_train` (n_train, d), `X_test` (n_test, d): finite numbers; `y_train` (n_train,): "
            "labels; n_train ≥ 1, n_test ≥ 0."
        ),
    ),
    demands={
        "pair": (
            "Return a pair `(entropy, labels)`: the entropy of the training labels in bits, H = "
            "−Σ p log₂ p over the classes that occur, with p their shares, a Python float or NumPy float; "
            "and for every test row the label of its nearest training row, as in `one_nn` "
            "(squared Euclidean distance, dtype of `y_train`)."
        ),
        "names": "Labels may be strings as well as integers.",
        "earliest": "The smallest index of equally near rows counts.",
        "no_loop": "No Python loop over the rows; one over the classes is allowed.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1, 1], [4, 2]]), np.array(["A", "B"])
X = np.array([[2, 2]])
entropy_and_1nn(T, y, X)  # (1.0, array(['A'], dtype='<U1'))
""",
    remark="The entropy is compared to nine digits.",
    clarifying=(
        Question("Bits or nats?", "Bits: logarithms to base 2."),
        Question("Entropy of which labels?", "Of the training labels."),
        Question(
            "What about classes that do not occur?",
            "They count nothing.",
        ),
        Question(
            "Same tie rule as before?", "Yes, the earliest index."
        ),
    ),
    hints=(
        "Which NumPy function gives every distinct label and its count?",
        "p = counts / n; the sum of p · log₂(1/p). Counts from np.unique are never 0.",
        "`_, counts = np.unique(y_train, return_counts=True)`; the second half is `one_nn`.",
    ),
    stub='''\
import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    """Return the entropy of y_train in bits, and the rows' labels."""
    raise NotImplementedError
''',
    rubric=(
        "writes the definition, and says what 0 · log 0 means",
        "uses np.unique and so handles any label",
        "gives the extremes: 0 for one class, log₂ k for k equal ones",
        "connects the halves: what entropy says about how well a guess can do",
    ),
    follow_ups=(
        Question(
            "What does the entropy tell you before you classify?",
            "How uncertain a guess without features is. log₂ k means balanced classes; near 0 means "
            "that always guessing the commonest is hard to beat.",
        ),
        Question(
            "How would you estimate entropy from few samples?",
            "The plug-in estimate is too small on average, by about (classes − 1)/(2n) nats "
            "(Miller and Madow); say so if n is small.",
        ),
        Question(
            "Trees often split by Gini impurity in place of entropy. Why?",
            "Both choose similar splits, and Gini, 1 − Σ p², needs no logarithm. It is the default of "
            "scikit-learn's tree.",
        ),
    ),
    aloud={
        "correct": "Entropy from the shares of the classes that occur; labels by nearest row.",
        "vectorized": "One call of np.unique, one matrix product.",
    },
)


Answer = tuple[float, Array]


@DRAFT.solution("pair", "earliest", "unmodified")
def entropy_and_1nn(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Return the entropy of y_train in bits, and the rows' labels."""
    _, counts = np.unique(
        y_train, return_counts=True
    )  # every count is at least 1
    p = counts / len(y_train)
    entropy = float(
        (p * np.log2(1 / p)).sum()
    )  # log₂ 1/p ≥ 0: a single class gives 0, not −0
    T, X = X_train.astype(np.float64), X_test.astype(np.float64)
    return entropy, y_train[
        ((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)
    ]


@DRAFT.right("pair")
def from_counts(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Use H = log₂ n − Σ c log₂ c / n."""
    _, counts = np.unique(y_train, return_counts=True)
    n = len(y_train)
    entropy = np.log2(n) - (counts * np.log2(counts)).sum() / n
    return entropy, one_nn(X_train, y_train, X_test)


@DRAFT.right("names")
def from_a_counter(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Count with a Counter, and sum over its few values."""
    n = len(y_train)
    H = sum(
        c / n * math.log2(n / c)
        for c in Counter(y_train.tolist()).values()
    )
    return float(H), one_nn(X_train, y_train, X_test)


@DRAFT.right("no_loop")
def class_by_class(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Loop over the classes."""
    H = 0.0
    for label in np.unique(y_train):
        p = float((y_train == label).mean())
        H += p * math.log2(1 / p)
    return H, one_nn(X_train, y_train, X_test)


@DRAFT.wrong("earliest")
def smallest_label(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Give a tie to the smallest label."""
    order = y_train.argsort(kind="stable")
    return entropy_and_1nn(X_train[order], y_train[order], X_test)


@DRAFT.wrong("pair")
def in_nats(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Take the natural logarithm."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    return H * math.log(2), labels


@DRAFT.wrong("pair")
def wrong_sign(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Forget the minus."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    return -H, labels


@DRAFT.wrong("pair")
def counts_by_number(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Count with bincount, whose empty bins give 0 · log 0."""
    codes = (
        y_train
        if y_train.dtype.kind in "iu" and y_train.min() >= 0
        else None
    )
    if codes is None:
        return entropy_and_1nn(X_train, y_train, X_test)
    p = np.bincount(codes) / len(codes)
    return float(-(p * np.log2(p)).sum()), one_nn(
        X_train, y_train, X_test
    )


@DRAFT.wrong("pair")
def of_the_predictions(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Take the entropy of what was predicted."""
    labels = one_nn(X_train, y_train, X_test)
    if len(labels) == 0:
        return entropy_and_1nn(X_train, y_train, X_test)
    return entropy_and_1nn(X_train, labels, X_test[:0])[0], labels


@DRAFT.wrong("pair")
def entropy_alone(
    X_train: Array, y_train: Array, X_test: Array
) -> float:
    """Return the first of two."""
    return entropy_and_1nn(X_train, y_train, X_test)[0]


@DRAFT.wrong("pair")
def normalized(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Divide by the largest entropy possible."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    classes = len(np.unique(y_train))
    return H / max(1.0, math.log2(classes)), labels


@DRAFT.wrong("no_loop")
def counted_in_python(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Count labels in a loop."""
    counts: dict[Any, int] = {}
    for label in y_train.tolist():
        counts[label] = counts.get(label, 0) + 1
    H = sum(
        c / len(y_train) * math.log2(len(y_train) / c)
        for c in counts.values()
    )
    return H, one_nn(X_train, y_train, X_test)


def entropy(labels: list[Any]) -> float:
    """Return the entropy of a list, for the oracle."""
    n = len(labels)
    return math.fsum(
        c / n * math.log2(n / c) for c in Counter(labels).values()
    )


def agree(got: Any, want: Any) -> str:
    """Ask for a number and labels."""
    if got is None:
        return Form("it returned None; is a return missing?")
    if not isinstance(got, tuple | list) or len(got) != 2:
        return Form("it should return a pair (entropy, labels)")
    number, labels = got
    if isinstance(number, np.ndarray) or not isinstance(
        number, int | float | np.number
    ):
        return Form(
            f"the entropy should be one number, and is {shown(number)}"
        )
    if not abs(float(number) - want[0]) <= 1e-9:
        return f"the entropy should be {want[0]:.12g}, and is {float(number):.12g}"
    complaint = same_labels(labels, want[1])
    return within("the labels", complaint)


def case(y: Array, X: Array = QUERIES[:2]) -> Case:
    """Return a case on the book's templates, repeated as often as there are labels."""
    T = np.resize(TEMPLATES, (len(y), 2))
    T[3:] += 100  # far from the queries, so that only the labels change
    winners = (
        y[np.array([0, 1])[: len(X)]]
        if len(y) > 1
        else np.repeat(y[:1], len(X))
    )

    def smaller(args: Args) -> Iterator[Case]:
        _, y, X = args
        if len(X) > 1:
            yield case(y, X[:1])
        for kept in thinned(len(y)):
            yield case(y[kept], X)

    def facts(args: Args) -> str:
        counts = Counter(args[1].tolist())
        return "counts: " + ", ".join(
            f"{n} of label {label!r}" for label, n in counts.items()
        )

    return Case(
        (T, y, X.copy()), (entropy(y.tolist()), winners), smaller, facts
    )


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give one label against two."""
    yield case(np.array([0, 1, 1]))


def balanced(rng: np.random.Generator) -> Iterator[Case]:
    """Give shares of one half, one quarter, one eighth."""
    for k in (2, 4, 8):
        yield case(np.arange(k))
    yield case(np.array([1, 1, 1, 1, 2, 2, 3, 4]))


def one_class(rng: np.random.Generator) -> Iterator[Case]:
    """Give a single class."""
    yield case(np.array([5, 5, 5, 5]))
    yield case(np.array([5]))


def gaps(rng: np.random.Generator) -> Iterator[Case]:
    """Give labels with gaps between them, and negative ones."""
    yield case(np.array([3, 9, 9, 3, 50]))
    yield case(np.array([-1, 1, -1]))


def strings(rng: np.random.Generator) -> Iterator[Case]:
    """Give strings, and no query."""
    y = np.array(["a", "b", "b", "c"])
    yield case(y)
    yield case(y, QUERIES[:0])


def with_entropy(found: Case) -> Case:
    """Turn a case of `one_nn` into one of this drill."""

    def smaller(args: Args) -> Iterator[Case]:
        return map(
            with_entropy, found.smaller(args) if found.smaller else ()
        )

    want = entropy(found.args[1].tolist()), found.want
    return Case(found.args, want, smaller, found.facts)


def predictions(rng: np.random.Generator) -> Iterator[Case]:
    """Give the cases of `one_nn`."""
    yield from map(with_entropy, nearest_cases(rng))
    yield from map(with_entropy, close_calls(rng))


def tied(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties."""
    return map(with_entropy, ties(rng))


COST_WHY = "np.unique counts all labels at once, and one product scores all pairs."


@DRAFT.wrong("names")
def integers_only(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Count labels as integers."""
    codes = y_train.astype(int)
    return entropy_and_1nn(X_train, codes, X_test)


@DRAFT.wrong("unmodified")
def sorts_the_labels(
    X_train: Array, y_train: Array, X_test: Array
) -> Answer:
    """Sort the caller's labels to count them."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    y_train[::-1].sort()
    y_train.sort()
    return H, labels


DRAFT.tests(
    Values(
        "small_example",
        "Shares ⅓ and ⅔: 0.918 bits.",
        small_example,
        agree=agree,
        demand="pair",
    ),
    Values(
        "powers_of_two",
        "k equally frequent classes have log₂ k bits.",
        balanced,
        agree=agree,
        demand="pair",
    ),
    Values(
        "one_class",
        "A single class holds no information: 0 bits.",
        one_class,
        agree=agree,
        demand="pair",
    ),
    Values(
        "labels_with_gaps",
        "A class that does not occur must count 0, and 0 · log 0 is NaN in NumPy.",
        gaps,
        agree=agree,
        demand="pair",
    ),
    Values(
        "strings_and_nothing",
        "Labels are names.",
        strings,
        agree=agree,
        demand="names",
    ),
    Values(
        "any_shape",
        "The second part is 1NN as before.",
        predictions,
        agree=agree,
        demand="pair",
    ),
    Values(
        "first_of_equals",
        "The earliest of equally near rows wins.",
        tied,
        agree=agree,
        demand="earliest",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


# ── Twists ──

INFORMATION_GAIN = DRAFT.twist(
    name="information_gain",
    title="the gain of a split",
    opening="Write `information_gain(y, goes_left)`.",
    demands={
        "gain": (
            "Return by how many bits the entropy of the labels falls when they are split by the "
            "boolean array `goes_left`, each side weighted by its share. A side may be empty."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Entropy before, minus the weighted entropy of the two sides.",
        "vectorized": "Two masks and three counts.",
    },
)


@INFORMATION_GAIN.solution("gain")
def information_gain(y: Array, goes_left: Array) -> float:
    """Return by how many bits a split lowers the labels' entropy."""

    def bits(labels: Array) -> float:
        _, counts = np.unique(labels, return_counts=True)
        p = counts / max(1, len(labels))
        return float((p * np.log2(1 / p)).sum())

    share = float(goes_left.mean())
    return (
        bits(y)
        - share * bits(y[goes_left])
        - (1 - share) * bits(y[~goes_left])
    )


@INFORMATION_GAIN.wrong("gain")
def unweighted_gain(y: Array, goes_left: Array) -> float:
    """Weigh both sides alike."""
    left, right = (
        entropy(y[goes_left].tolist() or [0]),
        entropy(y[~goes_left].tolist() or [0]),
    )
    return entropy(y.tolist()) - (left + right) / 2


@INFORMATION_GAIN.wrong("gain")
def gain_of_left(y: Array, goes_left: Array) -> float:
    """Forget the right side."""
    return entropy(y.tolist()) - float(goes_left.mean()) * entropy(
        y[goes_left].tolist() or [0]
    )


def one_number(got: Any, want: Any) -> str:
    """Ask for one number."""
    if isinstance(got, np.ndarray) or not isinstance(
        got, int | float | np.number
    ):
        return Form(
            f"it should return one number, and returned {shown(got)}"
        )
    return (
        ""
        if abs(float(got) - want) <= 1e-9
        else f"it should be {want:.12g}, and is {float(got):.12g}"
    )


def splits(rng: np.random.Generator) -> Iterator[Case]:
    """Give perfect, useless, lopsided and empty splits."""
    y = np.array([0, 0, 1, 1])
    yield Case((y, np.array([True, True, False, False])), 1.0)
    yield Case((y, np.array([True, False, True, False])), 0.0)
    yield Case((y, np.array([True, True, True, True])), 0.0)
    y, left = (
        np.array(["a", "b", "b", "a", "c"]),
        np.array([True, False, False, False, False]),
    )
    yield Case(
        (y, left), entropy(y.tolist()) - 4 / 5 * entropy(y[1:].tolist())
    )
    yield Case(
        (y, ~left),
        entropy(y.tolist()) - 4 / 5 * entropy(y[1:].tolist()),
    )
    y, left = (
        np.array(["a", "a", "a", "b", "c", "b"]),
        np.array([True] * 4 + [False] * 2),
    )
    want = (
        entropy(y.tolist())
        - 4 / 6 * entropy(["a", "a", "a", "b"])
        - 2 / 6
    )
    yield Case((y, left), want)


@INFORMATION_GAIN.right("no_loop")
def as_mutual_information(y: Array, goes_left: Array) -> float:
    """Use H(y) + H(side) − H(y, side), looping over the classes."""

    def bits(counts: list[int]) -> float:
        return sum(
            c / len(y) * math.log2(len(y) / c) for c in counts if c
        )

    classes = [y == c for c in np.unique(y)]
    left = [int((of & goes_left).sum()) for of in classes]
    right = [int((of & ~goes_left).sum()) for of in classes]
    both = [a + b for a, b in zip(left, right, strict=True)]
    return (
        bits(both) + bits([sum(left), sum(right)]) - bits(left + right)
    )


@INFORMATION_GAIN.wrong("no_loop")
def split_in_python(y: Array, goes_left: Array) -> float:
    """Split the labels in a loop."""
    sides: tuple[list[Any], list[Any]] = ([], [])
    for label, left in zip(y.tolist(), goes_left.tolist(), strict=True):
        sides[left].append(label)
    rest = sum(len(side) / len(y) * entropy(side) for side in sides)
    return entropy(y.tolist()) - rest


INFORMATION_GAIN.tests(
    Values(
        "weighted_sides",
        "A side counts by its share; an empty side counts nothing.",
        splits,
        agree=one_number,
        demand="gain",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (np.arange(n) % 3, np.arange(n) % 2 == 0),),
        demand="no_loop",
    ),
)


ENTROPY_OF_NEIGHBORS = DRAFT.twist(
    name="entropy_of_neighbors",
    title="how mixed is the neighborhood?",
    opening="Write `entropy_of_neighbors(X_train, y_train, X_test, k)`.",
    given=("The input is float64, and 1 ≤ k ≤ n_train.",),
    demands={
        "local": "Return for each query the entropy, in bits, of the labels of its k nearest rows.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Each neighbor contributes log₂(k/count) / k.",
        "vectorized": "The k labels are compared with each other, for all queries at once.",
    },
)


@ENTROPY_OF_NEIGHBORS.solution("local")
def entropy_of_neighbors(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return for each query its k nearest labels' entropy in bits."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = y_train[reduced.argsort(axis=1, kind="stable")[:, :k]]
    same = (near[:, :, None] == near[:, None, :]).sum(
        axis=2
    )  # how often each label occurs
    # Each of the k stands for 1/k of the sum of p log₂ 1/p.
    return np.asarray(np.log2(k / same).mean(axis=1))


@ENTROPY_OF_NEIGHBORS.wrong("local")
def squared_shares(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the Gini impurity."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = y_train[reduced.argsort(axis=1, kind="stable")[:, :k]]
    same = (near[:, :, None] == near[:, None, :]).sum(axis=2)
    return np.asarray(1 - same.mean(axis=1) / k)


@ENTROPY_OF_NEIGHBORS.wrong("local")
def of_all_labels(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Return the entropy of all training labels for each query."""
    return np.full(len(X_test), entropy(y_train.tolist()))


def neighborhoods(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries on a line."""
    T = np.arange(6.0)[:, None]
    y = np.array([0, 0, 1, 2, 1, 1])
    X = np.array([[-1.0], [9.0]])
    for k in (1, 2, 3, 6):
        want = [entropy(y[:k].tolist()), entropy(y[::-1][:k].tolist())]
        yield Case((T, y, X, k), np.array(want))
    for n, d, k in (
        (7, 2, 3),
        (9, 3, 5),
        (60, 2, 4),
    ):  # ties among them
        T, X, y = (
            whole(rng, n, d, -2, 2),
            whole(rng, 4, d, -2, 2),
            labels(n),
        )
        rows = [
            y[ranked(d2)[:k]].tolist() for d2 in exact_distances(X, T)
        ]
        yield Case(
            (T, y, X, k), np.array([entropy(row) for row in rows])
        )


def near(got: Any, want: Any) -> str:
    """Ask for close values."""
    if not isinstance(got, np.ndarray) or got.shape != want.shape:
        return Form(f"it should return an array of shape {want.shape}")
    return (
        "" if np.allclose(got, want, atol=1e-9) else "the values differ"
    )


@ENTROPY_OF_NEIGHBORS.right("no_loop")
def class_after_class(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Add the classes' terms up one after the other."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = y_train[reduced.argsort(axis=1, kind="stable")[:, :k]]
    bits = np.zeros(len(X_test))
    for c in np.unique(y_train):
        p = (near == c).mean(axis=1)
        bits -= p * np.log2(np.where(p > 0, p, 1))
    return bits


@ENTROPY_OF_NEIGHBORS.wrong("no_loop")
def neighborhood_by_neighborhood(
    X_train: Array, y_train: Array, X_test: Array, k: int
) -> Array:
    """Loop over the queries."""
    bits = [
        entropy_of_neighbors(X_train, y_train, x[None], k)[0]
        for x in X_test
    ]
    return np.array(bits)


ENTROPY_OF_NEIGHBORS.tests(
    Values(
        "local_entropy",
        "0 where the neighbors agree, log₂ k where all differ.",
        neighborhoods,
        agree=near,
        demand="local",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (*many_queries(n), 3),),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
