"""The drill `one_nn_robust`: bad input gets one clear error."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator

import numpy as np

from nnlib.practice.catalog.one_nn import (
    OWN_WHY,
    TIE_WHY,
    any_shape,
    close_calls,
    many_queries,
    many_rows,
    no_query,
    own_rows,
    small_types,
    ties,
)
from nnlib.practice.checks import Case, Loops, Named, Refusals, Values
from nnlib.practice.compare import same_labels
from nnlib.practice.inputs import QUERIES, TEMPLATES, Array
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="one_nn_robust",
    title="1NN that refuses bad input",
    minutes=15,
    difficulty="medium",
    origin="The interview question, its clarifying part: shapes, dtypes, degenerate input.",
    chapter="edges",
    opening="Write `one_nn_robust(X_train, y_train, X_test)`.",
    given=(
        (
            "Good input are arrays of numbers, as in `one_nn`. Bad input raises `ValueError` with"
            " a message that names the argument at fault, `X_train`, `y_train` or `X_test`, and "
            "none that has nothing to do with it."
        ),
    ),
    demands={
        "nearest": "For good input return the labels of the nearest rows, with the dtype of `y_train`.",
        "earliest": "The smallest index of equals counts.",
        "empty": "An empty `X_test` of shape (0, d) is good input.",
        "dtypes": (
            "So are small types such as uint8, whose squares do not fit into their own type, and "
            "bool."
        ),
        "lists": "So are lists of lists, and a list of labels.",
        "two_axes": "Bad is: `X_train` or `X_test` not two-dimensional;",
        "finite": "NaN or infinity in one of them;",
        "numbers": "one of them not of real numbers (strings, complex);",
        "training_row": "no training row;",
        "widths": "another number of columns in `X_test` than in `X_train` (name `X_test`);",
        "lengths": "another number of labels than training rows (name `y_train`).",
        "no_loop": "No Python loop over the rows.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = [[1, 1], [4, 2], [2, 5]], np.array(["A", "B", "B"])
one_nn_robust(T, y, [[2, 2]])  # array(['A'], dtype='<U1')
one_nn_robust(T, y, [2, 2])  # raises ValueError, which names X_test
""",
    clarifying=(
        Question(
            "Which exception?",
            "ValueError, with the argument's name in its message.",
        ),
        Question(
            "Is an empty test set an error?",
            "No. An empty training set is.",
        ),
        Question("Should lists be accepted?", "Yes, as arrays."),
        Question(
            "Are bool and integers numbers?",
            "Yes. Strings that look like numbers are not.",
        ),
    ),
    hints=(
        "List what can be wrong with one array by itself, then with two together.",
        "np.asarray first; then ndim, dtype.kind, np.isfinite(…).all(); then the widths, the "
        "number of rows, and y_train's shape.",
        '`if X.ndim != 2: raise ValueError(f"{name} must be two-dimensional; …")`, in a loop over '
        'the two arrays with their names; `X.dtype.kind not in "biuf"` finds strings and complex.',
    ),
    stub='''\
import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    """Return the nearest rows' labels, or a telling ValueError."""
    raise NotImplementedError
''',
    rubric=(
        "checks before computing, so that nothing is half done",
        "names the argument and what came (shape, dtype)",
        "knows what NaN does to argmin, and that comparisons with NaN are false",
        "distinguishes the empty test set from the empty training set",
        "raises exceptions and does not assert",
    ),
    follow_ups=(
        Question(
            "Why not clean NaN silently?",
            "Filling or dropping changes the question; whoever owns the data must decide. A function "
            "may offer it, by name.",
        ),
        Question(
            "What do the checks cost?",
            "One pass over each array, O((n_train + n_test) d), against O(n_test · n_train · d).",
        ),
        Question(
            "What about numbers that are finite and too large?",
            "‖t‖² overflows float64 above about 10¹⁵⁴. Refuse, or scale both arrays by a power of two.",
        ),
    ),
    aloud={
        "dtypes": "Small integers are widened before they are subtracted.",
        "correct": "Good input goes through unchanged, lists and empty batches included.",
        "vectorized": "Every check is one reduction.",
        "robust": "Bad input stops at the door, with the name of the argument.",
    },
)


