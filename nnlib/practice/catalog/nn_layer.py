"""The drill `nn_layer`: write down W and b of the layer whose argmax is the nearest row."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from nnlib.practice.checks import Case, Loops, Values
from nnlib.practice.compare import Form, form, within
from nnlib.practice.inputs import (
    QUERIES,
    TEMPLATES,
    Array,
    clear,
    dot,
    exact_nearest,
    nearly_tied,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="nn_layer",
    title="The layer that finds the nearest row",
    minutes=10,
    difficulty="medium",
    origin="The interview question of this book, part 2.",
    chapter="argmax",
    opening="Write `nn_layer(X_train)`.",
    given=(
        "`X_train`: array of shape (n_train, d) of finite numbers, at least one row.",
    ),
    demands={
        "layer": (
            "Return a pair `(W, b)` of arrays of shapes (n_train, d) and (n_train,) such that for"
            " every query x the largest of the scores `W @ x + b` belongs to the training row "
            "nearest to x under squared Euclidean distance."
        ),
        "twins": (
            "Equal training rows must get equal weights and biases, so that the first maximum is "
            "the earliest of them."
        ),
        "precision": (
            "Weights and biases carry float64's digits: rows whose distances differ in the eighth"
            " digit are told apart."
        ),
        "dtypes": "The numbers may be floats, or small integers such as uint8.",
        "no_loop": "No Python loop over the rows.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T = np.array([[1, 1], [4, 2], [2, 5]])
W, b = nn_layer(T)
(W @ np.array([2, 2]) + b).argmax().item()  # 0
(W @ np.array([4, 4]) + b).argmax().item()  # 1
""",
    remark=(
        "Any right pair passes, whatever its positive scale: the judge looks at the argmax, and "
        "at whether equal rows have equal weights. It evaluates your scores in float64, term by term in a fixed order, at queries"
        " whose nearest row is clear."
    ),
    clarifying=(
        Question(
            "Literal layers of a framework, or explicit W and b?",
            "Explicit arrays, in NumPy.",
        ),
        Question(
            "Which shape for W?",
            "(n_train, d), one row a unit, so that scores are W x + b.",
        ),
        Question(
            "Does the scale matter?",
            "Not for the argmax. For a softmax behind it, it does.",
        ),
        Question(
            "May I look at the labels?",
            "You do not need them: the readout comes after.",
        ),
    ),
    hints=(
        "Which part of ‖x − t‖² differs between two training rows at the same query?",
        "Change the sign, so that the smallest distance becomes the largest score: 2x·t − ‖t‖². "
        "What multiplies x, and what does not?",
        "`W = 2 * T` and `b = -(T * T).sum(axis=1)`, with T in float64.",
    ),
    stub='''\
import numpy as np


def nn_layer(X_train):
    """Return W and b: argmax(W @ x + b) is the row nearest to x."""
    raise NotImplementedError
''',
    rubric=(
        "goes from argmin of the distance to argmax of an affine score in two lines",
        "says why ‖x‖² may be dropped: it is constant across the candidates",
        "gives shapes: W (n_train, d), b (n_train,)",
        "says that the weights are set, not trained: the layer memorizes the data",
        "knows that the scale is free for argmax and is a temperature for softmax",
    ),
    follow_ups=(
        Question(
            "What comes after the layer to get a label?",
            "A one-hot of the winning unit times a one-hot matrix of the labels (n_train, classes): a "
            "second layer whose weights are the labels.",
        ),
        Question(
            "How many weights does the layer have, and how could there be fewer?",
            "n_train · (d + 1). Condensing keeps rows that classify the others; learning prototypes "
            "moves a few of them.",
        ),
        Question(
            "Does the layer always agree with the direct search?",
            "In real arithmetic, yes. In floating point the score cancels: rows whose distances differ "
            "by less than the rounding of 2x·t and of ‖t‖² may be exchanged.",
        ),
    ),
    aloud={
        "correct": "Minus the squared distance, up to ‖x‖², is affine in x; its weights are the data.",
        "vectorized": "W and b take one pass over the data and no training.",
    },
)


@DRAFT.solution("dtypes", "unmodified")
def nn_layer(X_train: Array) -> tuple[Array, Array]:
    """Return W and b: argmax(W @ x + b) is the row nearest to x."""
    T = X_train.astype(np.float64)  # doubling uint8 would wrap around
    return 2 * T, -(T * T).sum(
        axis=1
    )  # s = 2x·t − ‖t‖² = ‖x‖² − ‖x − t‖²


@DRAFT.right("layer", "no_loop")
def half_scale(X_train: Array) -> tuple[Array, Array]:
    """Return half of both: x·t − ½‖t‖² has the same argmax."""
    T = np.asarray(X_train, dtype=float)
    return T, -0.5 * np.einsum("ij,ij->i", T, T)


