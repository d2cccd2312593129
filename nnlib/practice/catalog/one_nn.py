"""The drill `one_nn`: label every query with the label of its nearest training row."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator

import numpy as np

from nnlib.practice.checks import Args, Case, Cube, Loops, Values
from nnlib.practice.compare import all_of, same_labels, same_values
from nnlib.practice.inputs import (
    QUERIES,
    TEMPLATES,
    Array,
    clear,
    distance_facts,
    exact_distances,
    exact_nearest,
    labels,
    names_of_rows,
    nearly_tied,
    ranked,
    thinned,
    unordered,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="one_nn",
    title="1-nearest neighbor, vectorized",
    minutes=15,
    difficulty="medium",
    origin="The interview question of this book, part 1.",
    chapter="expansion",
    opening="Write `one_nn(X_train, y_train, X_test)`.",
    given=(
        (
            "`X_train`: array of shape (n_train, d), `y_train`: array of shape (n_train,), "
            "`X_test`: array of shape (n_test, d), of finite numbers."
        ),
    ),
    demands={
        "nearest": (
            "Return an array of shape (n_test,): for every test row the label of its closest "
            "training row under squared Euclidean distance."
        ),
        "earliest": "Of several equally close training rows the one with the smallest index counts.",
        "any_number": "n_train and d are at least 1; n_test may be 1, or 0.",
        "labels": "The result has the dtype of `y_train`: labels may be integers or strings.",
        "precision": (
            "Of float64 numbers, compute in float64: rows whose distances differ in the eighth "
            "digit are not equally close."
        ),
        "dtypes": (
            "The numbers may be float64, float32 or small integers such as uint8, whose squares "
            "do not fit into their own type (this is reported)."
        ),
        "no_loop": (
            "No Python loop over examples (rows of either array). A loop over batches of many "
            "rows, or over features, is allowed."
        ),
        "no_cube": (
            "n_test × n_train numbers at a time are fine; n_test × n_train × d are not (this is "
            "reported)."
        ),
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1, 1], [4, 2], [2, 5]]), np.array(["A", "B", "B"])
X = np.array([[2, 2], [4, 4]])
one_nn(T, y, X)  # array(['A', 'B'], dtype='<U1')
""",
    remark="Ties are judged on small whole numbers, on which every order of summation is exact.",
    reported={"dtypes": "actionable", "memory": "informative"},
    clarifying=(
        Question(
            "Which metric?",
            "Squared Euclidean; the root changes no order and is left out.",
        ),
        Question(
            "Which row wins a tie?", "The one with the smallest index."
        ),
        Question(
            "How large are n_train, n_test and d; does the distance matrix fit?",
            "Assume that n_test × n_train numbers fit, and that d times as many do not.",
        ),
        Question(
            "Which dtypes, and can there be NaN?",
            "Floats or small integers, all finite. Bad input is the drill `one_nn_robust`.",
        ),
        Question(
            "Can the test set be empty?",
            "Yes; return an empty array of the labels' dtype.",
        ),
    ),
    hints=(
        "Write ‖x − t‖² out as three terms. Which of them is the same for all training rows?",
        "The mixed term of all pairs is one matrix product, `X_test @ X_train.T`. Check which "
        "axis of it runs over the training rows.",
        "`reduced = (T * T).sum(axis=1) - 2 * X @ T.T`, `argmin` over axis 1, and index `y_train` "
        "with the result; before that, convert both arrays to float64.",
    ),
    stub='''\
import numpy as np


def one_nn(X_train, y_train, X_test):
    """Return for each row of X_test the label of its nearest row."""
    raise NotImplementedError
''',
    rubric=(
        "asks for sizes, dtypes, the metric and the tie rule before writing",
        "derives the expansion and says why ‖x‖² can be dropped",
        "says why argmin along the training axis gives the earliest index",
        "states time O(n_test · n_train · d) and memory O(n_test · n_train), and how blocks bound it",
        "knows that the expanded form cancels, and when the direct form is the right one",
        "tests a tie, a batch of one, an empty batch and uint8",
    ),
    follow_ups=(
        Question(
            "What is the bottleneck in memory, and what do you do about it?",
            "The n_test × n_train matrix of scores. Take the queries in blocks, so that one block "
            "times n_train fits into the budget; in real arithmetic the result does not "
            "change, in floating point a near-tie may.",
        ),
        Question(
            "When would you not use the expansion?",
            "When rows are close to each other compared with their norms: the squares cancel, and the "
            "order may flip. Then subtract first, or center the data, or verify the few candidates "
            "that are within twice the error bound.",
        ),
        Question(
            "Why is argmin safe for the tie rule, and argpartition not?",
            "argmin returns the first minimum along its axis, by its documentation. argpartition "
            "promises nothing about the order of equal values.",
        ),
        Question(
            "How would you do this for ten million rows?",
            "Shard the rows, search each shard by blocks, merge by (distance, index); for a small "
            "intrinsic dimension a tree, for a large one an approximate index such as IVF or HNSW, with "
            "the recall measured.",
        ),
    ),
    aloud={
        "correct": "Every query gets the label of its nearest row, the earliest of equals.",
        "dtypes": "Small types are widened before the first subtraction.",
        "vectorized": "All pairs are handled by array operations; Python runs no loop over examples.",
        "memory": "Nothing is larger than the n_test × n_train matrix of scores; blocks would bound it.",
    },
)