@DRAFT.solution("nearest", "lists", "two_axes", "finite", "unmodified")
def one_nn_robust(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Return the nearest rows' labels, or a telling ValueError."""
    rows = {
        "X_train": np.asarray(X_train),
        "X_test": np.asarray(X_test),
    }
    y = np.asarray(y_train)
    for name, X in rows.items():
        if X.ndim != 2:
            raise ValueError(
                f"{name} must be two-dimensional; "
                f"its shape is {X.shape}"
            )
        if X.dtype.kind not in "biuf":
            raise ValueError(
                f"{name} must hold real numbers; its dtype is {X.dtype}"
            )
        if not np.isfinite(X).all():
            raise ValueError(f"{name} holds NaN or infinity")
    T, X = (rows[name].astype(np.float64) for name in rows)
    if len(T) == 0:
        raise ValueError("X_train has no rows")
    if X.shape[1] != T.shape[1]:
        raise ValueError(
            f"X_test has {X.shape[1]} columns, "
            f"the training rows have {T.shape[1]}"
        )
    if y.shape != (len(T),):
        raise ValueError(
            f"y_train must have shape ({len(T)},); it has {y.shape}"
        )
    return y[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]


@DRAFT.right(
    "earliest",
    "empty",
    "dtypes",
    "numbers",
    "training_row",
    "widths",
    "lengths",
    "no_loop",
)
def by_conversion(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Let one function check both arrays."""

    def checked(name: str, X: Array) -> Array:
        array = np.asarray(X)
        if array.dtype.kind in "OUSc" or array.ndim != 2:
            raise ValueError(
                f"{name}: need a two-dimensional array of real numbers"
            )
        array = array.astype(float)
        bad = ~np.isfinite(array).all(axis=1)
        if bad.any():
            raise ValueError(
                f"{name}: row {int(bad.argmax())} is not finite"
            )
        return array

    T, X, y = (
        checked("X_train", X_train),
        checked("X_test", X_test),
        np.asarray(y_train),
    )
    if not len(T):
        raise ValueError("X_train: empty")
    if T.shape[1] != X.shape[1]:
        raise ValueError(f"X_test: {X.shape} does not fit {T.shape}")
    if y.ndim != 1 or len(y) != len(T):
        raise ValueError(f"y_train: {y.shape} does not fit {T.shape}")
    d2 = np.zeros((len(X), len(T)))
    for j in range(T.shape[1]):
        d2 += (X[:, j, None] - T[:, j]) ** 2
    return y[d2.argmin(axis=1)]


@DRAFT.wrong("earliest")
def last_of_equals(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Let the last of equally near rows win."""
    if (
        np.ndim(X_train) != 2
        or np.shape(y_train) != np.shape(X_train)[:1]
    ):
        return one_nn_robust(X_train, y_train, X_test)
    return one_nn_robust(
        np.asarray(X_train)[::-1], np.asarray(y_train)[::-1], X_test
    )


def unchecked(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Check nothing."""
    T, X = (
        np.asarray(X_train, dtype=float),
        np.asarray(X_test, dtype=float),
    )
    return np.asarray(y_train)[
        ((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)
    ]


@DRAFT.wrong("finite")
def nan_only(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Look for NaN, and let infinity pass."""
    for name, value in (("X_train", X_train), ("X_test", X_test)):
        array = np.asarray(value)
        if array.dtype.kind == "f" and np.isnan(array).any():
            raise ValueError(f"{name} holds NaN")
        if array.dtype.kind == "f" and np.isinf(array).any():
            return np.asarray(y_train)[
                np.zeros(len(np.asarray(X_test)), dtype=int)
            ]
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("widths")
def broadcasts(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Let a single column of queries stretch over all features."""
    T, X = np.asarray(X_train), np.asarray(X_test)
    if (
        T.ndim == X.ndim == 2
        and X.shape[1] == 1 < T.shape[1]
        and len(T)
    ):
        X = np.repeat(X, T.shape[1], axis=1)
    return one_nn_robust(T, y_train, X)


@DRAFT.wrong("empty")
def refuses_nothing(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Refuse an empty test set, which is good input."""
    if len(X_test) == 0:
        raise ValueError("X_test is empty")
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("lists")
def arrays_only(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Ask the arguments for their shapes before converting them."""
    if X_train.ndim != 2:
        raise ValueError("X_train must be two-dimensional")
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("lengths")
def extra_labels(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Never look at the number of labels."""
    return one_nn_robust(
        X_train, np.resize(y_train, len(X_train)), X_test
    )


Y = np.array([4, 5, 6])


def spoiled(value: float) -> Array:
    """Return the templates as floats with one entry replaced."""
    T = TEMPLATES.copy()
    T[1, 0] = value
    return T


def wrong_axes(rng: np.random.Generator) -> Iterator[Case]:
    """Give one row without its axis, and a cube."""
    yield Case(
        (TEMPLATES.copy(), Y, np.array([2.0, 2.0])), Named("X_test")
    )
    yield Case(
        (np.array([1.0, 2.0, 3.0]), Y, np.array([[2.0]])),
        Named("X_train"),
    )
    yield Case(
        (TEMPLATES.copy(), Y, np.zeros((2, 2, 2))), Named("X_test")
    )
    yield Case(
        (np.zeros((3, 2, 2)), Y, QUERIES.copy()), Named("X_train")
    )


def not_finite(rng: np.random.Generator) -> Iterator[Case]:
    """Give NaN and both infinities, in both arrays."""
    for value in (np.nan, np.inf, -np.inf):
        yield Case(
            (spoiled(value), Y, QUERIES.copy()), Named("X_train")
        )
        yield Case(
            (TEMPLATES.copy(), Y, spoiled(value)), Named("X_test")
        )


def not_numbers(rng: np.random.Generator) -> Iterator[Case]:
    """Give strings and complex numbers."""
    yield Case(
        (TEMPLATES.astype(str), Y, QUERIES.copy()), Named("X_train")
    )
    yield Case(
        (TEMPLATES.copy(), Y, QUERIES.astype(str)), Named("X_test")
    )
    yield Case(
        (TEMPLATES.astype(complex), Y, QUERIES.copy()), Named("X_train")
    )
    yield Case((TEMPLATES.copy(), Y, QUERIES * 1j), Named("X_test"))


def other_widths(rng: np.random.Generator) -> Iterator[Case]:
    """Give queries with too few and too many columns, and with one, which would broadcast."""
    for d in (1, 3):
        want = Named("X_test", free=("X_train",))
        yield Case((TEMPLATES.copy(), Y, np.ones((2, d))), want)
    yield Case((np.ones((3, 1)), Y, np.ones((2, 2))), want)


def no_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give an empty training set."""
    want = Named("X_train", free=("y_train",))
    yield Case((np.zeros((0, 2)), Y[:0], QUERIES.copy()), want)


def other_lengths(rng: np.random.Generator) -> Iterator[Case]:
    """Give too few and too many labels."""
    for n in (2, 4):
        want = Named("y_train", free=("X_train",))
        yield Case(
            (TEMPLATES.copy(), np.arange(n), QUERIES.copy()), want
        )


def small_and_bool(rng: np.random.Generator) -> Iterator[Case]:
    """Give small integers, and answers to yes-no questions."""
    yield from small_types(rng)
    T = np.array([[True, False, False], [True, True, True]])
    yield Case(
        (
            T,
            Y[:2],
            np.array([[False, False, False], [False, True, True]]),
        ),
        Y[:2].copy(),
    )


def lists(rng: np.random.Generator) -> Iterator[Case]:
    """Give lists."""
    yield Case(
        ([[1, 1], [4, 2], [2, 5]], [4, 5, 6], [[2, 2], [4, 4]]),
        np.array([4, 5]),
    )
    yield Case(([[0.0], [2.0]], ["a", "b"], [[3.0]]), np.array(["b"]))


COST_WHY = "Checks are reductions over whole arrays, too: np.isfinite(X).all() needs no loop."


@DRAFT.wrong("two_axes")
def one_query_as_a_row(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Take a single query of shape (d,) for a batch of one."""
    X = np.asarray(X_test)
    return one_nn_robust(
        X_train, y_train, X[None] if X.ndim == 1 else X
    )


@DRAFT.wrong("two_axes")
def names_all(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Say of arrays with other axes that one of the three is bad."""
    if np.ndim(X_train) != 2 or np.ndim(X_test) != 2:
        raise ValueError("X_train, y_train or X_test is bad")
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("two_axes")
def nameless(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Raise, and say nothing."""
    if np.ndim(X_train) != 2 or np.ndim(X_test) != 2:
        raise ValueError("bad input")
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("two_axes")
def with_asserts(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Assert, which python -O removes."""
    assert np.ndim(X_train) == 2, "X_train"
    assert np.ndim(X_test) == 2, "X_test"
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("numbers")
def strings_of_digits(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Convert whatever converts."""
    T, X = np.asarray(X_train), np.asarray(X_test)
    T = T.astype(float) if T.dtype.kind == "U" else T
    return one_nn_robust(
        T, y_train, X.astype(float) if X.dtype.kind == "U" else X
    )


@DRAFT.wrong("training_row")
def no_row_no_matter(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Let argmin complain of an empty training set, which names no argument."""
    if np.shape(X_train)[:1] == (0,) and np.ndim(X_test) == 2:
        return np.asarray(y_train)[
            np.zeros((len(X_test), 0)).argmin(axis=1)
        ]
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("dtypes")
def wraps_around(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Subtract small integers in their own type, after all checks."""
    labels = one_nn_robust(X_train, y_train, X_test)
    T, X = np.asarray(X_train), np.asarray(X_test)
    if T.dtype.itemsize > 2:
        return labels
    d2 = np.zeros((len(X), len(T)), dtype=T.dtype)
    for j in range(T.shape[1]):
        d2 += (X[:, j, None] - T[:, j]) ** 2
    return y_train[d2.argmin(axis=1)]


@DRAFT.wrong("dtypes")
def refuses_bool(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Count integers and floats as numbers, and nothing else."""
    for name, value in (("X_train", X_train), ("X_test", X_test)):
        if np.asarray(value).dtype.kind not in "iuf":
            raise ValueError(f"{name} must hold numbers")
    return one_nn_robust(X_train, y_train, X_test)


@DRAFT.wrong("nearest")
def class_means(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Take the class whose mean is nearest."""
    one_nn_robust(X_train, y_train, X_test)
    y = np.asarray(y_train)
    classes, codes = np.unique(y, return_inverse=True)
    T = np.asarray(X_train, dtype=float)
    means = np.stack(
        [T[codes == c].mean(axis=0) for c in range(len(classes))]
    )
    return one_nn_robust(means, classes, X_test)


@DRAFT.wrong("no_loop")
def checks_row_by_row(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Look at each query in turn."""
    labels = one_nn_robust(X_train, y_train, X_test)
    for x in np.asarray(X_test):
        if not np.isfinite(x).all():
            raise ValueError("X_test is not finite")
    return labels


@DRAFT.wrong("unmodified")
def cleans_in_place(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Write into the caller's rows after the search."""
    labels = one_nn_robust(X_train, y_train, X_test)
    if isinstance(X_train, np.ndarray):
        X_train[0] += 1
    return labels


DRAFT.tests(
    Values(
        "good_input",
        "Checks must let good input pass.",
        any_shape,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "empty_test_set",
        "No query is not an error; the answer is an empty array.",
        no_query,
        agree=same_labels,
        demand="empty",
    ),
    Values(
        "small_integer_types",
        "uint8 wraps around in silence, and bool cannot be subtracted: convert first.",
        small_and_bool,
        agree=same_labels,
        among="dtypes",
        demand="dtypes",
    ),
    Values(
        "close_calls",
        "float32 holds 24 bits only.",
        close_calls,
        demand="nearest",
    ),
    Values(
        "every_row_counts",
        OWN_WHY,
        own_rows,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "first_of_equals",
        TIE_WHY,
        ties,
        agree=same_labels,
        demand="earliest",
    ),
    Values(
        "lists",
        "Callers pass lists; one np.asarray at the door settles it.",
        lists,
        demand="lists",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (many_queries, many_rows),
        demand="no_loop",
    ),
    Refusals(
        "wrong_axes",
        "A single query of shape (d,) broadcasts into something that looks right. asserts are "
        "removed by python -O, and are no error message.",
        wrong_axes,
        demand="two_axes",
    ),
    Refusals(
        "not_finite",
        "argmin calls NaN the smallest, so one NaN wins everywhere; ∞ − ∞ makes one.",
        not_finite,
        demand="finite",
    ),
    Refusals(
        "not_numbers",
        "Strings convert to floats without a complaint, and complex numbers have no order.",
        not_numbers,
        demand="numbers",
    ),
    Refusals(
        "no_training_row",
        "There is no nearest of none; argmin's own error names no argument.",
        no_rows,
        demand="training_row",
    ),
    Refusals(
        "other_widths",
        "One column broadcasts over all features and gives distances of something else.",
        other_widths,
        demand="widths",
    ),
    Refusals(
        "other_lengths",
        "With too many labels nothing fails, and the labels of other rows are returned.",
        other_lengths,
        demand="lengths",
    ),
)


# ── Twists ──

NAMES_THE_ROW = DRAFT.twist(
    name="names_the_row",
    title="which row?",
    opening="Same signature.",
    demands={
        "good": "Good input is answered as before.",
        "row": (
            "For NaN and infinity the message must also name the first bad row of the argument, "
            "counted from 0, as `row 11`."
        ),
    },
    aloud={
        "correct": "Good input is answered as before.",
        "robust": "The message says which argument and which row, so that nobody has to search.",
    },
)


@NAMES_THE_ROW.solution("good")
def names_the_row(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """As before; for NaN or infinity, name the first bad row."""
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        bad = ~np.isfinite(X).all(axis=1)
        if bad.any():
            raise ValueError(
                f"{name}: row {int(bad.argmax())} holds NaN or infinity"
            )
    return one_nn_robust(X_train, y_train, X_test)


@NAMES_THE_ROW.wrong("row")
def row_alone(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Name the row and not the argument."""
    for X in (X_train, X_test):
        bad = ~np.isfinite(X).all(axis=1)
        if bad.any():
            raise ValueError(
                f"row {int(bad.argmax())} holds NaN or infinity"
            )
    return one_nn_robust(X_train, y_train, X_test)


@NAMES_THE_ROW.wrong("row")
def last_row(X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Name the last bad row."""
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        bad = np.flatnonzero(~np.isfinite(X).all(axis=1))
        if bad.size:
            raise ValueError(
                f"{name}: row {int(bad[-1])} holds NaN or infinity"
            )
    return one_nn_robust(X_train, y_train, X_test)


def bad_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give several bad rows."""
    X = np.arange(40.0).reshape(20, 2)
    X[[11, 17], [1, 0]] = np.nan, np.inf
    yield Case(
        (X, np.arange(20), QUERIES.copy()), Named("X_train", "row 11")
    )
    yield Case((TEMPLATES.copy(), Y, X), Named("X_test", "row 11"))


@NAMES_THE_ROW.right("row")
def with_nonzero(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Find the bad places, and take the row of the first."""
    for name, X in {"X_test": X_test, "X_train": X_train}.items():
        rows, _ = np.nonzero(~np.isfinite(X))
        if len(rows):
            raise ValueError(f"row {rows[0]} of {name} is not finite")
    return one_nn_robust(X_train, y_train, X_test)


@NAMES_THE_ROW.wrong("good")
def refuses_large(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Take large numbers for bad ones."""
    for name, X in {"X_test": X_test, "X_train": X_train}.items():
        rows, _ = np.nonzero(~(np.abs(X) < 5))
        if len(rows):
            raise ValueError(f"row {rows[0]} of {name} is not finite")
    return one_nn_robust(X_train, y_train, X_test)


NAMES_THE_ROW.wrong("row")(one_nn_robust)
NAMES_THE_ROW.tests(
    Values(
        "good_input",
        "Checks must let good input pass.",
        any_shape,
        agree=same_labels,
        demand="good",
    ),
    Refusals(
        "first_bad_row",
        "“X holds NaN” starts a search; “row 11 of X_test holds NaN” ends it.",
        bad_rows,
        demand="row",
    ),
)


SKIPS_MISSING = DRAFT.twist(
    name="skips_missing",
    title="missing values are left out",
    opening="NaN in a training row now means that the row is missing. Same signature.",
    demands={
        "left_out": "Leave such rows out.",
        "nothing_left": "If every row has one, raise a ValueError that names `X_train`.",
    },
    aloud={
        "correct": "One mask selects rows and labels together.",
        "robust": "A training set of nothing but gaps is refused.",
    },
)


@SKIPS_MISSING.solution("left_out")
def skips_missing(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Leave out training rows with NaN; refuse if none is left."""
    keep = ~np.isnan(X_train).any(axis=1)
    if not keep.any():
        raise ValueError("X_train has no row without NaN")
    return one_nn_robust(
        X_train[keep], np.asarray(y_train)[keep], X_test
    )


@SKIPS_MISSING.wrong("left_out")
def zeros_for_missing(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Put zeros in place of NaN, which makes rows up."""
    return one_nn_robust(np.nan_to_num(X_train), y_train, X_test)


@SKIPS_MISSING.wrong("left_out")
def forgets_the_labels(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Leave rows out and keep all labels."""
    keep = ~np.isnan(X_train).any(axis=1)
    if not keep.any():
        raise ValueError("X_train has no row without NaN")
    return one_nn_robust(
        X_train[keep], np.asarray(y_train)[: keep.sum()], X_test
    )


def some_missing(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows of which one has no value."""
    T = TEMPLATES.copy()
    T[0, 1] = np.nan
    yield Case(
        (T, Y, np.array([[1.0, 0.0], [2.0, 5.0]])), np.array([5, 6])
    )


def all_missing(rng: np.random.Generator) -> Iterator[Case]:
    """Give nothing but NaN."""
    yield Case(
        (np.full((2, 2), np.nan), Y[:2], QUERIES.copy()),
        Named("X_train"),
    )


@SKIPS_MISSING.right("nothing_left")
def infinitely_far(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Put rows with NaN infinitely far away."""
    bad = np.isnan(X_train).any(axis=1, keepdims=True)
    if bad.all():
        raise ValueError("every row of X_train has a missing value")
    T = np.where(bad, 0.0, X_train)
    d2 = (T * T).sum(axis=1) - 2 * X_test @ T.T
    winner: Array = np.where(bad.T, np.inf, d2).argmin(axis=1)
    return np.asarray(y_train)[winner]


@SKIPS_MISSING.wrong("nothing_left")
def returns_something(
    X_train: Array, y_train: Array, X_test: Array
) -> Array:
    """Return the first label where no row is left."""
    if np.isnan(X_train).any(axis=1).all():
        return np.resize(y_train, len(X_test))
    return skips_missing(X_train, y_train, X_test)


SKIPS_MISSING.wrong("left_out")(unchecked)
SKIPS_MISSING.tests(
    Values(
        "rows_left_out",
        "argmin calls NaN the smallest: a row with a missing value would win every query.",
        some_missing,
        demand="left_out",
    ),
    Refusals(
        "nothing_left",
        "No row left means no neighbor: say so.",
        all_missing,
        demand="nothing_left",
    ),
)


DRILL = DRAFT.drill()
