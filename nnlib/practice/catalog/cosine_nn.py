"""The drill `cosine_nn`: the nearest row by angle."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from nnlib.practice.checks import (
    Args,
    Case,
    Cube,
    Loops,
    Named,
    Refusals,
    Values,
)
from nnlib.practice.compare import all_of, close, same_labels
from nnlib.practice.inputs import (
    FEW,
    Array,
    dot,
    labels,
    names_of_rows,
    number,
    ranked,
    thinned,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="cosine_nn",
    title="The nearest row by angle",
    minutes=10,
    difficulty="easy",
    origin="The interview question, its part on scale: cosine as normalize-then-dot-product.",
    chapter="metric",
    opening="Write `cosine_nn(X_train, y_train, X_test)`.",
    given=(
        (
            "`X_train` (n_train, d), `X_test` (n_test, d): finite numbers; `y_train` (n_train,): "
            "labels; n_train ≥ 1."
        ),
    ),
    demands={
        "cosine": "Return for every query the label of the row with the largest cosine x·t / (‖x‖ ‖t‖): largest, not largest in size.",
        "earliest": "The smallest index of equals counts.",
        "precision": "Compute in float64: angles of 10⁻⁴ are told apart.",
        "dtypes": "The numbers may be small integers such as uint8.",
        "labels": "The result has the dtype of `y_train`, and n_test may be 0.",
        "no_loop": "No Python loop over the rows.",
        "zero": (
            "A row of zeros has no direction: raise a `ValueError` that names `X_train` or "
            "`X_test`, whichever holds it."
        ),
        "no_cube": "n_test × n_train × d numbers at a time are too many (this is reported).",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1, 1], [4, 2], [2, 5]]), np.array(["A", "B", "C"])
X = np.array([[4, 4], [9, 4]])
cosine_nn(T, y, X)  # array(['A', 'B'], dtype='<U1')
""",
    remark=(
        "Ties are judged on rows along the axes whose lengths are powers of two, on which "
        "normalizing is exact."
    ),
    reported={"memory": "informative"},
    clarifying=(
        Question(
            "What is the cosine with a row of zeros?",
            "Undefined: raise an error.",
        ),
        Question(
            "Largest cosine, or largest in size?",
            "Largest: opposite directions are far.",
        ),
        Question(
            "Do I need to normalize the queries?",
            "For the argmax, no. For the value, yes.",
        ),
        Question("Is sparse input possible?", "No, dense arrays."),
    ),
    hints=(
        "What does the dot product of two vectors of length 1 mean?",
        "Divide the rows by their norms, with keepdims, in float64; look for norms of 0 first.",
        "`T = X_train / norms[:, None]`, then `(X_test @ T.T).argmax(axis=1)`.",
    ),
    stub='''\
import numpy as np


def cosine_nn(X_train, y_train, X_test):
    """Return for each query the label of the row of largest cosine."""
    raise NotImplementedError
''',
    rubric=(
        "reduces cosine to normalize-then-dot-product",
        "knows that for unit rows ‖x − t‖² = 2 − 2 cos, so the order is the same",
        "says that the query's norm does not matter for the argmax",
        "treats the zero row, and does not hide it with an epsilon",
        "gives the layer: W = t/‖t‖, no bias",
    ),
    follow_ups=(
        Question(
            "Is the cosine distance 1 − cos a metric?",
            "No: it breaks the triangle inequality. The angle itself is one, and so is the Euclidean "
            "distance of the unit vectors.",
        ),
        Question(
            "Can a Euclidean index serve cosine queries?",
            "Yes: store unit rows and query with unit vectors; the order is the same.",
        ),
        Question(
            "And for the largest dot product?",
            "Append √(M² − ‖t‖²) to each row and 0 to the query, with M the largest norm: then the "
            "Euclidean nearest row is the one with the largest dot product.",
        ),
    ),
    aloud={
        "correct": "Normalize the rows, then the largest dot product is the largest cosine.",
        "vectorized": "One division a side and one matrix product.",
        "memory": "No array is larger than n_test × n_train.",
        "robust": "A row of zeros has no direction, and is refused by name.",
    },
)