@DRAFT.right("twins", "precision")
def centered(X_train: Array) -> tuple[Array, Array]:
    """Take the rows about their mean: one linear function of x is added to all scores."""
    T = np.asarray(X_train, dtype=float)
    mean = T.mean(axis=0)
    Z = T - mean
    # Not Z @ mean: a matrix product may round equal rows differently.
    return Z, -(Z * mean).sum(axis=1) - (Z * Z).sum(axis=1) / 2


@DRAFT.wrong("layer")
def no_bias(X_train: Array) -> tuple[Array, Array]:
    """Leave the bias out."""
    return 2.0 * X_train, np.zeros(len(X_train))


@DRAFT.wrong("layer")
def wrong_sign(X_train: Array) -> tuple[Array, Array]:
    """Add ‖t‖² where it must be subtracted."""
    T = X_train.astype(float)
    return 2 * T, (T * T).sum(axis=1)


@DRAFT.wrong("layer")
def mixed_scales(X_train: Array) -> tuple[Array, Array]:
    """Halve the weights and not the bias."""
    T = X_train.astype(float)
    return T, -(T * T).sum(axis=1)


@DRAFT.wrong("layer")
def unit_rows(X_train: Array) -> tuple[Array, Array]:
    """Scale each row to norm 1, which is another question."""
    T = X_train.astype(float)
    norms = np.sqrt((T * T).sum(axis=1, keepdims=True))
    return T / np.where(norms > 0, norms, 1), np.zeros(len(T))


@DRAFT.wrong("layer")
def column_bias(X_train: Array) -> tuple[Array, Array]:
    """Return b as a column."""
    T = X_train.astype(float)
    return 2 * T, -(T * T).sum(axis=1, keepdims=True)


@DRAFT.wrong("dtypes")
def wraps_around(X_train: Array) -> tuple[Array, Array]:
    """Double and square in the dtype that came."""
    return X_train * np.array(2, dtype=X_train.dtype), -(
        (X_train * X_train) @ np.ones(len(X_train.T))
    )


@DRAFT.wrong("precision")
def in_float32(X_train: Array) -> tuple[Array, Array]:
    """Return the layer in float32."""
    T = X_train.astype(np.float32)
    return 2 * T, -(T * T).sum(axis=1)


@DRAFT.wrong("layer")
def transposed(X_train: Array) -> tuple[Array, Array]:
    """Return W as a layer of (inputs, units)."""
    T = X_train.astype(float)
    return 2 * T.T, -(T * T).sum(axis=1)


@DRAFT.wrong("no_loop")
def row_by_row(X_train: Array) -> tuple[Array, Array]:
    """Compute the biases in a comprehension over rows."""
    T = X_train.astype(float)
    return 2 * T, -np.array([t @ t for t in T])


Want = tuple[
    Array, Array, int
]  # queries, the rows that should win, and how many units


def scores(W: Array, b: Array, X: Array) -> Array:
    """Return W x + b for every query, term by term in a fixed order."""
    s = np.zeros((len(X), len(W)))
    for j in range(W.shape[1]):
        s += X[:, j : j + 1].astype(float) * W[:, j].astype(float)
    return s + b


def case(T: Array, X: Array) -> Case:
    """Return a case; the queries are what is wanted of the pair, for as many units as rows."""
    return Case((T,), (X, exact_nearest(X, T), len(T)))


def wins(got: object, want: Want) -> str:
    """Complain of a pair that is malformed, or of a query that the wrong unit wins."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return Form("it should return a pair (W, b)")
    (W, b), (X, winners, n) = got, want
    complaint = form(W, np.empty((n, X.shape[1])))
    if complaint:
        return within("W", complaint)
    complaint = form(b, np.empty(n))
    if complaint:
        return within("b", complaint)
    s = scores(W, b, X)
    if not np.isfinite(s).all():
        return "a score is not finite"
    chosen = s.argmax(axis=1)
    if (chosen != winners).any():
        i = int((chosen != winners).argmax())
        x = X[i].tolist()
        return f"at the query {x} unit {int(chosen[i])} wins; the nearest row is {int(winners[i])}"
    return ""


def twins(got: Any, want: Want) -> str:
    """Complain as `wins`, or of a row and its twin, as far from the end, that differ."""
    complaint = wins(got, want)
    if complaint:
        return complaint
    W, b = got
    for what, values in (("weights", W), ("biases", b)):
        differ = (
            (values != values[::-1])
            .reshape(len(values), -1)
            .any(axis=1)
        )
        if differ.any():
            i = int(differ.argmax())
            j = len(values) - 1 - i
            pair = f"{values[i].tolist()} and {values[j].tolist()}"
            return f"rows {i} and {j} are equal, and their {what} are {pair}"
    return ""


def tell_twins(want: Want) -> str:
    """Say what rows that occur twice should have."""
    return f"equal rows have equal weights and biases, and {tell(want)}"


def tell(want: Want) -> str:
    """Say what the layer should do."""
    X, winners, _ = want
    return f"unit {int(winners[0])} wins at the query {X[0].tolist()}"


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the book's three templates."""
    yield case(TEMPLATES.copy(), QUERIES[:2].copy())


