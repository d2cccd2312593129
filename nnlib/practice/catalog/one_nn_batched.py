"""The drill `one_nn_batched`: the nearest row within a budget of memory."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterable, Iterator

import numpy as np

from nnlib.practice.catalog.one_nn import (
    OWN_WHY,
    any_shape,
    close_calls,
    no_query,
    own_rows,
    ties,
)
from nnlib.practice.checks import Args, Budget, Case, Loops, Values
from nnlib.practice.compare import same_labels
from nnlib.practice.inputs import (
    Array,
    Stream,
    clear,
    distance_facts,
    exact_nearest,
    labels,
    names_of_rows,
    nearly_tied,
    thinned,
    whole,
)
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="one_nn_batched",
    title="1NN within a memory budget",
    minutes=15,
    difficulty="medium",
    origin="Follow-up of the interview question: the distance matrix does not fit.",
    chapter="expansion",
    opening="Write `one_nn_batched(X_train, y_train, X_test, max_bytes)`.",
    given=(
        (
            "As in `one_nn`: `X_train` (n_train, d), `y_train` (n_train,), `X_test` (n_test, d); "
            "here all numbers are float64."
        ),
        (
            "You may count on `max_bytes` being at least 8 · (4 · n_train · (d + 4) + 1000): room"
            " for copies of the training rows, and for the scores of a few queries."
        ),
    ),
    demands={
        "nearest": (
            "Return for every row of `X_test` the label of its nearest row of `X_train`, with the"
            " dtype of `y_train`."
        ),
        "precision": (
            "Compute in float64: rows whose distances differ in the eighth digit are not equally "
            "close."
        ),
        "all_blocks": "The last block counts as well, however few rows it has.",
        "earliest": "The smallest index of equals counts.",
        "empty": "n_test may be 0; n_train is at least 1.",
        "blocks": (
            "Use what you are given: blocks of many rows where they fit. Blocks of fewer than 64 "
            "rows, when thousands fit, are a loop over rows."
        ),
        "budget": "Hold at most `max_bytes` bytes at a time besides the inputs and the result.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
T, y = np.array([[1.0, 1], [4, 2], [2, 5]]), np.array(["A", "B", "B"])
X = np.array([[2.0, 2], [4, 4]])
one_nn_batched(T, y, X, 10_000)  # array(['A', 'B'], dtype='<U1')
""",
    remark=(
        "Memory is measured at its peak, with 192 KiB of grace for what Python and NumPy need"
        " themselves."
    ),
    clarifying=(
        Question(
            "Does the result count?",
            "No, nor do the inputs; everything else does.",
        ),
        Question(
            "Do the training rows fit?",
            "Yes, and a copy or two of them as well.",
        ),
        Question(
            "Is the budget for arrays, or for the process?",
            "For what your function allocates.",
        ),
        Question(
            "Is a smaller block better than a wrong estimate?",
            "Yes, down to a few dozen rows.",
        ),
    ),
    hints=(
        "Which side do you cut, and why does cutting it need no merging?",
        "How many bytes does one more query cost? Count each array that is alive at the same time: "
        "`norms - 2 * block @ X_train.T` holds two matrices before it is done.",
        "`rows = max(1, max_bytes // (8 * 3 * (n_train + d)))`, a loop over "
        "`range(0, n_test, rows)`, and the result written into `np.empty(n_test, y_train.dtype)`.",
    ),
    stub='''\
import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    """Return the nearest rows' labels, within max_bytes at a time."""
    raise NotImplementedError
''',
    rubric=(
        "cuts the queries, not the training rows, and says why no merge is needed",
        "derives the number of rows from the budget, temporaries included",
        "handles the last block and the empty test set",
        "computes the norms of the training rows once, outside the loop",
        "knows that tiles that fit the cache are also faster",
    ),
    follow_ups=(
        Question(
            "And if the training rows do not fit?",
            "Cut them, too, and keep a running best per query: a later block replaces it only if "
            "strictly closer, which keeps the earliest index.",
        ),
        Question(
            "How large should a block be if memory is no issue?",
            "A few hundred rows, for the product's full speed. For scores that stay in the cache cut "
            "the training rows, too.",
        ),
        Question(
            "Can the blocks run in parallel?",
            "Yes, they share only the training rows. BLAS may already use all cores, so measure "
            "before adding threads.",
        ),
    ),
    aloud={
        "correct": "Queries are independent, so blocks of them change nothing.",
        "vectorized": "Blocks are as large as the budget allows; Python runs once a block.",
        "memory": "At the peak one block of scores is alive, and the norms.",
    },
)