def unit(name: str, X: Array) -> Array:
    """Return rows of length 1."""
    Z = np.asarray(X, dtype=np.float64)
    norms = np.sqrt((Z * Z).sum(axis=1, keepdims=True))
    if (norms == 0).any():
        raise ValueError(
            f"{name} has a row of zeros, which has no direction"
        )
    return np.asarray(Z / norms)


@DRAFT.solution("dtypes", "labels", "unmodified")
def cosine_nn(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Return for each query the label of the row of largest cosine."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[(X @ T.T).argmax(axis=1)]


@DRAFT.right("cosine", "precision", "zero", "no_loop")
def one_side_only(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Normalize the training rows only: the query's length changes no order."""
    T = unit("X_train", X_train)
    X = np.asarray(X_test, dtype=float)
    if not X.any(axis=1).all():
        raise ValueError("X_test: a row of zeros")
    return y_train[np.einsum("ij,kj->ik", X, T).argmax(axis=1)]


@DRAFT.right("earliest", "no_cube")
def by_distance(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Use that ‖x − t‖² = 2 − 2 cos for rows of length 1."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    d2 = np.zeros((len(X), len(T)))
    for j in range(T.shape[1]):
        d2 += (X[:, j, None] - T[:, j]) ** 2
    return y_train[d2.argmin(axis=1)]


def checked(X_train: Array, X_test: Array) -> tuple[Array, Array]:
    """Return both as floats; refuse zeros."""
    unit("X_train", X_train)
    unit("X_test", X_test)
    return np.asarray(X_train, dtype=float), np.asarray(
        X_test, dtype=float
    )


@DRAFT.wrong("cosine")
def dot_product(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Take the largest dot product: long rows win."""
    T, X = checked(X_train, X_test)
    return y_train[(X @ T.T).argmax(axis=1)]


@DRAFT.wrong("cosine")
def queries_only(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Normalize the queries only, which changes nothing."""
    T, X = checked(X_train, X_test)
    return y_train[(unit("X_test", X) @ T.T).argmax(axis=1)]


@DRAFT.wrong("cosine")
def euclidean(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Take the nearest row."""
    T, X = checked(X_train, X_test)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]


@DRAFT.wrong("cosine")
def by_columns(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Normalize the columns."""
    T, X = checked(X_train, X_test)
    scale = np.sqrt((T * T).sum(axis=0))
    return y_train[
        (X @ (T / np.where(scale > 0, scale, 1)).T).argmax(axis=1)
    ]


@DRAFT.wrong("cosine")
def absolute(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Compare squared cosines, which takes opposite for near."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[((X @ T.T) ** 2).argmax(axis=1)]


@DRAFT.wrong("zero")
def a_little_added(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Add a small number to the norm, so that zeros go unnoticed."""
    T, X = (
        np.asarray(X_train, dtype=float),
        np.asarray(X_test, dtype=float),
    )
    T = T / (np.sqrt((T * T).sum(axis=1, keepdims=True)) + 1e-300)
    return y_train[(X @ T.T).argmax(axis=1)]


@DRAFT.wrong("dtypes")
def wraps_around(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Compute norms in the dtype that came."""
    checked(X_train, X_test)
    norms = np.sqrt(
        np.einsum("ij,ij->i", X_train, X_train).astype(float)
    )
    return y_train[
        (
            X_test.astype(float)
            @ X_train.T
            / np.where(norms > 0, norms, 1)
        ).argmax(axis=1)
    ]


@DRAFT.wrong("earliest")
def smallest_label(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Give a tie to the smallest label."""
    order = y_train.argsort(kind="stable")
    return cosine_nn(X_train[order], y_train[order], X_test)


@DRAFT.wrong("precision")
def in_float32(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Compute in float32."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[
        (X.astype(np.float32) @ T.astype(np.float32).T).argmax(axis=1)
    ]


@DRAFT.wrong("precision")
def rounded(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Round the cosines to eight decimals."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[(X @ T.T).round(8).argmax(axis=1)]


@DRAFT.wrong("zero")
def names_both(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Name both arrays, whichever is at fault."""
    try:
        return cosine_nn(X_train, y_train, X_test)
    except ValueError:
        raise ValueError(
            "X_train or X_test has a row of zeros"
        ) from None


@DRAFT.wrong("no_loop")
def query_by_query(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Loop over the queries."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[
        np.array([(T @ x).argmax() for x in X], dtype=np.intp)
    ]


def exact_cosines(x: Array, T: Array) -> list[Fraction]:
    """Return for each row a number that is ordered as its cosine with x: sign · cos²."""
    products = [dot(x, t) for t in T]
    return [
        Fraction(p * p if p > 0 else -p * p, dot(t, t))
        for p, t in zip(products, T, strict=True)
    ]


def case(
    T: Array, X: Array, y: Array | None = None, *, gap: bool = False
) -> Case:
    """Return a case; by default every row has a label of its own, in no order.

    With a `gap` the best row is the best by more than rounding, in smaller cases, too.
    """
    y = names_of_rows(len(T)) if y is None else y
    winners = []
    for x in X:
        values = exact_cosines(x, T)
        winners.append(values.index(max(values)))

    def smaller(args: Args) -> Iterator[Case]:
        T, y, X = args
        for i in range(len(X) if len(X) > 1 else 0):
            yield case(T, X[i : i + 1], y, gap=gap)
        for kept in thinned(len(T)):
            if not gap or len(clear_queries(T[kept], X)) == len(X):
                yield case(T[kept], X, y[kept], gap=gap)

    want = y[np.array(winners, dtype=np.intp)]
    return Case(
        (T, y, X),
        want,
        smaller,
        lambda args: cosine_facts(args[2], args[0]),
    )


def cosine_facts(X: Array, T: Array) -> str:
    """Say the exact squared cosines that decide: all for few rows, else the two largest."""
    if len(X) != 1 or len(T) < 2:
        return ""
    squares = [
        value / dot(X[0], X[0]) for value in exact_cosines(X[0], T)
    ]
    told = (
        range(len(T))
        if len(T) <= FEW
        else ranked([-value for value in squares])[:2]
    )
    rows = ", ".join(
        f"{in_both_ways(squares[i])} to row {i}" for i in told
    )
    return f"cos² of the query, with the sign of cos: {rows}"


def in_both_ways(value: Fraction) -> str:
    """Return a number exactly, and where that is a fraction, as a decimal besides."""
    text = number(value)
    return f"{text} ≈ {float(value):.12g}" if "/" in text else text


def clear_queries(T: Array, X: Array) -> Array:
    """Return the queries whose best row is the best by more than rounding."""
    keep = []
    for x in X:
        values = sorted(exact_cosines(x, T))
        norm = dot(x, x)
        keep.append(
            norm > 0
            and (
                len(T) == 1
                or values[-1] - values[-2] > Fraction(norm, 10**6)
            )
        )
    return X[np.array(keep, dtype=bool)]


def without_zeros(X: Array) -> Array:
    """Return the rows that are not zero."""
    return X[X.any(axis=1)]


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give three rows, the longest of which is not the closest in angle."""
    T = np.array([[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]])
    yield case(T, np.array([[5.0, 4.0], [1.0, 3.0]]))


def any_shape(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers in all sizes."""
    for n, m, d in [*rng.integers(1, 8, (25, 3)).tolist(), (20, 20, 5)]:
        T = without_zeros(whole(rng, n, d))
        if len(T):
            X = clear_queries(T, whole(rng, m, d))
            if len(X):
                yield case(T, X, gap=True)


def opposite(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows that point away."""
    yield case(
        np.array([[-1.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 0.0]])
    )
    yield case(np.array([[-3.0], [-1.0], [2.0]]), np.array([[1.0]]))


def ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows in one direction."""
    yield case(
        np.array([[0.0, 1.0], [0.0, 4.0]]), np.array([[3.0, 4.0]])
    )
    yield case(
        np.array([[2.0, 0.0], [0.0, 8.0], [0.0, 1.0], [1.0, 0.0]]),
        np.array([[4.0, 3.0], [3.0, 4.0]]),
    )
    for n in (8, 48, 100):
        axis, length = (
            rng.integers(0, 3, n),
            2.0 ** rng.integers(-2, 4, n),
        )
        yield case(
            np.eye(3)[axis] * length[:, None],
            np.array([[3.0, 4.0, 12.0], [6.0, 3.0, 2.0]]),
        )


def small_angles(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows whose cosines with the query differ by 10⁻⁸ or less: float32 holds no such."""
    for a, b in ((1.0, 3.0), (4.0, 2.0), (5.0, 7.0)):
        T = np.array([[1e4, a], [1e4, b]])
        yield case(
            T,
            np.array(
                [[1e4, (a + b) / 2 - 0.5], [1e4, (a + b) / 2 + 0.5]]
            ),
        )
    # At an angle of 10⁻⁴ and of 0: cosines 5 · 10⁻⁹ apart.
    yield case(
        np.array([[1e4, 1.0], [1e4, 0.0]]), np.array([[1e4, 0.0]])
    )
    yield case(
        np.array([[3e4 - 4, 4e4 + 3], [3e4, 4e4]]),
        np.array([[3e4, 4e4]]),
    )


def pixels(rng: np.random.Generator) -> Iterator[Case]:
    """Give uint8."""
    for n in (2, 4, 6):
        T = rng.integers(1, 255, (n, 3), dtype=np.uint8, endpoint=True)
        X = rng.integers(1, 255, (6, 3), dtype=np.uint8, endpoint=True)
        yield case(T, clear_queries(T, X), gap=True)


def empty(rng: np.random.Generator) -> Iterator[Case]:
    """Give no query."""
    y = np.array(["a", "b"])
    yield Case((np.eye(2), y, np.zeros((0, 2))), y[:0])


def zeros(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows of zeros."""
    yield Case(
        (np.array([[0.0, 0.0], [1.0, 0.0]]), np.arange(2), np.eye(2)),
        Named("X_train"),
    )
    yield Case(
        (np.eye(2), np.arange(2), np.array([[1.0, 1.0], [0.0, 0.0]])),
        Named("X_test"),
    )


def many_queries(n: int) -> tuple[Array, Array, Array]:
    """Return n queries and few templates."""
    rng = np.random.default_rng(n)
    return whole(rng, 8, 2, 1, 9), labels(8), whole(rng, n, 2, 1, 9)


def many_rows(n: int) -> tuple[Array, Array, Array]:
    """Return n templates and few queries."""
    rng = np.random.default_rng(n)
    return whole(rng, n, 2, 1, 9), labels(n), whole(rng, 8, 2, 1, 9)


def of_size(n: int, m: int, d: int) -> tuple[Array, Array, Array]:
    """Return n queries and m templates of d features."""
    rng = np.random.default_rng(d)
    return whole(rng, m, d, 1, 9), np.arange(m), whole(rng, n, d, 1, 9)


COST_WHY = "After normalizing, all cosines are one matrix product."


@DRAFT.wrong("labels")
def at_least_one(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Glue blocks together, of which an empty test set has none."""
    starts = range(0, len(X_test), 64)
    return np.concatenate(
        [
            cosine_nn(X_train, y_train, X_test[i : i + 64])
            for i in starts
        ]
    )


@DRAFT.wrong("no_cube")
def cube(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Multiply all pairs at once."""
    T, X = unit("X_train", X_train), unit("X_test", X_test)
    return y_train[(X[:, None] * T).sum(axis=2).argmax(axis=1)]


@DRAFT.wrong("unmodified")
def doubles_in_place(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Change the caller's lengths, which changes no angle."""
    labels = cosine_nn(X_train, y_train, X_test)
    X_train *= 2
    return labels


DRAFT.tests(
    Values(
        "small_example",
        "The longest row is not the closest in direction.",
        small_example,
        demand="cosine",
    ),
    Values(
        "any_shape",
        "Angles, not lengths, decide.",
        any_shape,
        demand="cosine",
    ),
    Values(
        "opposite_rows",
        "A cosine of −1 is as far as an angle can be; its square is 1.",
        opposite,
        demand="cosine",
    ),
    Values(
        "first_of_equals",
        "Rows in one direction tie; the earliest wins.",
        ties,
        demand="earliest",
    ),
    Values(
        "small_angles",
        "Near an angle of 0 the cosine is flat: it needs all of float64.",
        small_angles,
        demand="precision",
    ),
    Values(
        "pixels",
        "Squares of uint8 wrap around, and norms come out small.",
        pixels,
        demand="dtypes",
    ),
    Values(
        "empty_test_set",
        "No query, no label.",
        empty,
        agree=same_labels,
        demand="labels",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
    Cube(
        "no_cube",
        "All cosines are one product; no (n_test, n_train, d) array.",
        of_size,
        demand="no_cube",
    ),
    Refusals(
        "zero_rows",
        "0/0 is NaN, and argmax takes NaN for the largest: a row of zeros would win everywhere. "
        "A small number in the denominator hides it.",
        zeros,
        demand="zero",
    ),
)


# ── Twists ──

HUGE_ROWS = DRAFT.twist(
    name="huge_rows",
    title="lengths beyond all bounds",
    opening="Same signature.",
    demands={
        "lengths": "Rows may be as long as 10¹⁸⁰ or as short as 10⁻¹⁸⁰ now, side by side.",
        "zero": "A row of zeros is refused as before.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Every row is scaled by itself; a direction has no length.",
        "robust": "What has no direction is refused by name.",
        "vectorized": "One more reduction and one more division.",
    },
)


@HUGE_ROWS.solution("lengths", "zero")
def huge_rows(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Scale every row by its largest entry before squaring."""

    def scaled(name: str, X: Array) -> Array:
        Z = np.asarray(X, dtype=np.float64)
        largest = np.abs(Z).max(axis=1, keepdims=True, initial=0)
        if (largest == 0).any():
            raise ValueError(
                f"{name} has a row of zeros, which has no direction"
            )
        return unit(name, Z / largest)

    return y_train[
        (
            scaled("X_test", X_test) @ scaled("X_train", X_train).T
        ).argmax(axis=1)
    ]


@HUGE_ROWS.wrong("lengths")
def one_scale(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Scale all rows by one number, under which the small rows underflow."""
    largest = np.abs(X_train).max()
    T = X_train / largest
    norms = np.sqrt((T * T).sum(axis=1))
    T = T / np.where(norms > 0, norms, 1)[:, None]
    return y_train[(X_test / np.abs(X_test).max() @ T.T).argmax(axis=1)]


def extremes(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows whose squares overflow, and rows whose squares underflow."""
    scales = np.array([[2.0**600], [2.0**-600], [1.0]])
    T = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    X = np.array([[5.0, 4.0], [7.0, 1.0], [1.0, 6.0]])
    y = np.arange(3)
    yield Case((T * scales, y, X), y)
    yield Case((T, y, X * scales), y)
    order = np.array([2, 0, 1])
    yield Case((T[order] * scales, y, X), np.argsort(order))
    yield Case((T[order], y, X * scales), np.argsort(order))
    rows = np.array(
        [[0.0, 2.0**600], [0.0, 2.0**-600], [1.0, 0.0]]
    )  # two in one direction
    yield Case(
        (rows, np.array([5, 3, 4]), np.array([[0.0, 1.0], [3.0, 4.0]])),
        np.array([5, 5]),
    )


@HUGE_ROWS.right("no_loop")
def by_exponents(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Scale every row by a power of two."""
    T, X = (
        np.ldexp(
            Z,
            -np.frexp(np.abs(Z).max(axis=1, keepdims=True, initial=0))[
                1
            ],
        )
        for Z in (X_train.astype(float), X_test.astype(float))
    )
    return cosine_nn(T, y_train, X)


@HUGE_ROWS.wrong("no_loop")
def angle_by_angle(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Loop over the queries."""
    return np.array(
        [huge_rows(X_train, y_train, x[None])[0] for x in X_test]
    )


@HUGE_ROWS.wrong("zero")
def scales_zeros(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Divide a row of zeros by 1, and let the first label win."""
    T, X = (
        np.where(Z.any(axis=1, keepdims=True), Z, 1.0)
        for Z in (X_train, X_test)
    )
    return huge_rows(T, y_train, X)


HUGE_ROWS.wrong("lengths")(cosine_nn)
HUGE_ROWS.tests(
    Values(
        "any_length",
        "‖t‖² overflows above 10¹⁵⁴ and underflows below 10⁻¹⁵⁴; the direction is fine. "
        "Divide each row by its largest entry first.",
        extremes,
        agree=same_labels,
        demand="lengths",
    ),
    Refusals(
        "zero_rows",
        "0/0 is NaN, whatever scales it.",
        zeros,
        demand="zero",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


WITH_COSINE = DRAFT.twist(
    name="with_cosine",
    title="the cosine as well",
    opening="Same signature.",
    demands={
        "pair": "Return a pair: labels, and the largest cosines as float64.",
        "within_one": "None of the cosines is larger than 1 in size.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Clipping to [−1, 1] undoes the rounding, and nothing else.",
        "vectorized": "One product, one argmax, one clip.",
    },
)


@WITH_COSINE.solution("within_one")
def with_cosine(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return labels and cosines, the cosines between −1 and 1."""
    cosines = unit("X_test", X_test) @ unit("X_train", X_train).T
    winner = cosines.argmax(axis=1)
    best = cosines[np.arange(len(winner)), winner]
    return y_train[winner], np.clip(best, -1, 1)


@WITH_COSINE.wrong("within_one")
def unclipped(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return cosines that round to more than 1, always a little."""
    labels, best = with_cosine(X_train, y_train, X_test)
    return labels, best * (1 + 2.0**-52)


@WITH_COSINE.wrong("pair")
def cosine_distance(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return 1 − cos."""
    labels, best = with_cosine(X_train, y_train, X_test)
    return labels, 1 - best


nearly = all_of(same_labels, close())  # the cosines to nine digits


def in_range(got: Any, want: tuple[Array, Array]) -> str:
    """Ask for cosines none of which is beyond 1."""
    if not nearly(got, want) and (np.abs(got[1]) > 1).any():
        return "a cosine is larger than 1"
    return ""


def parallel(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries in the direction of a row."""
    T = np.array([[3.0, 4.0], [1.0, 0.0]])
    y = np.array([5, 6])
    yield Case(
        (T, y, np.array([[6.0, 8.0], [0.0, 1.0]])),
        (y[[0, 0]], np.array([1.0, 0.8])),
    )
    T = whole(rng, 30, 3, 1, 9)
    twins = np.array([[0.0, 1.0], [0.0, 4.0]])
    yield Case(
        (twins, np.array([6, 5]), np.array([[3.0, 4.0]])),
        (np.array([6]), np.array([0.8])),
    )
    for t in whole(
        rng, 30, 3, 1, 9
    ):  # the only row points away: −1, and not a little less
        yield Case(
            (t[None], np.array([1]), -3 * t[None]),
            (np.array([1]), -np.ones(1)),
        )
    rows = np.unique(
        T / np.gcd.reduce(T.astype(int), axis=1)[:, None], axis=0
    )
    yield Case(
        (rows, np.arange(len(rows)), 2 * rows),
        (np.arange(len(rows)), np.ones(len(rows))),
    )


@WITH_COSINE.right("pair", "no_loop")
def in_blocks(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Take blocks of 32 queries."""
    parts = [
        with_cosine(X_train, y_train, X_test[i : i + 32])
        for i in range(0, len(X_test), 32)
    ]
    labels, cosines = zip(*parts, strict=True)
    return np.concatenate(labels), np.concatenate(cosines)


@WITH_COSINE.wrong("no_loop")
def pair_by_pair(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Loop over the queries."""
    parts = [with_cosine(X_train, y_train, x[None]) for x in X_test]
    return np.concatenate([p[0] for p in parts]), np.concatenate(
        [p[1] for p in parts]
    )


WITH_COSINE.tests(
    Values(
        "both_are_right",
        "The cosine is that of the row whose label is returned.",
        parallel,
        agree=nearly,
        demand="pair",
    ),
    Values(
        "within_one",
        "Rounding makes a cosine of 1.0000000000000002, and its arccos NaN: clip it.",
        parallel,
        agree=in_range,
        demand="within_one",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
