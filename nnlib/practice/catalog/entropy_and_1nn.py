"""The drill `entropy_and_1nn`: the entropy of the labels, then the nearest row."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.practice.catalog.one_nn import any_shape as nearest_cases
from nnlib.practice.catalog.one_nn import many_queries, many_rows, one_nn, ties
from nnlib.practice.checks import Case, Loops, Values
from nnlib.practice.compare import same_labels
from nnlib.practice.drill import Drill, Question, Task, Wrong
from nnlib.practice.inputs import QUERIES, TEMPLATES, Array
from nnlib.practice.show import shown

STATEMENT = """\
Write `entropy_and_1nn(X_train, y_train, X_test)`.

- `X_train` (n_train, d), `X_test` (n_test, d): finite numbers; `y_train` (n_train,): integer or string labels; n_train ≥ 1, n_test ≥ 0.
- Return a pair `(entropy, labels)`:
  - `entropy`: a Python float or NumPy float, the entropy of the training labels in bits, H = −Σ p log₂ p over the classes that occur, with p their shares;
  - `labels`: for every test row the label of its nearest training row, as in `one_nn` (squared Euclidean distance, smallest index of equals, dtype of `y_train`).
- No Python loop over the rows. Do not modify the inputs.

For example:

```python
T, y = np.array([[1, 1], [4, 2]]), np.array(["A", "B"])
entropy_and_1nn(T, y, np.array([[2, 2]]))  # (1.0, array(['A'], dtype='<U1'))
```

Demanded tiers: correct, vectorized. The entropy is compared to nine digits."""

STUB = '''\
import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    """Return the entropy of y_train in bits, and the nearest rows' labels."""
    raise NotImplementedError