def many_layers(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers in all sizes."""
    for n, d in [*rng.integers(1, 8, (25, 2)).tolist(), (30, 4)]:
        T = np.unique(whole(rng, n, d), axis=0)
        X = clear(whole(rng, 30, d), T)
        if len(X):
            yield case(T, X)


def equal_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows that occur twice."""
    for n in (2, 3, 5):
        T = np.unique(whole(rng, n, 2), axis=0)
        X = clear(whole(rng, 20, 2), T)
        yield case(np.concatenate([T, T[::-1]]), X)


def close_calls(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows whose squared distances differ by 1 in 36 million."""
    for T in nearly_tied(5900, 6100, 2):
        yield case(T, np.zeros((1, 2)))


def pixels(rng: np.random.Generator) -> Iterator[Case]:
    """Give uint8."""
    for n in (2, 4, 6):
        T = np.unique(
            rng.integers(0, 255, (n, 2), dtype=np.uint8, endpoint=True),
            axis=0,
        )
        yield case(T, clear(whole(rng, 30, 2, 0, 255), T))


def one_row(rng: np.random.Generator) -> Iterator[Case]:
    """Give a single row."""
    yield case(np.array([[3.0]]), np.array([[1.0]]))


def rows(n: int) -> tuple[Array]:
    """Return n rows."""
    return (whole(np.random.default_rng(n), n, 2),)


COST_WHY = "The weights are the data: one doubling and one sum of squares, each a single operation."


@DRAFT.wrong("twins")
def a_nudge(X_train: Array) -> tuple[Array, Array]:
    """Raise later biases by next to nothing, so that no two units tie."""
    W, b = nn_layer(X_train)
    return W, b + np.arange(len(b)) * 1e-9


@DRAFT.wrong("twins")
def a_nudge_down(X_train: Array) -> tuple[Array, Array]:
    """Lower later biases by next to nothing: the earliest wins, and equal rows are not equal."""
    W, b = nn_layer(X_train)
    return W, b - np.arange(len(b)) * 1e-9


@DRAFT.wrong("unmodified")
def doubles_in_place(X_train: Array) -> tuple[Array, Array]:
    """Double the caller's rows."""
    b = -(X_train.astype(float) ** 2).sum(axis=1)
    W = 2 * X_train.astype(float)
    X_train *= 2
    return W, b


DRAFT.tests(
    Values(
        "small_example",
        "Three templates that can be done on paper: W = 2T, b = (−2, −20, −29).",
        small_example,
        agree=wins,
        expects=tell,
        demand="layer",
    ),
    Values(
        "many_layers",
        "The claim is for every query, not for most: a slip in the bias loses only some cells.",
        many_layers,
        agree=wins,
        expects=tell,
        demand="layer",
    ),
    Values(
        "close_calls",
        "A bias of 36 million in float32 is rounded to a multiple of 4.",
        close_calls,
        agree=wins,
        expects=tell,
        demand="precision",
    ),
    Values(
        "one_row",
        "With one row there is one unit, and it always wins.",
        one_row,
        agree=wins,
        expects=tell,
        demand="layer",
    ),
    Values(
        "equal_rows",
        "Twins must tie, so that argmax takes the earlier: their weights must be equal bits.",
        equal_rows,
        agree=twins,
        expects=tell_twins,
        demand="twins",
    ),
    Values(
        "pixels",
        "2 · 200 is 144 in uint8, without a warning: widen before you double.",
        pixels,
        agree=wins,
        expects=tell,
        demand="dtypes",
    ),
    Loops("no_loop_over_rows", COST_WHY, (rows,), demand="no_loop"),
)


# ── Twists ──

ONE_MATRIX = DRAFT.twist(
    name="one_matrix",
    title="the bias as a column",
    opening=(
        "The layer of another library has no bias, but feeds `[x, 1]`: x with a 1 appended. "
        "Write `one_matrix(X_train)`."
    ),
    demands={
        "matrix": (
            "Return the array M of shape (n_train, d + 1) such that the largest entry of "
            "`M @ [x, 1]` belongs to the training row nearest to x."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "An affine map is a linear map of the input with a 1 appended.",
        "vectorized": "W and b, stacked side by side once.",
    },
)


@ONE_MATRIX.solution("matrix")
def one_matrix(X_train: Array) -> Array:
    """Return M (n_train, d + 1): argmax(M @ [x, 1]) is the nearest."""
    W, b = nn_layer(X_train)
    return np.column_stack([W, b])


@ONE_MATRIX.wrong("matrix")
def ones_first(X_train: Array) -> Array:
    """Put the bias where the first feature is."""
    W, b = nn_layer(X_train)
    return np.column_stack([b, W])


@ONE_MATRIX.wrong("matrix")
def bias_row(X_train: Array) -> Array:
    """Append a column of ones in place of the biases."""
    return np.column_stack([2.0 * X_train, np.ones(len(X_train))])


def split(got: object, want: Want) -> str:
    """Judge one matrix as the pair that it holds."""
    d = want[0].shape[1]
    if (
        not isinstance(got, np.ndarray)
        or got.ndim != 2
        or got.shape[1] != d + 1
    ):
        return Form(f"it should return an array with {d + 1} columns")
    return wins((got[:, :d], got[:, d]), want)


@ONE_MATRIX.right("no_loop")
def feature_after_feature(X_train: Array) -> Array:
    """Fill the matrix a column at a time."""
    n, d = X_train.shape
    M = np.zeros((n, d + 1))
    for j in range(d):
        M[:, j] = 2.0 * X_train[:, j]
        M[:, d] -= X_train[:, j].astype(float) ** 2
    return M


@ONE_MATRIX.wrong("no_loop")
def unit_by_unit(X_train: Array) -> Array:
    """Append to each row in turn."""
    return np.array(
        [[*(2.0 * t), -(t @ t)] for t in X_train.astype(float)]
    )


ONE_MATRIX.tests(
    Values(
        "the_same_layer",
        "A bias is the weight of an input that is always 1.",
        many_layers,
        agree=split,
        expects=tell,
        demand="matrix",
    ),
    Loops("no_loop_over_rows", COST_WHY, (rows,), demand="no_loop"),
)


COSINE_LAYER = DRAFT.twist(
    name="cosine_layer",
    title="the layer for the cosine",
    opening="Write `cosine_layer(X_train)`.",
    given=("No row is zero.",),
    demands={
        "cosine": "Return `(W, b)` whose largest score belongs to the row of largest cosine with x.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Unit rows as weights and no bias; the query need not be normalized.",
        "vectorized": "One division by the column of norms.",
    },
)


@COSINE_LAYER.solution("cosine")
def cosine_layer(X_train: Array) -> tuple[Array, Array]:
    """Return W, b whose argmax is the row of largest cosine with x."""
    T = X_train.astype(np.float64)
    return T / np.sqrt((T * T).sum(axis=1, keepdims=True)), np.zeros(
        len(T)
    )


def cosine_case(T: Array, X: Array) -> Case:
    """Return a case of the twist, with the winners by exact cosines."""
    winners = []
    for x in X:
        values = []
        for t in T:
            product = dot(x, t)
            square = (
                product * product if product > 0 else -product * product
            )
            values.append(
                Fraction(square, dot(t, t))
            )  # ordered as the cosine
        winners.append(values.index(max(values)))
    return Case((T,), (X, np.array(winners), len(T)))


def directions(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows in directions of their own."""
    T = np.array(
        [[1.0, 0.0], [5.0, 5.0], [0.0, 2.0], [-3.0, 1.0], [-1.0, -4.0]]
    )
    X = np.array(
        [
            [9.0, 1.0],
            [2.0, 3.0],
            [1.0, 7.0],
            [-5.0, 1.0],
            [0.0, -1.0],
            [0.5, 0.4],
        ]
    )
    yield cosine_case(T[:3], X[:3])
    close = np.array([[1e4, 1.0], [1e4, 3.0]])  # angles of 10⁻⁴
    yield cosine_case(close, np.array([[1e4, 1.5], [1e4, 2.5]]))
    yield cosine_case(T, X)


@COSINE_LAYER.right("no_loop")
def normalized_in_place(X_train: Array) -> tuple[Array, Array]:
    """Divide a copy."""
    W = X_train.astype(float)
    W /= np.linalg.norm(W, axis=1)[:, None]
    return W, np.zeros(len(W))


@COSINE_LAYER.wrong("no_loop")
def norm_by_norm(X_train: Array) -> tuple[Array, Array]:
    """Compute the norms in a comprehension."""
    T = X_train.astype(float)
    return T / np.array([np.sqrt(t @ t) for t in T])[:, None], np.zeros(
        len(T)
    )


COSINE_LAYER.wrong("cosine")(nn_layer)
COSINE_LAYER.wrong("cosine")(no_bias)
COSINE_LAYER.tests(
    Values(
        "largest_cosine",
        "The norm of the query scales all scores alike; the norms of the rows do not.",
        directions,
        agree=wins,
        expects=tell,
        demand="cosine",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (whole(np.random.default_rng(n), n, 2, 1, 9),),),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