@DRAFT.solution("labels")
def one_nn(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Return for each row of X_test the label of its nearest row."""
    T = X_train.astype(np.float64)  # uint8 would wrap around
    X = X_test.astype(np.float64)
    # ‖x − t‖² = ‖x‖² − 2x·t + ‖t‖²; a query's ‖x‖² changes nothing.
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T  # (n_test, n_train)
    return y_train[
        reduced.argmin(axis=1)
    ]  # argmin takes the first of equals


@DRAFT.right("nearest", "precision", "dtypes")
def by_subtraction(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Subtract every pair of rows: right, with an (n_test, n_train, d) intermediate."""
    difference = X_test[:, None, :].astype(float) - X_train[None, :, :]
    return y_train[
        np.einsum("ijk,ijk->ij", difference, difference).argmin(axis=1)
    ]


@DRAFT.right("earliest", "no_cube", "unmodified")
def feature_by_feature(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Loop over features: no cancellation, no cube."""
    d2 = np.zeros((len(X_test), len(X_train)))
    for j in range(X_train.shape[1]):
        d2 += (
            np.subtract.outer(
                X_test[:, j].astype(float), X_train[:, j].astype(float)
            )
            ** 2
        )
    return y_train[d2.argmin(axis=1)]


@DRAFT.right("no_loop", "any_number")
def block_by_block(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Loop over blocks of 32 queries."""
    T = np.asarray(X_train, dtype=float)
    winners = np.empty(len(X_test), dtype=np.intp)
    for start in range(0, len(X_test), 32):
        X = np.asarray(X_test[start : start + 32], dtype=float)
        winners[start : start + 32] = (
            X @ (2 * T).T - (T**2).sum(axis=1)
        ).argmax(axis=1)
    return y_train[winners]


@DRAFT.wrong("no_loop")
def loop_over_rows(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Loop over the queries."""
    T = X_train.astype(float)
    winners = [
        ((x - T) ** 2).sum(axis=1).argmin()
        for x in X_test.astype(float)
    ]
    return y_train[np.array(winners, dtype=np.intp)]


@DRAFT.wrong("no_loop")
def hidden_loop(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Let NumPy run the loop over queries in Python."""
    T, X = X_train.astype(float), X_test.astype(float)
    if len(X) == 0:
        return y_train[:0]
    winner = np.apply_along_axis(
        lambda x: ((x - T) ** 2).sum(axis=1).argmin(), 1, X
    )
    return y_train[winner]


@DRAFT.wrong("nearest")
def wrong_axis(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Take argmin down the queries."""
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=0)]


@DRAFT.wrong("earliest")
def last_of_equals(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Search from the back, so that the last of equal rows wins."""
    T, X = X_train.astype(float), X_test.astype(float)
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[len(T) - 1 - reduced[:, ::-1].argmin(axis=1)]


@DRAFT.wrong("earliest")
def unstable_sort(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Sort, and take what the sort puts first of equal rows."""
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[
        ((T * T).sum(axis=1) - 2 * X @ T.T).argsort(axis=1)[:, 0]
    ]


@DRAFT.wrong("earliest")
def smallest_label(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Give a tie to the smallest label, by sorting the rows by their labels first."""
    order = y_train.argsort(kind="stable")
    return one_nn(X_train[order], y_train[order], X_test)


@DRAFT.wrong("nearest")
def class_means(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Take the class whose mean is nearest, where a class has more than one row."""
    classes, codes = np.unique(y_train, return_inverse=True)
    means = np.stack(
        [X_train[codes == c].mean(axis=0) for c in range(len(classes))]
    )
    return one_nn(means, classes, X_test)


@DRAFT.wrong("precision")
def in_float32(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Compute in float32."""
    T, X = X_train.astype(np.float32), X_test.astype(np.float32)
    d2 = np.zeros((len(X), len(T)), dtype=np.float32)
    for j in range(T.shape[1]):
        d2 += (X[:, j, None] - T[:, j]) ** 2
    return y_train[d2.argmin(axis=1)]


@DRAFT.wrong("precision")
def rounded(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Round the distances, so that what is nearly equal becomes equal."""
    T, X = X_train.astype(float), X_test.astype(float)
    d2 = np.zeros((len(X), len(T)))
    for j in range(T.shape[1]):
        d2 += (X[:, j, None] - T[:, j]) ** 2
    return y_train[d2.round(6).argmin(axis=1)]


@DRAFT.wrong("nearest")
def forgotten_bias(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Take the largest dot product, without ‖t‖²."""
    return y_train[
        (X_test.astype(float) @ X_train.T.astype(float)).argmax(axis=1)
    ]


@DRAFT.wrong("dtypes")
def wraps_around(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Subtract in the dtype that came."""
    d2 = np.zeros((len(X_test), len(X_train)), dtype=X_train.dtype)
    for j in range(X_train.shape[1]):
        d2 += (X_test[:, j, None] - X_train[:, j]) ** 2
    return y_train[d2.argmin(axis=1)]


@DRAFT.wrong("nearest")
def numbers_for_labels(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Return the indices of the nearest rows, not their labels."""
    T, X = X_train.astype(float), X_test.astype(float)
    return ((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)


@DRAFT.wrong("any_number")
def squeezed(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Squeeze the result, which makes a scalar of one query."""
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[
        ((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1).squeeze()
    ]


@DRAFT.wrong("unmodified")
def centers_in_place(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Shift the caller's array to save a copy."""
    np.subtract(X_train, 1, out=X_train, casting="unsafe")
    np.subtract(X_test, 1, out=X_test, casting="unsafe")
    return one_nn(X_train, y_train, X_test)


@DRAFT.wrong("any_number")
def needs_a_query(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Glue blocks together, of which an empty test set has none."""
    starts = range(0, len(X_test), 32)
    return np.concatenate(
        [one_nn(X_train, y_train, X_test[i : i + 32]) for i in starts]
    )


def case(
    X_train: Array,
    X_test: Array,
    y_train: Array | None = None,
    gap: float | None = None,
) -> Case:
    """Return a case; by default the labels of the rows are few, and repeat in no order.

    With a `gap` every nearest row is nearer than all others by more than that, in smaller cases,
    too.
    """
    y = labels(len(X_train)) if y_train is None else y_train

    def smaller(args: Args) -> Iterator[Case]:
        T, y, X = args
        for i in range(len(X) if len(X) > 1 else 0):
            yield case(T, X[i : i + 1], y, gap)
        for kept in thinned(len(T)):
            if gap is None or len(clear(X, T[kept], gap)) == len(X):
                yield case(T[kept], X, y[kept], gap)

    def facts(args: Args) -> str:
        return distance_facts(args[2], args[0])

    args = (X_train, y, X_test)
    return Case(args, y[exact_nearest(X_test, X_train)], smaller, facts)


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the book's three templates."""
    yield case(
        TEMPLATES.copy(), QUERIES[:2].copy(), np.array([8, 5, 3])
    )
    yield case(
        TEMPLATES.copy(), QUERIES[:2].copy(), np.array([5, 8, 8])
    )


def any_shape(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers in all sizes, without ties."""
    for n_train, n_test, d in [
        *rng.integers(2, 9, (40, 3)).tolist(),
        (40, 35, 6),
        (5, 9, 1),
    ]:
        T = whole(rng, n_train, d)
        X = clear(whole(rng, n_test, d), T)
        if len(X) > 1:
            yield case(T, X, gap=0)
            yield case(
                T, X, names_of_rows(n_train), gap=0
            )  # so that each slip shows


def own_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give classes whose rows lie apart, so that their mean is near to nothing of theirs."""
    T = np.array([[0.0], [10.0], [4.0]])
    yield case(T, np.array([[0.0], [9.0]]), np.array([0, 0, 1]))
    T = np.array([[-8.0, 0.0], [8.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    yield case(
        T, np.array([[7.0, 1.0], [-9.0, 2.0]]), np.array([2, 2, 1, 1])
    )


def ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give repeated rows, and queries halfway between rows."""
    for y in (np.array([3, 10]), np.array([10, 3])):
        yield case(
            np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]]), y
        )
        yield case(
            np.array([[2.0], [0.0]]), np.array([[1.0], [1.0]]), y
        )
    # NumPy sorts up to 16 entries by insertion, which is stable by chance.
    for n in (*range(2, 12), 40, 48, 64, 100, 200):
        T, X = whole(rng, n, 2, -1, 1), whole(rng, 5, 2, -1, 1)
        yield case(unordered(T), unordered(X), names_of_rows(n))


def one_query(rng: np.random.Generator) -> Iterator[Case]:
    """Give a single query, and a single template."""
    yield case(TEMPLATES.copy(), QUERIES[:1].copy())
    yield case(whole(rng, 1, 2), whole(rng, 3, 2))
    yield case(whole(rng, 1, 1), whole(rng, 1, 1))


def no_query(rng: np.random.Generator) -> Iterator[Case]:
    """Give an empty test set."""
    yield case(TEMPLATES.copy(), whole(rng, 0, 2))
    yield case(
        TEMPLATES.copy(), whole(rng, 0, 2), np.array(["A", "B", "C"])
    )


def label_types(rng: np.random.Generator) -> Iterator[Case]:
    """Give labels that are strings, small integers, and large ones."""
    for y in (
        np.array(["setosa", "versicolor", "virginica"]),
        np.array(["a", "b", "a"]),
        np.array([3, -1, 3], dtype=np.int8),
        np.array([2**60 + 1, 5, -(2**60) - 1]),
    ):
        yield case(TEMPLATES.copy(), QUERIES[:2].copy(), y)


def small_types(rng: np.random.Generator) -> Iterator[Case]:
    """Give pixels and other small integers, whose squares do not fit into their own type."""
    a = np.array([[16, 0], [2, 0]], dtype=np.uint8)
    yield case(
        a, np.array([[0, 0], [0, 1]], dtype=np.uint8), np.array([5, 3])
    )
    for dtype in (np.uint8, np.int8, np.int16):
        info = np.iinfo(dtype)
        high = min(info.max, 300)
        for _ in range(6):
            X = rng.integers(
                max(info.min, -300),
                high,
                (9, 3),
                dtype=dtype,
                endpoint=True,
            )
            yield case(X[:5], clear(X[5:], X[:5]), gap=0)


def real_numbers(rng: np.random.Generator) -> Iterator[Case]:
    """Give float64 and float32 numbers whose nearest row is clear."""
    for dtype in (np.float64, np.float32):
        for n in (3, 6, 12):
            T = rng.normal(size=(n, 3)).astype(dtype)
            nearby: Array = np.add(
                T[rng.integers(0, n, 5)], rng.normal(0, 0.01, (5, 3))
            )
            X = nearby.astype(dtype)
            yield case(
                T, clear(X, T, gap=0.01), names_of_rows(n), gap=0.01
            )


def close_calls(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows whose squared distances differ by about 1 in 36 million."""
    for T in nearly_tied(5900, 6100, 2):
        yield case(T, np.zeros((2, 2)), np.array([9, 4]))
    halfway = np.array(
        [[8193 + 2.0**-20], [8193 - 2.0**-20]]
    )  # in float32 both are halfway
    yield case(
        np.array([[8192.0], [8194.0]]), halfway, np.array([4, 9])
    )
    for unit in (
        1.0,
        2.0**-10,
    ):  # small distances have an eighth digit, too
        T = unit * np.array([[1 + 2.0**-26], [1.0]])
        yield case(T, np.zeros((2, 1)), np.array([9, 4]))


def many_queries(n: int) -> tuple[Array, Array, Array]:
    """Return n queries and few templates."""
    rng = np.random.default_rng(n)
    return whole(rng, 8, 2), labels(8), whole(rng, n, 2)


def many_rows(n: int) -> tuple[Array, Array, Array]:
    """Return n templates and few queries."""
    rng = np.random.default_rng(n)
    return whole(rng, n, 2), labels(n), whole(rng, 8, 2)


def of_size(n: int, m: int, d: int) -> tuple[Array, Array, Array]:
    """Return n queries and m templates of d features."""
    rng = np.random.default_rng(d)
    return whole(rng, m, d), np.arange(m), whole(rng, n, d)


COST_WHY = (
    "Each round of a Python loop costs about as much as thousands of multiplications inside NumPy; "
    "the question asks for array operations."
)

TIE_WHY = (
    "The statement fixes the earliest index. argmin keeps that rule if its axis runs over the "
    "training rows in their order. ≤ in place of < breaks it, or a sort that is not stable, or a "
    "root that is squared again, since √2 · √2 is not 2 in floating point."
)

OWN_WHY = (
    "The nearest row decides, whatever the others of its class do: the mean of a class may lie "
    "where none of its rows is."
)

WRAP_WHY = "uint8 arithmetic is modulo 256 and gives no warning: 16² = 256 is 0. Widen before you subtract."


@DRAFT.wrong("labels")
def labels_as_objects(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Return the labels as Python objects."""
    return one_nn(X_train, y_train, X_test).astype(object)


@DRAFT.wrong("no_cube")
def cube(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Subtract all pairs at once, which is right and large."""
    return by_subtraction(X_train, y_train, X_test)


DRAFT.tests(
    Values(
        "small_example",
        "The smallest example that can be done on paper.",
        small_example,
        demand="nearest",
    ),
    Values(
        "any_shape",
        "Distances of every query to every row, minimized over the rows: an axis or a term that "
        "is wrong shows on whole numbers at once.",
        any_shape,
        demand="nearest",
    ),
    Values("every_row_counts", OWN_WHY, own_rows, demand="nearest"),
    Values("first_of_equals", TIE_WHY, ties, demand="earliest"),
    Values(
        "one_query_or_one_row",
        "A batch of one is still a batch: a result without its axis breaks the caller.",
        one_query,
        demand="any_number",
    ),
    Values(
        "empty_test_set",
        "Empty batches occur in production, at the end of a stream or behind a filter.",
        no_query,
        demand="any_number",
    ),
    Values(
        "labels_keep_their_dtype",
        "Labels are names, not numbers: index into y_train, and nothing needs converting.",
        label_types,
        agree=same_labels,
        demand="labels",
    ),
    Values(
        "small_integer_types",
        WRAP_WHY,
        small_types,
        among="dtypes",
        demand="dtypes",
    ),
    Values(
        "real_numbers",
        "What the function will meet in use.",
        real_numbers,
        demand="nearest",
    ),
    Values(
        "close_calls",
        "float32 holds 24 bits: squares near 36 million are rounded to multiples of 4. Rounding "
        "to a few decimals makes ties of what is none.",
        close_calls,
        demand="precision",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
    Cube(
        "no_cube",
        "n_test × n_train × d numbers are d times the distance matrix: 10⁴ × 10⁴ × 100 in float64 "
        "is 80 GB. The expanded form, or a sum feature by feature, needs none of it.",
        of_size,
        demand="no_cube",
    ),
)


# ── Twists ──

AND_THE_DISTANCE = DRAFT.twist(
    name="and_the_distance",
    title="the distance as well",
    opening="Same signature.",
    demands={
        "pair": (
            "Return a pair: the labels, and the squared distance of every query to its winner, "
            "float64 and never negative."
        ),
        "accurate": (
            "The distance is accurate even where the rows are near each other and far from the "
            "origin."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "The product finds the winners; their distances come from the direct form.",
        "vectorized": "One product, then one subtraction a query, all in arrays.",
    },
)


@AND_THE_DISTANCE.solution("accurate")
def with_distance(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return the labels and the squared distances to the winners."""
    T, X = X_train.astype(np.float64), X_test.astype(np.float64)
    winner = ((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)
    difference = (
        X - T[winner]
    )  # the direct form, on one row a query only
    return y_train[winner], (difference * difference).sum(axis=1)


@AND_THE_DISTANCE.wrong("pair")
def from_reduced(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return the minimum of ‖t‖² − 2x·t, which lacks ‖x‖²."""
    T, X = X_train.astype(np.float64), X_test.astype(np.float64)
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[reduced.argmin(axis=1)], reduced.min(axis=1)


@AND_THE_DISTANCE.wrong("accurate")
def from_expanded(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Return the expanded distance, which rounds to less than nothing."""
    T, X = X_train.astype(np.float64), X_test.astype(np.float64)
    d2 = (
        (X * X).sum(axis=1)[:, None] - 2 * X @ T.T + (T * T).sum(axis=1)
    )
    return y_train[d2.argmin(axis=1)], d2.min(axis=1)


def distance_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers, with the exact squared distance."""
    for n in range(1, 12):
        T, X = whole(rng, n, 3), whole(rng, 4, 3)
        y = labels(n)
        smallest = np.array(
            [min(row) for row in exact_distances(X, T)], dtype=float
        )
        yield Case((T, y, X), (y[exact_nearest(X, T)], smallest))


def far_from_zero(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries close to rows that are far from the origin and from each other."""
    T = np.array([[1e8 + 1, 1.0], [3e8 + 1, 7.0]])
    X = np.array([[1e8 + 1, 2.0], [3e8 + 2, 7.0]])
    yield Case((T, np.array([0, 1]), X), (np.array([0, 1]), np.ones(2)))


@AND_THE_DISTANCE.right("pair", "no_loop")
def from_differences(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Take all distances directly, in blocks of 32 queries."""
    labels, smallest = [y_train[:0]], [np.zeros(0)]
    for i in range(0, len(X_test), 32):
        d2 = np.zeros((len(X_test[i : i + 32]), len(X_train)))
        for j in range(X_train.shape[1]):
            d2 += (
                np.subtract.outer(X_test[i : i + 32, j], X_train[:, j])
                ** 2
            )
        labels.append(y_train[d2.argmin(axis=1)])
        smallest.append(d2.min(axis=1))
    return np.concatenate(labels), np.concatenate(smallest)


@AND_THE_DISTANCE.wrong("no_loop")
def distance_by_distance(
    X_train: Array, y_train: Array, X_test: Array
) -> tuple[Array, Array]:
    """Compute the winners' distances in a comprehension."""
    labels, _ = with_distance(X_train, y_train, X_test)
    return labels, np.array(
        [((x - X_train) ** 2).sum(axis=1).min() for x in X_test]
    )


AND_THE_DISTANCE.tests(
    Values(
        "both_are_right",
        "‖t‖² − 2x·t orders the rows, but is no distance until ‖x‖² is added.",
        distance_cases,
        agree=all_of(same_labels, same_values),
        demand="pair",
    ),
    Values(
        "accurate_far_from_zero",
        "The expanded form subtracts numbers near 10¹⁶ to get 1. Recompute the winner's "
        "distance directly: one row a query costs next to nothing.",
        far_from_zero,
        agree=all_of(same_labels, same_values),
        demand="accurate",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


LEAVE_ONE_OUT = DRAFT.twist(
    name="leave_one_out",
    title="leave one out",
    opening="Write `leave_one_out(X, y)`.",
    given=("There are at least two rows.",),
    demands={
        "other": (
            "For each row of X (n, d) return the label of its nearest *other* row, as an array "
            "(n,) with the dtype of `y`."
        ),
        "twins": "Rows may occur twice; of equally near ones the earliest index counts.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "The diagonal is set to infinity, so that no row votes for itself.",
        "vectorized": "One product and one filled diagonal.",
    },
)


@LEAVE_ONE_OUT.solution("other")
def leave_one_out(X: Array, y: Array) -> Array:
    """Return for each row the label of its nearest other row."""
    Z = X.astype(np.float64)
    reduced = (Z * Z).sum(axis=1) - 2 * Z @ Z.T
    np.fill_diagonal(reduced, np.inf)
    return y[reduced.argmin(axis=1)]


@LEAVE_ONE_OUT.wrong("twins")
def second_nearest(X: Array, y: Array) -> Array:
    """Take the second row of a sort, which may be the row itself if it has a twin."""
    Z = X.astype(np.float64)
    reduced = (Z * Z).sum(axis=1) - 2 * Z @ Z.T
    return y[reduced.argsort(axis=1, kind="stable")[:, 1]]


@LEAVE_ONE_OUT.wrong("other")
def finds_itself(X: Array, y: Array) -> Array:
    """Forget that each row is its own nearest."""
    return one_nn(X, y, X)


def left_out(X: Array) -> Case:
    """Return a case of the twist."""
    y = names_of_rows(len(X))
    winners = []
    for i, row in enumerate(exact_distances(X, X)):
        winners.append(next(j for j in ranked(row) if j != i))
    return Case((X, y), y[winners])


def distinct_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows that all differ."""
    yield left_out(TEMPLATES.copy())
    for far, near in nearly_tied(5900, 6100, 2):
        yield left_out(np.stack([far, np.zeros(2), near]))
    for n in range(2, 12):
        yield left_out(
            rng.permutation(40)[: 2 * n].reshape(n, 2).astype(float)
        )


def twins(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows that occur more than once."""
    yield left_out(np.array([[1.0], [1.0]]))
    for n in (*range(2, 12), 48):
        yield left_out(unordered(whole(rng, n, 2, 0, 1)))


@LEAVE_ONE_OUT.right("twins", "no_loop")
def two_smallest(X: Array, y: Array) -> Array:
    """Sort by distance and index, and leave the row itself out of the first two."""
    Z = X.astype(np.float64)
    d2 = (
        (Z * Z).sum(axis=1)[:, None] + (Z * Z).sum(axis=1) - 2 * Z @ Z.T
    )
    first, second = d2.argsort(axis=1, kind="stable")[:, :2].T
    itself = first == np.arange(len(X))
    # Behind two twins of its own a row is not among the first two; they come before it.
    return y[np.where(itself, second, first)]


@LEAVE_ONE_OUT.wrong("no_loop")
def row_by_row(X: Array, y: Array) -> Array:
    """Leave each row out in turn."""
    Z = X.astype(np.float64)
    found = []
    for i in range(len(Z)):
        d2 = ((Z - Z[i]) ** 2).sum(axis=1)
        d2[i] = np.inf
        found.append(d2.argmin())
    return y[np.array(found)]


LEAVE_ONE_OUT.tests(
    Values(
        "not_itself",
        "Every row is at distance 0 from itself.",
        distinct_rows,
        demand="other",
    ),
    Values(
        "twins",
        "“The second of the sorted” is the row itself when an earlier twin came first.",
        twins,
        demand="twins",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (whole(np.random.default_rng(n), n, 2), labels(n)),),
        demand="no_loop",
    ),
)


FLOAT16_ARRIVES = DRAFT.twist(
    name="float16_arrives",
    title="float16 arrives",
    opening=(
        "The arrays are float16 now, whole numbers up to 2048 in size. Same signature, same rules."
    ),
    demands={
        "no_overflow": "Squares above 65504 do not fit into float16.",
        "earliest": "Of equally close rows the smallest index counts, as before.",
        "exact": "Sums of many squares need more digits than float32 has.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Small types are for storage; I widen before the first subtraction.",
        "vectorized": "The same product, after one conversion.",
    },
)


@FLOAT16_ARRIVES.solution("no_overflow")
def float16_arrives(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Widen first, then as before."""
    return one_nn(X_train, y_train, X_test)


@FLOAT16_ARRIVES.wrong("no_overflow")
def stays_in_float16(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Square in float16, which ends at 65504."""
    d2 = sum(
        (X_test[:, None, j] - X_train[:, j]) ** 2
        for j in range(X_train.shape[1])
    )
    return y_train[np.argmin(d2, axis=1)]


@FLOAT16_ARRIVES.wrong("no_overflow")
def rounds_in_float16(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Scale down so that nothing overflows, and still round to eleven bits."""
    T, X = X_train / np.float16(256), X_test / np.float16(256)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]


def half_precision(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers up to 2048, which float16 holds exactly; their squares it does not."""
    close = np.array([[2040, 1], [2044, 1]], dtype=np.float16)
    yield case(
        close, np.array([[2043, 1]], dtype=np.float16), np.array([7, 2])
    )
    for n in (2, 4, 8):
        for size in (64, 2048):
            T, X = rng.integers(-size, size, (2, n, 3)).astype(
                np.float16
            )
            yield case(T, X, names_of_rows(n))


def half_precision_equals(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties."""
    for tied in ties(rng):
        T, y, X = tied.args
        yield Case(
            (T.astype(np.float16), y, X.astype(np.float16)), tied.want
        )


def half_precision_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows whose distances differ by 1 in 30 million, which float32 does not hold."""
    for T in nearly_tied(1950, 2048, 8):
        yield case(
            T.astype(np.float16),
            np.zeros((1, 8), np.float16),
            np.array([9, 4]),
        )


@FLOAT16_ARRIVES.right("exact", "earliest", "no_loop")
def as_integers(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Whole numbers are integers: compute in int64, in blocks of 32 queries."""
    T, parts = X_train.astype(np.int64), [y_train[:0]]
    for i in range(0, len(X_test), 32):
        X = X_test[i : i + 32].astype(np.int64)
        parts.append(
            y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]
        )
    return np.concatenate(parts)


FLOAT16_ARRIVES.wrong("no_loop")(loop_over_rows)
FLOAT16_ARRIVES.wrong("earliest")(last_of_equals)


FLOAT16_ARRIVES.wrong("exact")(in_float32)
FLOAT16_ARRIVES.tests(
    Values(
        "half_precision",
        "float16 ends at 65504 = 2¹⁶ − 32 and has 11 bits: 300² is already infinite. "
        "Storage may be small; the arithmetic must be wider.",
        half_precision,
        demand="no_overflow",
    ),
    Values(
        "wider_than_float32",
        "Squares of numbers near 2048 reach 2²²; eight of them need more than the 24 bits "
        "of float32.",
        half_precision_ties,
        demand="exact",
    ),
    Values(
        "first_of_equals",
        "Whole numbers tie in every precision that holds them.",
        half_precision_equals,
        demand="earliest",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