GRACE = 192 * 1024

# Rounds a row: where thousands of rows fit, blocks of 64 may be taken, blocks of 32 may not.
BLOCK_LOOP = 0.03


@DRAFT.solution("budget", "unmodified")
def one_nn_batched(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Return the nearest rows' labels, within max_bytes at a time."""
    n_train, d = X_train.shape
    norms = np.einsum("ij,ij->i", X_train, X_train)
    fixed = 8 * n_train  # the norms
    # A query costs n_train products, one index, and d numbers of 2x.
    rows = max(1, (max_bytes - fixed) // (8 * (n_train + d + 1)))
    labels = np.empty(len(X_test), dtype=y_train.dtype)
    for start in range(0, len(X_test), rows):
        scores = (2 * X_test[start : start + rows]) @ X_train.T
        scores -= norms  # in place: no second matrix
        labels[start : start + rows] = y_train[scores.argmax(axis=1)]
        del scores  # else it would still be held while the next is made
    return labels


@DRAFT.right("nearest", "precision", "all_blocks", "earliest", "empty")
def by_thirds(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Count three matrices a block, and write the plain form."""
    n_train, d = X_train.shape
    rows = max(1, max_bytes // (8 * 3 * (n_train + d)))
    norms = (X_train**2).sum(axis=1)
    parts = [y_train[:0]]
    for block in np.array_split(
        X_test, max(1, -(-len(X_test) // rows))
    ):
        parts.append(
            y_train[(norms - 2 * block @ X_train.T).argmin(axis=1)]
        )
    return np.concatenate(parts)


@DRAFT.wrong("budget")
def all_at_once(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Build the whole matrix."""
    return y_train[
        ((X_train**2).sum(axis=1) - 2 * X_test @ X_train.T).argmin(
            axis=1
        )
    ]


@DRAFT.wrong("budget")
def fixed_blocks(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Take blocks of 1000 rows, whatever they cost."""
    parts = [y_train[:0]]
    for i in range(0, len(X_test), 1000):
        parts.append(
            all_at_once(
                X_train, y_train, X_test[i : i + 1000], max_bytes
            )
        )
    return np.concatenate(parts)


@DRAFT.wrong("budget")
def forgets_temporaries(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Count one matrix, where the formula makes two."""
    rows = max(1, max_bytes // (8 * len(X_train)))
    parts = [y_train[:0]]
    for i in range(0, len(X_test), rows):
        parts.append(
            all_at_once(
                X_train, y_train, X_test[i : i + rows], max_bytes
            )
        )
    return np.concatenate(parts)


@DRAFT.wrong("budget")
def cube_in_a_block(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Count a matrix a block, and build a cube."""
    rows = max(1, max_bytes // (16 * len(X_train)))
    parts = [y_train[:0]]
    for i in range(0, len(X_test), rows):
        d2 = ((X_test[i : i + rows, None] - X_train) ** 2).sum(axis=2)
        parts.append(y_train[d2.argmin(axis=1)])
    return np.concatenate(parts)


@DRAFT.wrong("blocks")
def one_at_a_time(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Make every row a block."""
    labels = np.empty(len(X_test), dtype=y_train.dtype)
    for i in range(len(X_test)):
        labels[i] = y_train[
            ((X_test[i] - X_train) ** 2).sum(axis=1).argmin()
        ]
    return labels


@DRAFT.wrong("blocks")
def eights(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Take blocks of 8 rows, and never read the budget."""
    parts = [y_train[:0]]
    for i in range(0, len(X_test), 8):
        parts.append(
            all_at_once(X_train, y_train, X_test[i : i + 8], max_bytes)
        )
    return np.concatenate(parts)


@DRAFT.wrong("earliest")
def smallest_label(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Give a tie to the smallest label."""
    order = y_train.argsort(kind="stable")
    return one_nn_batched(
        X_train[order], y_train[order], X_test, max_bytes
    )


@DRAFT.wrong("nearest")
def class_means(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Take the class whose mean is nearest."""
    classes, codes = np.unique(y_train, return_inverse=True)
    means = np.stack(
        [X_train[codes == c].mean(axis=0) for c in range(len(classes))]
    )
    return one_nn_batched(means, classes, X_test, max_bytes)


@DRAFT.wrong("precision")
def in_float32(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Halve the memory: float32."""
    T, X = X_train.astype(np.float32), X_test.astype(np.float32)
    return one_nn_batched(T, y_train, X, max_bytes // 4)


@DRAFT.wrong("all_blocks")
def loses_the_rest(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Leave out the last block if it is not full."""
    rows = max(
        1, max_bytes // (8 * 3 * (len(X_train) + X_train.shape[1]))
    )
    rows = min(rows, max(1, len(X_test)))
    labels = np.zeros(len(X_test), dtype=y_train.dtype)
    for i in range(0, len(X_test) - rows + 1, rows):
        block = X_test[i : i + rows]
        labels[i : i + rows] = all_at_once(
            X_train, y_train, block, max_bytes
        )
    return labels


def least(n_train: int, d: int) -> int:
    """Return the smallest budget that the statement allows."""
    return 8 * (4 * n_train * (d + 4) + 1000)


def budgeted(rng: np.random.Generator) -> Iterator[Case]:
    """Give the cases of `one_nn` under a budget that leaves room for one block."""
    for case in any_shape(rng):
        yield with_budget(case, 2**20)


def with_budget(case: Case, budget: int = 0) -> Case:
    """Add a budget to a case of `one_nn`, the smallest if none is named."""
    n, d = case.args[0].shape
    return case.turned(
        lambda args: (*args, budget or least(n, d)),
        lambda args: args[:3],
    )


def budgeted_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties."""
    return map(with_budget, ties(rng))


def budgeted_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Give classes whose rows lie apart."""
    return map(with_budget, own_rows(rng))


def budgeted_empty(rng: np.random.Generator) -> Iterator[Case]:
    """Give an empty test set."""
    return map(with_budget, no_query(rng))


def budgeted_close_calls(rng: np.random.Generator) -> Iterator[Case]:
    """Give squared distances that differ in the eighth digit."""
    return map(with_budget, close_calls(rng))


def block_edges(rng: np.random.Generator) -> Iterator[Case]:
    """Give numbers of queries around a few block sizes."""
    T = whole(rng, 7, 2)
    for n_test in (31, 32, 33, 99, 100, 101, 257):
        X = whole(rng, n_test, 2)
        y = labels(7)
        yield Case((T, y, X, least(7, 2)), y[exact_nearest(X, T)])


def peaks(rng: np.random.Generator) -> Iterator[Case]:
    """Give inputs whose full matrix is many times the budget."""
    X_train, X_test = whole(rng, 1024, 4), whole(rng, 2048, 4)
    result = 8 * len(X_test)
    for budget in (least(1024, 4), 2**20, 2**22):
        args = (X_train, labels(1024), X_test, budget)
        yield Case(args, budget + result + GRACE)


def many_queries(n: int) -> tuple[Array, Array, Array, int]:
    """Return n queries, few templates, and room for thousands of scores."""
    rng = np.random.default_rng(n)
    return whole(rng, 8, 2), labels(8), whole(rng, n, 2), 2**20


def many_rows(n: int) -> tuple[Array, Array, Array, int]:
    """Return n templates and few queries."""
    rng = np.random.default_rng(n)
    return whole(rng, n, 2), labels(n), whole(rng, 8, 2), 2**20


ROW_WHY = (
    "A block of one row wastes the matrix product: each call costs microseconds of overhead and "
    "reads all training rows again."
)

BUDGET_WHY = (
    "A server with 1 GB does not run out of memory on average, it runs out at the peak. Count "
    "every array that is alive at once, the hidden temporaries of a formula included."
)

Blocks = Iterable[tuple[Array, Array]]


@DRAFT.right("blocks")
def at_most_64(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Take blocks of 64 rows, or fewer where the budget says so."""
    n_train, d = X_train.shape
    rows = min(64, max(1, max_bytes // (8 * 3 * (n_train + d))))
    parts = [y_train[:0]]
    for i in range(0, len(X_test), rows):
        parts.append(
            all_at_once(
                X_train, y_train, X_test[i : i + rows], max_bytes
            )
        )
    return np.concatenate(parts)


@DRAFT.wrong("empty")
def nothing_to_glue(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Glue blocks together, of which an empty test set has none."""
    rows = max(1, max_bytes // (8 * 3 * sum(X_train.shape)))
    starts = range(0, len(X_test), rows)
    blocks = [
        all_at_once(X_train, y_train, X_test[i : i + rows], max_bytes)
        for i in starts
    ]
    return np.concatenate(blocks)


@DRAFT.wrong("unmodified")
def shifts_in_place(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Shift the caller's arrays, which changes no distance."""
    X_train -= 1
    X_test -= 1
    return one_nn_batched(X_train, y_train, X_test, max_bytes)


DRAFT.tests(
    Values(
        "any_shape",
        "Blocks must not change an answer.",
        budgeted,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "block_edges",
        "The last block is rarely full; range(0, n − rows, rows) loses it.",
        block_edges,
        agree=same_labels,
        demand="all_blocks",
    ),
    Values(
        "first_of_equals",
        "argmax of the negated distance keeps the rule, if it runs over the training rows.",
        budgeted_ties,
        agree=same_labels,
        demand="earliest",
    ),
    Values(
        "empty_test_set",
        "No query means no block; np.concatenate of nothing raises.",
        budgeted_empty,
        agree=same_labels,
        demand="empty",
    ),
    Values(
        "every_row_counts",
        OWN_WHY,
        budgeted_rows,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "close_calls",
        "float32 holds 24 bits: it halves the memory, and the digits as well.",
        budgeted_close_calls,
        agree=same_labels,
        demand="precision",
    ),
    Loops(
        "no_loop_over_rows",
        ROW_WHY,
        (many_queries, many_rows),
        limit=BLOCK_LOOP,
        demand="blocks",
    ),
    Budget("within_the_budget", BUDGET_WHY, peaks, demand="budget"),
)


# ── Twists ──

ONE_NN_STREAMED = DRAFT.twist(
    name="one_nn_streamed",
    title="the training rows come in blocks",
    opening=(
        "The training set does not fit into memory either. Write "
        "`one_nn_streamed(train_blocks, X_test)`."
    ),
    given=(
        (
            "`train_blocks` is an iterable of pairs (X, y): at least one, none empty, in the "
            "order of the rows."
        ),
    ),
    demands={
        "best": "Go through it once, and return the labels (n_test,) in the dtype of the `y`.",
        "earliest": "A query that is equally close to several rows takes the earliest.",
        "no_loop": "No Python loop over the rows of a block.",
        "memory": "Hold no more than three blocks at a time, and their scores.",
    },
    aloud={
        "correct": "A running minimum with strict comparison keeps the earliest index.",
        "vectorized": "One loop over blocks; inside, one product.",
        "memory": "One block is held at a time, and the best of each query.",
    },
)


@ONE_NN_STREAMED.solution("best", "no_loop")
def one_nn_streamed(train_blocks: Blocks, X_test: Array) -> Array:
    """Return labels from blocks (X, y) that come one after another."""
    best = np.full(len(X_test), np.inf)
    labels: Array | None = None
    for X, y in train_blocks:
        d2 = (X * X).sum(axis=1) - 2 * X_test @ X.T
        nearest = d2.argmin(axis=1)
        smallest = d2[np.arange(len(X_test)), nearest]
        closer = (
            smallest < best
        )  # strictly, which keeps the earlier block
        labels = (
            y[nearest]
            if labels is None
            else np.where(closer, y[nearest], labels)
        )
        best = np.minimum(best, smallest)
    assert labels is not None
    return labels


@ONE_NN_STREAMED.wrong("earliest")
def later_wins(train_blocks: Blocks, X_test: Array) -> Array:
    """Use ≤, so that a later block wins ties."""
    best, labels = np.full(len(X_test), np.inf), None
    for X, y in train_blocks:
        d2 = (X * X).sum(axis=1) - 2 * X_test @ X.T
        smallest, found = d2.min(axis=1), y[d2.argmin(axis=1)]
        labels = (
            found
            if labels is None
            else np.where(smallest <= best, found, labels)
        )
        best = np.minimum(best, smallest)
    return np.asarray(labels)


@ONE_NN_STREAMED.wrong("memory")
def concatenated(train_blocks: Blocks, X_test: Array) -> Array:
    """Collect the stream, and search it at once."""
    blocks = list(train_blocks)
    X, y = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return y[((X * X).sum(axis=1) - 2 * X_test @ X.T).argmin(axis=1)]


@ONE_NN_STREAMED.wrong("best")
def reads_twice(train_blocks: Blocks, X_test: Array) -> Array:
    """Look for the smallest distances first, and for their labels in a second pass."""
    best = np.full(len(X_test), np.inf)
    for X, _ in train_blocks:
        best = np.minimum(
            best, ((X * X).sum(axis=1) - 2 * X_test @ X.T).min(axis=1)
        )
    labels: Array | None = None
    for X, y in train_blocks:
        d2 = (X * X).sum(axis=1) - 2 * X_test @ X.T
        found = y[d2.argmin(axis=1)]
        labels = (
            found
            if labels is None
            else np.where(d2.min(axis=1) == best, found, labels)
        )
    assert labels is not None
    return labels


@ONE_NN_STREAMED.wrong("no_loop")
def row_after_row(train_blocks: Blocks, X_test: Array) -> Array:
    """Loop over the training rows of each block."""
    best, labels = np.full(len(X_test), np.inf), None
    for X, y in train_blocks:
        for t, label in zip(X, y, strict=True):
            d2 = ((X_test - t) ** 2).sum(axis=1)
            if labels is None:
                labels = np.full(len(X_test), label)
            labels = np.where(d2 < best, label, labels)
            best = np.minimum(best, d2)
    return np.asarray(labels)


@ONE_NN_STREAMED.wrong("best")
def last_block_only(train_blocks: Blocks, X_test: Array) -> Array:
    """Keep the labels of the last block."""
    labels = X_test[:, 0]
    for X, y in train_blocks:
        labels = y[
            ((X * X).sum(axis=1) - 2 * X_test @ X.T).argmin(axis=1)
        ]
    return labels


def stream_case(
    blocks: list[tuple[Array, Array]],
    X_test: Array,
    gap: float | None = None,
) -> Case:
    """Return a case of a stream; a `gap` means the same as in a case of `one_nn`."""

    def smaller(args: Args) -> Iterator[Case]:
        stream, X = args
        for i in range(len(X) if len(X) > 1 else 0):
            yield stream_case(stream.blocks, X[i : i + 1], gap)
        for fewer in fewer_rows(stream.blocks):
            T, _ = joined(fewer)
            if gap is None or len(clear(X, T, gap)) == len(X):
                yield stream_case(fewer, X, gap)

    def facts(args: Args) -> str:
        return distance_facts(args[1], joined(args[0].blocks)[0])

    T, y = joined(blocks)
    return Case(
        (Stream(blocks), X_test),
        y[exact_nearest(X_test, T)],
        smaller,
        facts,
    )


def joined(blocks: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return the rows and the labels of all blocks."""
    X, y = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return X, y


def fewer_rows(
    blocks: list[tuple[Array, Array]],
) -> Iterator[list[tuple[Array, Array]]]:
    """Give streams that lack a block, or some rows of one."""
    for i, (X, y) in enumerate(blocks):
        if len(blocks) > 1:
            yield blocks[:i] + blocks[i + 1 :]
        for kept in thinned(len(X), least=1):
            yield [*blocks[:i], (X[kept], y[kept]), *blocks[i + 1 :]]


def stream(rng: np.random.Generator) -> Iterator[Case]:
    """Give blocks of several sizes; the rows differ."""
    for case in any_shape(rng):
        X_train, y_train, X_test = case.args
        cut = len(X_train) // 2 or 1
        blocks = [
            (X_train[:cut], y_train[:cut]),
            (X_train[cut:], y_train[cut:]),
        ]
        yield stream_case(
            [b for b in blocks if len(b[0])], X_test, gap=0
        )


def stream_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give blocks with rows in common."""
    X = np.array([[0.0], [2.0]])
    for y in (np.array([1, 2]), np.array([2, 1])):
        blocks = [(X[:1], y[:1]), (X[1:], y[1:])]
        yield stream_case(blocks, np.array([[1.0]]))
        blocks = [(X, y), (X, y[::-1])]
        yield stream_case(blocks, np.array([[1.0], [2.0]]))
    T, X = whole(rng, 96, 2, -1, 1), whole(rng, 5, 2, -1, 1)
    y = names_of_rows(96)
    blocks = [(T[i : i + 48], y[i : i + 48]) for i in (0, 48)]
    yield stream_case(blocks, X)


def streamed_queries(n: int) -> tuple[Stream, Array]:
    """Return two blocks and n queries."""
    rng = np.random.default_rng(n)
    return Stream(
        [(whole(rng, 4, 2), labels(4)) for _ in range(2)]
    ), whole(rng, n, 2)


def streamed_rows(n: int) -> tuple[Stream, Array]:
    """Return two blocks, of n rows together, and few queries."""
    rng = np.random.default_rng(n)
    return Stream(
        [(whole(rng, n // 2, 2), labels(n // 2)) for _ in range(2)]
    ), whole(rng, 8, 2)


def streamed_peak(rng: np.random.Generator) -> Iterator[Case]:
    """Give forty blocks, of which three and their scores fit into the budget."""
    blocks = [(whole(rng, 512, 32), labels(512)) for _ in range(40)]
    X = whole(rng, 16, 32)
    block = blocks[0][0].nbytes + 8 * 512 * (len(X) + 1)
    yield Case((Stream(blocks), X), 3 * block + GRACE)


@ONE_NN_STREAMED.right("memory", "earliest")
def two_at_a_time(train_blocks: Blocks, X_test: Array) -> Array:
    """Search each block together with one row a query, the best so far, put before it."""
    best: Array | None = None
    for X, y in train_blocks:
        d2 = (X * X).sum(axis=1) - 2 * X_test @ X.T
        if best is None:
            best, labels = (
                np.full(len(X_test), np.inf),
                np.resize(y, len(X_test)),
            )
        both = np.column_stack([best, d2])
        winner = both.argmin(axis=1)
        labels = np.where(winner > 0, y[winner - 1], labels)
        best = both.min(axis=1)
    return labels


ONE_NN_STREAMED.tests(
    Values(
        "best_of_all_blocks",
        "Keep a running best per query.",
        stream,
        agree=same_labels,
        demand="best",
    ),
    Values(
        "earlier_block_wins",
        "< keeps the first of equals, ≤ replaces it by the last.",
        stream_ties,
        agree=same_labels,
        demand="earliest",
    ),
    Loops(
        "no_loop_over_rows",
        ROW_WHY,
        (streamed_queries, streamed_rows),
        demand="no_loop",
    ),
    Budget(
        "one_block_at_a_time",
        "A stream that is collected is the training set in memory, which does not fit.",
        streamed_peak,
        demand="memory",
    ),
)


FLOAT32_TRAIN = DRAFT.twist(
    name="float32_train",
    title="float32 that must not be widened at once",
    opening=(
        "The training set is float32 now, and a float64 copy of it is twice the budget. Same "
        "signature; `max_bytes` is at least 256 KiB."
    ),
    demands={
        "nearest": "Return the labels of the nearest rows.",
        "earliest": "The smallest index of equals counts.",
        "float64": "The arithmetic shall still be float64.",
        "budget": "Hold at most `max_bytes` at a time.",
    },
    aloud={
        "correct": "Blocks of both sides, a running best, and the block's offset added.",
        "memory": "Only one block of training rows is wide at a time.",
    },
)


@FLOAT32_TRAIN.solution("budget", "float64")
def float32_train(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Return labels without widening all of a float32 training set."""
    n_train, d = X_train.shape
    rows = max(1, min(n_train, max_bytes // (8 * 4 * (d + 128))))
    best = np.full(len(X_test), np.inf)
    winner = np.zeros(len(X_test), dtype=np.intp)
    for i in range(0, len(X_test), 128):
        X = X_test[i : i + 128].astype(np.float64)
        for j in range(0, n_train, rows):
            T = X_train[j : j + rows].astype(np.float64)
            d2 = (T * T).sum(axis=1) - 2 * X @ T.T
            nearest = d2.argmin(axis=1)
            smallest = d2.min(axis=1)
            closer = smallest < best[i : i + 128]
            winner[i : i + 128][closer] = nearest[closer] + j
            best[i : i + 128][closer] = smallest[closer]
            del T, d2
    return y_train[winner]


@FLOAT32_TRAIN.wrong("budget")
def widens_all(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Convert the whole training set first."""
    T = X_train.astype(np.float64)
    return one_nn_batched(
        T, y_train, X_test.astype(np.float64), max_bytes
    )


@FLOAT32_TRAIN.wrong("nearest")
def forgets_the_offset(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Take the index in the block for the index of the row."""
    best = np.full(len(X_test), np.inf)
    winner = np.zeros(len(X_test), dtype=np.intp)
    rows = max(2, len(X_train) // 4)
    for j in range(0, len(X_train), rows):
        T = X_train[j : j + rows].astype(float)
        d2 = (T * T).sum(axis=1) - 2 * X_test.astype(float) @ T.T
        closer = d2.min(axis=1) < best
        winner[closer] = d2.argmin(axis=1)[closer]
        best = np.minimum(best, d2.min(axis=1))
    return y_train[winner]


@FLOAT32_TRAIN.wrong("float64")
def narrow_arithmetic(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Compute in float32, block by block."""
    parts = [y_train[:0]]
    for i in range(0, len(X_test), 4):
        d2 = np.zeros(
            (len(X_test[i : i + 4]), len(X_train)), dtype=np.float32
        )
        for j in range(X_train.shape[1]):
            d2 += (X_test[i : i + 4, j, None] - X_train[:, j]) ** 2
        parts.append(y_train[d2.argmin(axis=1)])
    return np.concatenate(parts)


def narrow(rng: np.random.Generator) -> Iterator[Case]:
    """Give float32 rows."""
    for case in any_shape(rng):
        X_train, y_train, X_test = case.args
        args = (
            X_train.astype(np.float32),
            y_train,
            X_test.astype(np.float32),
            2**18,
        )
        yield Case(args, case.want)


def many_blocks(rng: np.random.Generator) -> Iterator[Case]:
    """Give more rows, and more queries, than fit into one block."""
    T = whole(rng, 300, 3, -99, 99)
    X = clear(whole(rng, 400, 3, -99, 99), T)
    y = names_of_rows(300)
    args = (T.astype(np.float32), y, X.astype(np.float32), 2**18)
    yield Case(args, y[exact_nearest(X, T)])


def narrow_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties among float32 rows, many enough for several blocks."""
    for case in ties(rng):
        X_train, y_train, X_test = case.args
        args = (
            X_train.astype(np.float32),
            y_train,
            X_test.astype(np.float32),
            2**18,
        )
        yield Case(args, case.want)


def needs_float64(rng: np.random.Generator) -> Iterator[Case]:
    """Give float32 rows whose distances differ by less than float32 holds."""
    for T in nearly_tied(5900, 6100, 2):
        y, X = np.array([9, 4]), np.zeros((1, 2), np.float32)
        yield Case((T.astype(np.float32), y, X, 2**18), y[1:])


def narrow_peak(rng: np.random.Generator) -> Iterator[Case]:
    """Give a float32 training set whose float64 copy is twice the budget."""
    X_train = whole(rng, 4096, 32).astype(np.float32)
    X_test = whole(rng, 64, 32).astype(np.float32)
    yield Case((X_train, labels(4096), X_test, 2**19), 2**19 + GRACE)


@FLOAT32_TRAIN.wrong("earliest")
def later_block_wins(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Let a later block replace an equal one."""
    best = np.full(len(X_test), np.inf)
    winner = np.zeros(len(X_test), dtype=np.intp)
    X = X_test.astype(np.float64)
    for j in range(0, len(X_train), 64):
        T = X_train[j : j + 64].astype(np.float64)
        d2 = (T * T).sum(axis=1) - 2 * X @ T.T
        closer = d2.min(axis=1) <= best
        winner[closer] = d2.argmin(axis=1)[closer] + j
        best = np.minimum(best, d2.min(axis=1))
    return y_train[winner]


@FLOAT32_TRAIN.right("nearest", "earliest")
def backward(
    X_train: Array, y_train: Array, X_test: Array, max_bytes: int
) -> Array:
    """Go through the blocks from the back, where ≤ keeps the earliest."""
    best = np.full(len(X_test), np.inf)
    winner = np.zeros(len(X_test), dtype=np.intp)
    X = X_test.astype(np.float64)
    for j in reversed(range(0, len(X_train), 100)):
        T = X_train[j : j + 100].astype(np.float64)
        d2 = (T * T).sum(axis=1) - 2 * X @ T.T
        closer = d2.min(axis=1) <= best
        winner[closer] = d2.argmin(axis=1)[closer] + j
        best = np.minimum(best, d2.min(axis=1))
    return y_train[winner]


FLOAT32_TRAIN.tests(
    Values(
        "right_indices",
        "A block's index is not the row's.",
        narrow,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "many_blocks",
        "Neither side fits into one block: both offsets count.",
        many_blocks,
        agree=same_labels,
        demand="nearest",
    ),
    Values(
        "first_of_equals",
        "Blocks come in order, so < keeps the first.",
        narrow_ties,
        demand="earliest",
    ),
    Values(
        "float64_arithmetic",
        "float32 holds 24 bits: squared distances near 36 million that differ by 1 are equal.",
        needs_float64,
        demand="float64",
    ),
    Budget(
        "within_the_budget", BUDGET_WHY, narrow_peak, demand="budget"
    ),
)


DRILL = DRAFT.drill()
