"""The drill `three_layer_net`: class probabilities by an affine layer, a softmax and a readout."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections.abc import Iterator

import numpy as np

from nnlib.practice.checks import Case, Cube, Loops, Values
from nnlib.practice.compare import close
from nnlib.practice.inputs import (
    QUERIES,
    TEMPLATES,
    Array,
    exact_distances,
    labels,
    ranked,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="three_layer_net",
    title="1NN as a network of three layers",
    minutes=15,
    difficulty="medium",
    origin="The article K Nearest Neighbor as a Neural Network (2020), and part 2 of the question.",
    chapter="iris",
    opening="Write `three_layer_net(X_train, y_train, X_test, temperature)`.",
    given=(
        (
            "`X_train` (n_train, d) and `X_test` (n_test, d) hold float64 numbers, `y_train` "
            "(n_train,) integer or string labels; `temperature` ≥ 0; n_train ≥ 1."
        ),
    ),
    demands={
        "probabilities": (
            "Return class probabilities, float64, shape (n_test, n_classes), a column for each "
            "distinct label: every training row votes for its label with the weight softmax(−‖x −"
            " t‖² / temperature), taken over the training rows."
        ),
        "columns": "The columns are in the sorted order of the labels, integers or strings.",
        "zero": "At temperature 0 all weight goes to the nearest row.",
        "earliest": "Of equally near rows it goes to that with the smallest index.",
        "finite": (
            "No overflow and no 0/0, however far the rows are from the origin and however small "
            "the temperature."
        ),
        "empty": "n_test may be 0.",
        "no_loop": "No Python loop over the rows.",
        "no_cube": "n_test × n_train × d numbers at a time are too many (this is reported).",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1.0, 1], [4, 2], [2, 5]]), np.array(["A", "B", "B"])
X = np.array([[2.0, 2], [4, 4]])
three_layer_net(T, y, X, 0)  # array([[1., 0.], [0., 1.]])
p = three_layer_net(T, y, X, 5.0)
p.round(2)  # array([[0.52, 0.48], [0.03, 0.97]])
""",
    remark="Probabilities are compared to nine digits, on whole numbers.",
    reported={"memory": "informative"},
    clarifying=(
        Question(
            "In which order are the classes?",
            "Sorted, as np.unique gives them.",
        ),
        Question(
            "What does temperature 0 mean?",
            "1NN: all weight to the first nearest row.",
        ),
        Question(
            "Does τ divide distances or squared distances?",
            "Squared distances.",
        ),
        Question(
            "Must the weights be trained?",
            "No: 2T, −‖t‖² and one-hot labels.",
        ),
    ),
    hints=(
        "Softmax of −‖x − t‖²/τ does not change if ‖x‖² is added to all scores of a query.",
        "Scores s = 2x·t − ‖t‖²; subtract the row maximum, then divide by τ; a one-hot matrix "
        "`np.eye(len(classes))[codes]` turns weights over rows into weights over classes.",
        "`classes, codes = np.unique(y_train, return_inverse=True)`, `e = np.exp((s - s.max(axis=1, "
        "keepdims=True)) / temperature)`, and for τ = 0 a one at `s.argmax(axis=1)`.",
    ),
    stub='''\
import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    """Return class probabilities (n_test, n_classes), in order."""
    raise NotImplementedError
''',
    rubric=(
        "derives layer 1 with weights and bias and their shapes",
        "says why dropping ‖x‖² leaves the softmax unchanged",
        "computes the softmax stably",
        "treats τ = 0 separately, and says what happens at a tie",
        "explains the readout as a matrix product with one-hot labels",
        "counts the weights: n_train · (d + 1) + n_train · n_classes",
    ),
    follow_ups=(
        Question(
            "With τ = 1, does the network agree with 1NN?",
            "Not in general: several farther rows of another class can outvote the nearest. τ has the "
            "unit of a squared distance; τ < g/ln n is enough, with g the gap to the nearest row of "
            "another label.",
        ),
        Question(
            "How is this related to attention?",
            "It is attention with keys 2t, a bias for their norms, and one-hot labels as values.",
        ),
        Question(
            "Could the templates be learned?",
            "Yes: the loss is differentiable in T for τ > 0; W = 2T and b = −‖t‖² move together.",
        ),
    ),
    aloud={
        "correct": "Scores, softmax, one-hot: at τ = 0 this is 1NN, ties included.",
        "vectorized": "Two matrix products with a softmax between them.",
        "memory": "No array is larger than n_test × n_train.",
    },
)