'''
Answer = tuple[float, Array]


def entropy_and_1nn(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Return the entropy of y_train in bits, and the nearest rows' labels."""
    _, counts = np.unique(y_train, return_counts=True)  # every count is at least 1
    p = counts / len(y_train)
    entropy = float((p * np.log2(1 / p)).sum())  # log₂ 1/p ≥ 0: a single class gives 0, not −0
    T, X = X_train.astype(np.float64), X_test.astype(np.float64)
    return entropy, y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]


def from_counts(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Use H = log₂ n − Σ c log₂ c / n."""
    _, counts = np.unique(y_train, return_counts=True)
    n = len(y_train)
    entropy = np.log2(n) - (counts * np.log2(counts)).sum() / n
    return entropy, one_nn(X_train, y_train, X_test)


def from_a_counter(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Count with a Counter, and sum over its few values."""
    n = len(y_train)
    H = sum(c / n * math.log2(n / c) for c in Counter(y_train.tolist()).values())
    return float(H), one_nn(X_train, y_train, X_test)


def class_by_class(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Loop over the classes."""
    H = 0.0
    for label in np.unique(y_train):
        p = float((y_train == label).mean())
        H += p * math.log2(1 / p)
    return H, one_nn(X_train, y_train, X_test)


def smallest_label(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Give a tie to the smallest label."""
    order = y_train.argsort(kind="stable")
    return entropy_and_1nn(X_train[order], y_train[order], X_test)


def in_nats(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Take the natural logarithm."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    return H * math.log(2), labels


def wrong_sign(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Forget the minus."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    return -H, labels


def counts_by_number(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Count with bincount, whose empty bins give 0 · log 0."""
    codes = y_train if y_train.dtype.kind in "iu" and y_train.min() >= 0 else None
    if codes is None:
        return entropy_and_1nn(X_train, y_train, X_test)
    p = np.bincount(codes) / len(codes)
    return float(-(p * np.log2(p)).sum()), one_nn(X_train, y_train, X_test)


def of_the_predictions(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Take the entropy of what was predicted."""
    labels = one_nn(X_train, y_train, X_test)
    if len(labels) == 0:
        return entropy_and_1nn(X_train, y_train, X_test)
    return entropy_and_1nn(X_train, labels, X_test[:0])[0], labels


def entropy_alone(X_train: Array, y_train: Array, X_test: Array) -> float:
    """Return the first of two."""
    return entropy_and_1nn(X_train, y_train, X_test)[0]


def normalized(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Divide by the largest entropy possible."""
    H, labels = entropy_and_1nn(X_train, y_train, X_test)
    classes = len(np.unique(y_train))
    return H / max(1.0, math.log2(classes)), labels


def counted_in_python(X_train: Array, y_train: Array, X_test: Array) -> Answer:
    """Count labels in a loop."""
    counts: dict[Any, int] = {}
    for label in y_train.tolist():
        counts[label] = counts.get(label, 0) + 1
    H = sum(c / len(y_train) * math.log2(len(y_train) / c) for c in counts.values())
    return H, one_nn(X_train, y_train, X_test)


def entropy(labels: list[Any]) -> float:
    """Return the entropy of a list, for the oracle."""
    n = len(labels)
    return math.fsum(c / n * math.log2(n / c) for c in Counter(labels).values())


def agree(got: Any, want: Any) -> str:
    """Ask for a number and labels."""
    if got is None:
        return "it returned None; is a return missing?"
    if not isinstance(got, tuple | list) or len(got) != 2:
        return "it should return a pair (entropy, labels)"
    number, labels = got
    if isinstance(number, np.ndarray) or not isinstance(number, int | float | np.number):
        return f"the entropy should be one number, and is {shown(number)}"
    if not abs(float(number) - want[0]) <= 1e-9:
        return f"the entropy should be {want[0]:.6g}, and is {float(number):.6g}"
    complaint = same_labels(labels, want[1])
    return f"the labels: {complaint}" if complaint else ""


def case(y: Array, X: Array = QUERIES[:2]) -> Case:
    """Return a case on the book's templates, repeated as often as there are labels."""
    T = np.resize(TEMPLATES, (len(y), 2))
    T[3:] += 100  # far from the queries, so that only the labels change
    winners = y[np.array([0, 1])[: len(X)]] if len(y) > 1 else np.repeat(y[:1], len(X))
    return Case((T, y, X.copy()), (entropy(y.tolist()), winners))


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
    return Case(found.args, (entropy(found.args[1].tolist()), found.want))


def predictions(rng: np.random.Generator) -> Iterator[Case]:
    """Give the cases of `one_nn`."""
    return map(with_entropy, nearest_cases(rng))


def tied(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties."""
    return map(with_entropy, ties(rng))


COST_WHY = "np.unique counts all labels at once, and one product scores all pairs."


# ── Twists ──


def information_gain(y: Array, goes_left: Array) -> float:
    """Return by how many bits a split lowers the entropy of the labels."""

    def bits(labels: Array) -> float:
        _, counts = np.unique(labels, return_counts=True)
        p = counts / max(1, len(labels))
        return float((p * np.log2(1 / p)).sum())

    share = float(goes_left.mean())
    return bits(y) - share * bits(y[goes_left]) - (1 - share) * bits(y[~goes_left])


def unweighted_gain(y: Array, goes_left: Array) -> float:
    """Weigh both sides alike."""
    left, right = entropy(y[goes_left].tolist() or [0]), entropy(y[~goes_left].tolist() or [0])
    return entropy(y.tolist()) - (left + right) / 2


def gain_of_left(y: Array, goes_left: Array) -> float:
    """Forget the right side."""
    return entropy(y.tolist()) - float(goes_left.mean()) * entropy(y[goes_left].tolist() or [0])


def one_number(got: Any, want: Any) -> str:
    """Ask for one number."""
    if isinstance(got, np.ndarray) or not isinstance(got, int | float | np.number):
        return f"it should return one number, and returned {shown(got)}"
    return (
        ""
        if abs(float(got) - want) <= 1e-9
        else f"it should be {want:.6g}, and is {float(got):.6g}"
    )


def splits(rng: np.random.Generator) -> Iterator[Case]:
    """Give perfect, useless, lopsided and empty splits."""
    y = np.array([0, 0, 1, 1])
    yield Case((y, np.array([True, True, False, False])), 1.0)
    yield Case((y, np.array([True, False, True, False])), 0.0)
    yield Case((y, np.array([True, True, True, True])), 0.0)
    y, left = np.array(["a", "a", "a", "b", "c", "b"]), np.array([True] * 4 + [False] * 2)
    want = entropy(y.tolist()) - 4 / 6 * entropy(["a", "a", "a", "b"]) - 2 / 6
    yield Case((y, left), want)


def entropy_of_neighbors(X_train: Array, y_train: Array, X_test: Array, k: int) -> Array:
    """Return for each query the entropy in bits of its k nearest labels."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = y_train[reduced.argsort(axis=1, kind="stable")[:, :k]]
    same = (near[:, :, None] == near[:, None, :]).sum(axis=2)  # how often each label occurs
    # Each of the k stands for 1/k of the sum of p log₂ 1/p.
    return np.asarray(np.log2(k / same).mean(axis=1))


def squared_shares(X_train: Array, y_train: Array, X_test: Array, k: int) -> Array:
    """Return the Gini impurity."""
    reduced = (X_train * X_train).sum(axis=1) - 2 * X_test @ X_train.T
    near = y_train[reduced.argsort(axis=1, kind="stable")[:, :k]]
    same = (near[:, :, None] == near[:, None, :]).sum(axis=2)
    return np.asarray(1 - same.mean(axis=1) / k)


def of_all_labels(X_train: Array, y_train: Array, X_test: Array, k: int) -> Array:
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


def near(got: Any, want: Any) -> str:
    """Ask for close values."""
    if not isinstance(got, np.ndarray) or got.shape != want.shape:
        return f"it should return an array of shape {want.shape}"
    return "" if np.allclose(got, want, atol=1e-9) else "the values differ"


TWISTS = (
    Task(
        name="information_gain",
        title="the gain of a split",
        statement="Write `information_gain(y, goes_left)`: by how many bits the entropy of the labels "
        "falls when they are split by the boolean array `goes_left`, each side weighted by its "
        "share. A side may be empty.",
        solution=information_gain,
        checks=(
            Values(
                "weighted_sides",
                "A side counts by its share; an empty side counts nothing.",
                splits,
                agree=one_number,
            ),
            Loops(
                "no_loop_over_rows",
                COST_WHY,
                (lambda n: (np.arange(n) % 3, np.arange(n) % 2 == 0),),
            ),
        ),
        wrong=(Wrong(unweighted_gain, "weighted_sides"), Wrong(gain_of_left, "weighted_sides")),
        aloud={
            "correct": "Entropy before, minus the weighted entropy of the two sides.",
            "vectorized": "Two masks and three counts.",
        },
    ),
    Task(
        name="entropy_of_neighbors",
        title="how mixed is the neighborhood?",
        statement="Write `entropy_of_neighbors(X_train, y_train, X_test, k)`: for each query the entropy, "
        "in bits, of the labels of its k nearest rows (float64 input, 1 ≤ k ≤ n_train).",
        solution=entropy_of_neighbors,
        checks=(
            Values(
                "local_entropy",
                "0 where the neighbors agree, log₂ k where all differ.",
                neighborhoods,
                agree=near,
            ),
            Loops("no_loop_over_rows", COST_WHY, (lambda n: (*many_queries(n), 3),)),
        ),
        wrong=(Wrong(squared_shares, "local_entropy"), Wrong(of_all_labels, "local_entropy")),
        aloud={
            "correct": "Each neighbor contributes log₂(k/count) / k.",
            "vectorized": "The k labels are compared with each other, for all queries at once.",
        },
    ),
)

DRILL = Drill(
    name="entropy_and_1nn",
    title="Label entropy, then 1NN",
    minutes=12,
    difficulty="easy",
    origin="A known variant of the interview question.",
    chapter="01_nearest",
    statement=STATEMENT,
    stub=STUB,
    solution=entropy_and_1nn,
    alternatives=(from_counts, from_a_counter, class_by_class),
    wrong=(
        Wrong(in_nats, "small_example"),
        Wrong(wrong_sign, "small_example"),
        Wrong(of_the_predictions, "small_example"),
        Wrong(entropy_alone, "small_example"),
        Wrong(normalized, "powers_of_two"),
        Wrong(counts_by_number, "labels_with_gaps"),
        Wrong(smallest_label, "first_of_equals"),
        Wrong(counted_in_python, "no_loop_over_rows"),
    ),
    checks=(
        Values("small_example", "Shares ⅓ and ⅔: 0.918 bits.", small_example, agree=agree),
        Values(
            "powers_of_two", "k equally frequent classes have log₂ k bits.", balanced, agree=agree
        ),
        Values("one_class", "A single class holds no information: 0 bits.", one_class, agree=agree),
        Values(
            "labels_with_gaps",
            "A class that does not occur must count 0, and 0 · log 0 is NaN in NumPy.",
            gaps,
            agree=agree,
        ),
        Values("strings_and_nothing", "Labels are names.", strings, agree=agree),
        Values("any_shape", "The second part is 1NN as before.", predictions, agree=agree),
        Values("first_of_equals", "The earliest of equally near rows wins.", tied, agree=agree),
        Loops("no_loop_over_rows", COST_WHY, (many_queries, many_rows)),
    ),
    aloud={
        "correct": "Entropy from the shares of the classes that occur; labels by nearest row.",
        "vectorized": "One call of np.unique, one matrix product.",
    },
    clarifying=(
        Question("Bits or nats?", "Bits: logarithms to base 2."),
        Question("Entropy of which labels?", "Of the training labels."),
        Question("What about classes that do not occur?", "They count nothing."),
        Question("Same tie rule as before?", "Yes, the earliest index."),
    ),
    hints=(
        "Which NumPy function gives every distinct label and its count?",
        "p = counts / n; the sum of p · log₂(1/p). Counts from np.unique are never 0.",
        "`_, counts = np.unique(y_train, return_counts=True)`; the second half is `one_nn`.",
    ),
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
    twists=TWISTS,
)