@DRAFT.solution("probabilities", "finite", "no_loop", "unmodified")
def three_layer_net(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Return class probabilities (n_test, n_classes), in order."""
    # Layer 1: s = 2x·t − ‖t‖² is −‖x − t‖² up to ‖x‖².
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    # Layer 2: softmax over the training rows, or its hard version.
    if temperature == 0:
        weights = np.zeros_like(s)
        weights[np.arange(len(s)), s.argmax(axis=1)] = 1
    else:
        e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
        weights = e / e.sum(axis=1, keepdims=True)
    # Layer 3: one-hot labels as a matrix.
    classes, codes = np.unique(y_train, return_inverse=True)
    return np.asarray(weights @ np.eye(len(classes))[codes])


@DRAFT.right("columns", "zero", "earliest", "empty", "no_cube")
def from_distances(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Start from the distances, and add weights up class by class."""
    d2 = np.zeros((len(X_test), len(X_train)))
    for j in range(X_train.shape[1]):
        d2 += (X_test[:, j, None] - X_train[:, j]) ** 2
    above = d2 - d2.min(axis=1, keepdims=True)
    if temperature > 0:
        w = np.exp(-above / temperature)
    else:
        w = (
            np.arange(len(X_train)) == d2.argmin(axis=1)[:, None]
        ) * 1.0
    w /= w.sum(axis=1, keepdims=True)
    return np.stack(
        [w[:, y_train == c].sum(axis=1) for c in np.unique(y_train)],
        axis=1,
    )


@DRAFT.wrong("probabilities")
def no_bias(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Leave ‖t‖² out of the scores."""
    return read_out(2 * X_test @ X_train.T, y_train, temperature)


@DRAFT.wrong("probabilities")
def half_scores(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Take x·t − ½‖t‖², which is softmax at twice the temperature."""
    s = X_test @ X_train.T - (X_train * X_train).sum(axis=1) / 2
    return read_out(s, y_train, temperature)


@DRAFT.wrong("probabilities")
def as_lambda(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Multiply by the temperature."""
    inverse = 1 / temperature if temperature else 0
    return three_layer_net(X_train, y_train, X_test, inverse)


@DRAFT.wrong("finite")
def unshifted(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Exponentiate the scores as they are."""
    if temperature == 0:
        return three_layer_net(X_train, y_train, X_test, 0)
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    e = np.exp(s / temperature)
    classes, codes = np.unique(y_train, return_inverse=True)
    return np.asarray(
        e / e.sum(axis=1, keepdims=True) @ np.eye(len(classes))[codes]
    )


@DRAFT.wrong("earliest")
def shares_ties(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Take the limit of the softmax at temperature 0, which shares the weight at a tie."""
    if temperature > 0:
        return three_layer_net(X_train, y_train, X_test, temperature)
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    top = (s == s.max(axis=1, keepdims=True)) * 1.0
    classes, codes = np.unique(y_train, return_inverse=True)
    share: Array = top / top.sum(axis=1, keepdims=True)
    return np.asarray(share @ np.eye(len(classes))[codes])


@DRAFT.wrong("columns")
def in_order_of_appearance(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Order the classes as they appear."""
    _, first = np.unique(y_train, return_index=True)
    p = three_layer_net(X_train, y_train, X_test, temperature)
    return p[:, np.argsort(first)]


@DRAFT.wrong("probabilities")
def mean_vote(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Average the weights of a class, which takes the size of the class out of its vote."""
    p = three_layer_net(X_train, y_train, X_test, temperature)
    if temperature == 0:
        return p
    _, counts = np.unique(y_train, return_counts=True)
    q: Array = p / counts
    return np.asarray(q / q.sum(axis=1, keepdims=True))


@DRAFT.wrong("probabilities")
def over_queries(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Sum over the wrong axis."""
    if temperature == 0:
        return three_layer_net(X_train, y_train, X_test, 0)
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    if len(s) == 0:
        return three_layer_net(X_train, y_train, X_test, temperature)
    e = np.exp((s - s.max(axis=0)) / temperature)
    classes, codes = np.unique(y_train, return_inverse=True)
    return np.asarray(e / e.sum(axis=0) @ np.eye(len(classes))[codes])


@DRAFT.wrong("no_loop")
def query_by_query(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Loop over the queries."""
    if len(X_test) == 0:
        return three_layer_net(X_train, y_train, X_test, temperature)
    return np.vstack(
        [
            three_layer_net(X_train, y_train, x[None], temperature)
            for x in X_test
        ]
    )


def read_out(s: Array, y_train: Array, temperature: float) -> Array:
    """Return layers 2 and 3 behind given scores."""
    if temperature == 0:
        weights = np.eye(s.shape[1])[s.argmax(axis=1)]
    else:
        e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
        weights = e / e.sum(axis=1, keepdims=True)
    classes, codes = np.unique(y_train, return_inverse=True)
    return np.asarray(weights @ np.eye(len(classes))[codes])


def oracle(T: Array, y: Array, X: Array, temperature: float) -> Array:
    """Return the probabilities from exact distances, one query and one row at a time."""
    classes = sorted(set(y.tolist()))
    result = np.zeros((len(X), len(classes)))
    for i, d2 in enumerate(exact_distances(X, T)):
        if temperature == 0:
            result[i, classes.index(y.tolist()[ranked(d2)[0]])] = 1
            continue
        e = [
            math.exp(-float(value - min(d2)) / temperature)
            for value in d2
        ]
        for weight, label in zip(e, y.tolist(), strict=True):
            result[i, classes.index(label)] += weight / math.fsum(e)
    return result


def case(T: Array, y: Array, X: Array, temperature: float) -> Case:
    """Return a case."""
    return Case((T, y, X, temperature), oracle(T, y, X, temperature))


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the book's three templates, two of one class, at three temperatures."""
    for tau in (3.0, 1.0, 50.0):
        yield case(
            TEMPLATES.copy(),
            np.array([0, 1, 1]),
            QUERIES[:2].copy(),
            tau,
        )


def in_order(y: Array) -> Array:
    """Return labels renamed in the order in which they appear."""
    _, first, codes = np.unique(
        y, return_index=True, return_inverse=True
    )
    return np.asarray(first.argsort().argsort()[codes])


def many(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers, classes of different sizes, several temperatures."""
    for n, m, d, k in rng.integers(1, 7, (20, 4)).tolist():
        y = in_order(rng.integers(0, k, n))
        yield case(
            whole(rng, n, d),
            y,
            whole(rng, m, d),
            float(rng.choice([0.5, 7, 100])),
        )


def label_order(rng: np.random.Generator) -> Iterator[Case]:
    """Give labels whose sorted order is not that of appearance."""
    yield case(
        TEMPLATES.copy(), np.array(["b", "c", "a"]), QUERIES.copy(), 5.0
    )
    yield case(
        TEMPLATES.copy(), np.array([7, -2, 7]), QUERIES.copy(), 5.0
    )


def hard(rng: np.random.Generator) -> Iterator[Case]:
    """Give temperature 0, without ties."""
    yield case(
        TEMPLATES.copy(), np.array([0, 1, 0]), QUERIES[:2].copy(), 0.0
    )
    yield case(
        TEMPLATES.copy(), np.array([0, 1, 2]), QUERIES[:2].copy(), 0.0
    )


def hard_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give temperature 0 at a tie."""
    rows = np.array([[5.0], [0.0], [2.0]])
    yield case(rows, np.array([0, 1, 0]), np.array([[1.0]]), 0.0)
    yield case(
        TEMPLATES.copy(), np.array([0, 1, 1]), QUERIES[2:].copy(), 0.0
    )
    for n in (6, 48, 100):
        yield case(
            whole(rng, n, 2, -1, 1),
            in_order(labels(n)),
            whole(rng, 4, 2, -1, 1),
            0.0,
        )


def far(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows far from the origin, and small temperatures."""
    y = np.array([0, 1, 1])
    yield case(TEMPLATES + 1000, y, QUERIES + 1000, 3.0)
    yield case(TEMPLATES.copy(), y, QUERIES[:2] + 60, 0.01)


def empty(rng: np.random.Generator) -> Iterator[Case]:
    """Give no query."""
    yield Case(
        (
            TEMPLATES.copy(),
            np.array([0, 1, 1]),
            QUERIES[:0].copy(),
            1.0,
        ),
        np.zeros((0, 2)),
    )


def many_queries(n: int) -> tuple[Array, Array, Array, float]:
    """Return n queries and few templates."""
    rng = np.random.default_rng(n)
    return whole(rng, 8, 2), labels(8), whole(rng, n, 2), 2.0


def many_rows(n: int) -> tuple[Array, Array, Array, float]:
    """Return n templates and few queries."""
    rng = np.random.default_rng(n)
    return whole(rng, n, 2), labels(n), whole(rng, 8, 2), 2.0


def of_size(
    n: int, m: int, d: int
) -> tuple[Array, Array, Array, float]:
    """Return n queries and m templates of d features."""
    rng = np.random.default_rng(d)
    return whole(rng, m, d), np.arange(m) % 3, whole(rng, n, d), 2.0


COST_WHY = "Three layers are two matrix products and a softmax between them, for all queries at once."


@DRAFT.wrong("zero")
def nearly_zero(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Put a small temperature in place of 0, except at ties."""
    if temperature > 0:
        return three_layer_net(X_train, y_train, X_test, temperature)
    hard = three_layer_net(X_train, y_train, X_test, 0)
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    tied = (s == s.max(axis=1, keepdims=True)).sum(axis=1) > 1
    return (
        hard
        if tied.any()
        else three_layer_net(X_train, y_train, X_test, 0.25)
    )


@DRAFT.wrong("empty")
def needs_a_query(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Stack blocks, of which an empty test set has none."""
    starts = range(0, len(X_test), 64)
    blocks = [
        three_layer_net(
            X_train, y_train, X_test[i : i + 64], temperature
        )
        for i in starts
    ]
    return np.vstack(blocks)


@DRAFT.wrong("no_cube")
def cube(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Subtract all pairs at once."""
    d2 = ((X_test[:, None] - X_train) ** 2).sum(axis=2)
    return read_out(-d2, y_train, temperature)


@DRAFT.wrong("unmodified")
def shifts_in_place(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Shift the caller's arrays, which changes no distance."""
    X_train -= 1
    X_test -= 1
    return three_layer_net(X_train, y_train, X_test, temperature)


DRAFT.tests(
    Values(
        "small_example",
        "Distances 2, 4, 9 at the query (2, 2): e⁻² against e⁻⁴ + e⁻⁹, over τ.",
        small_example,
        agree=close(),
        demand="probabilities",
    ),
    Values(
        "any_shape",
        "Every row votes with its own weight, so that large classes weigh more.",
        many,
        agree=close(),
        demand="probabilities",
    ),
    Values(
        "columns_in_order",
        "Whoever reads column 1 must know its class: np.unique sorts.",
        label_order,
        agree=close(),
        demand="columns",
    ),
    Values(
        "zero_temperature",
        "The hard readout has no division by τ to do.",
        hard,
        agree=close(),
        demand="zero",
    ),
    Values(
        "ties_at_zero",
        "The limit of softmax shares the weight at a tie, 1NN gives it to the first: the statement "
        "asks for 1NN.",
        hard_ties,
        agree=close(),
        demand="earliest",
    ),
    Values(
        "far_from_the_origin",
        "Scores grow as ‖t‖², and exp ends at 709: shift by the largest score of the query.",
        far,
        agree=close(),
        demand="finite",
    ),
    Values(
        "empty_test_set",
        "No query, no row, but still all columns.",
        empty,
        agree=close(),
        demand="empty",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
    Cube(
        "no_cube",
        "The affine layer needs no (n_test, n_train, d) array.",
        of_size,
        demand="no_cube",
    ),
)


# ── Twists ──

REGRESSION_NET = DRAFT.twist(
    name="regression_net",
    title="targets that are numbers",
    opening="Write `regression_net(X_train, y_train, X_test, temperature)`.",
    given=("`y_train` are float64 targets.",),
    demands={
        "mean": (
            "Return ŷ (n_test,), their mean under the same weights (at temperature 0 the target "
            "of the nearest row)."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Only the third layer changes: targets in place of one-hot labels.",
        "vectorized": "Two products and a softmax.",
    },
)


@REGRESSION_NET.solution("mean")
def regression_net(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Return the weighted mean of the targets."""
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    if temperature == 0:
        return np.asarray(y_train[s.argmax(axis=1)])
    e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return np.asarray((e @ y_train) / e.sum(axis=1))


@REGRESSION_NET.wrong("mean")
def sum_of_targets(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Forget to divide by the sum of the weights."""
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    return np.asarray(
        np.exp((s - s.max(axis=1, keepdims=True)) / (temperature or 1))
        @ y_train
    )


@REGRESSION_NET.wrong("mean")
def expected_label(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Average class codes in place of targets."""
    p = three_layer_net(X_train, y_train, X_test, temperature)
    return np.asarray(p @ np.arange(p.shape[1]))


def targets(rng: np.random.Generator) -> Iterator[Case]:
    """Give real targets."""
    for n, tau in ((1, 1.0), (3, 4.0), (6, 20.0), (6, 0.0)):
        T = np.unique(whole(rng, n, 2), axis=0)
        X, y = whole(rng, 4, 2), rng.normal(size=len(T)).round(2)
        want = []
        for d2 in exact_distances(X, T):
            if tau == 0:
                want.append(y[ranked(d2)[0]])
                continue
            e = [math.exp(-float(v - min(d2)) / tau) for v in d2]
            want.append(
                math.fsum(
                    a * b for a, b in zip(e, y.tolist(), strict=True)
                )
                / math.fsum(e)
            )
        yield Case((T, y, X, tau), np.array(want))
    rows, far_rows = (
        np.array([[0.0], [2.0], [0.0]]),
        np.array([[1000.0], [1001.0], [-900.0]]),
    )
    y = np.array([7.0, 1.0, 2.0])
    yield Case(
        (rows, y, np.array([[1.0], [0.0]]), 0.0), np.array([7.0, 7.0])
    )
    share = 1 / (1 + math.exp(-1.0))
    means = np.array([share * 7.0 + (1 - share) * 1.0, 2.0])
    yield Case(
        (far_rows, y, np.array([[1000.0], [-900.0]]), 1.0), means
    )


@REGRESSION_NET.right("no_loop")
def in_blocks(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Take blocks of 32 queries."""
    parts = [np.zeros(0)]
    for i in range(0, len(X_test), 32):
        parts.append(
            regression_net(
                X_train, y_train, X_test[i : i + 32], temperature
            )
        )
    return np.concatenate(parts)


@REGRESSION_NET.wrong("no_loop")
def mean_by_mean(
    X_train: Array, y_train: Array, X_test: Array, temperature: float
) -> Array:
    """Loop over the queries."""
    means = [
        regression_net(X_train, y_train, x[None], temperature)[0]
        for x in X_test
    ]
    return np.array(means)


REGRESSION_NET.tests(
    Values(
        "weighted_mean",
        "The third layer is y itself in place of one-hot labels; the weights still sum to 1.",
        targets,
        agree=close(),
        demand="mean",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (*_floats(many_queries(n)),),),
        demand="no_loop",
    ),
)


EFFECTIVE_NEIGHBORS = DRAFT.twist(
    name="effective_neighbors",
    title="how many neighbors vote?",
    opening="Write `effective_neighbors(X_train, X_test, temperature)`.",
    given=("The temperature is positive.",),
    demands={
        "entropy": (
            "Return for each query e^H, where H = −Σ w ln w is the entropy of its weights (0 · ln"
            " 0 counts as 0)."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "The exponential of the entropy is 1 for one winner and n for n equal weights.",
        "vectorized": "The entropy of all queries is one reduction.",
    },
)


@EFFECTIVE_NEIGHBORS.solution("entropy")
def effective_neighbors(
    X_train: Array, X_test: Array, temperature: float
) -> Array:
    """Return e to the entropy of the weights, for each query."""
    s = 2 * X_test @ X_train.T - (X_train * X_train).sum(axis=1)
    below = (s - s.max(axis=1, keepdims=True)) / temperature
    e = np.exp(below)
    total = e.sum(axis=1)
    # −Σ w ln w = ln Σe − Σ e·below / Σe: no logarithm of 0.
    return np.asarray(
        np.exp(np.log(total) - (e * below).sum(axis=1) / total)
    )


@EFFECTIVE_NEIGHBORS.wrong("entropy")
def log_of_zero(
    X_train: Array, X_test: Array, temperature: float
) -> Array:
    """Multiply a weight of 0 by its logarithm."""
    w = three_layer_net(
        X_train, np.arange(len(X_train)), X_test, temperature
    )
    return np.asarray(np.exp(-(w * np.log(w)).sum(axis=1)))


@EFFECTIVE_NEIGHBORS.wrong("entropy")
def in_bits(X_train: Array, X_test: Array, temperature: float) -> Array:
    """Mix bits and e."""
    w = three_layer_net(
        X_train, np.arange(len(X_train)), X_test, temperature
    )
    return np.asarray(
        np.exp(-(w * np.log2(np.where(w > 0, w, 1))).sum(axis=1))
    )


def soft_counts(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries with equal weights, with two alike, and with one that takes all."""
    T = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    yield Case((T, np.zeros((1, 2)), 1.0), np.array([4.0]))
    yield Case((T[:2], np.array([[0.0, 5.0]]), 2.0), np.array([2.0]))
    yield Case(
        (np.array([[0.0], [100.0]]), np.array([[1.0]]), 1.0),
        np.array([1.0]),
    )
    for n, d, tau in ((3, 1, 0.5), (5, 2, 30.0), (4, 3, 100.0)):
        T, X = (
            whole(rng, n, d),
            np.concatenate([whole(rng, 3, d), whole(rng, 1, d) * 100]),
        )
        want = []
        for d2 in exact_distances(X, T):
            e = [math.exp(-float(v - min(d2)) / tau) for v in d2]
            shares = [v / math.fsum(e) for v in e]
            want.append(
                math.exp(
                    math.fsum(w * math.log(1 / w) for w in shares if w)
                )
            )
        yield Case((T, X, tau), np.array(want))


def _floats(
    args: tuple[Array, Array, Array, float],
) -> tuple[Array, Array, Array, float]:
    """Return the arguments with labels as real targets."""
    X_train, y_train, X_test, temperature = args
    return X_train, y_train.astype(float), X_test, temperature


@EFFECTIVE_NEIGHBORS.right("no_loop")
def with_where(
    X_train: Array, X_test: Array, temperature: float
) -> Array:
    """Give a weight of 0 the logarithm 0."""
    w = three_layer_net(
        X_train, np.arange(len(X_train)), X_test, temperature
    )
    return np.asarray(
        np.exp(-(w * np.log(np.where(w > 0, w, 1))).sum(axis=1))
    )


@EFFECTIVE_NEIGHBORS.wrong("no_loop")
def entropy_by_entropy(
    X_train: Array, X_test: Array, temperature: float
) -> Array:
    """Loop over the queries."""
    return np.array(
        [
            effective_neighbors(X_train, x[None], temperature)[0]
            for x in X_test
        ]
    )


EFFECTIVE_NEIGHBORS.tests(
    Values(
        "soft_k",
        "Weights that underflow to 0 must count as 0 · ln 0 = 0, and not become NaN.",
        soft_counts,
        agree=close(),
        demand="entropy",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (many_queries(n)[0], many_queries(n)[2], 2.0),),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
