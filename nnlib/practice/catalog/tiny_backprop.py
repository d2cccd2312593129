"""The drill `tiny_backprop`: the gradients of a two-layer net by hand."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.practice.checks import Case, Loops, Values
from nnlib.practice.compare import all_of, close
from nnlib.practice.inputs import Array, whole
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="tiny_backprop",
    title="A two-layer net's gradients by hand",
    minutes=15,
    difficulty="medium",
    origin="A related question: backprop for a tiny network, matrix product included.",
    chapter="learning",
    opening="Write `tiny_backprop(X, Y, W1, b1, W2, b2)`.",
    given=(
        (
            "`X` (n, d): inputs, `Y` (n, c): targets; `W1` (d, h), `b1` (h,), `W2` (h, c), `b2` "
            "(c,): weights; all float64, n ≥ 1."
        ),
        (
            "The net computes A = X W1 + b1, H = max(A, 0), P = H W2 + b2; the loss is L = Σ (P −"
            " Y)² / (2n), summed over all n · c entries."
        ),
    ),
    demands={
        "gradients": "Return the gradients `(dW1, db1, dW2, db2)` of L, each in the shape of its weight.",
        "kink": "The derivative of max(a, 0) at a = 0 counts as 0.",
        "no_loop": "No Python loop over the rows of `X`, and no automatic differentiation.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
X, Y = np.array([[1.0]]), np.array([[0.0]])
W1, b1 = np.array([[2.0]]), np.array([0.0])
W2, b2 = np.array([[3.0]]), np.array([1.0])
dW1, db1, dW2, db2 = tiny_backprop(X, Y, W1, b1, W2, b2)
dW1, db1  # (array([[21.]]), array([21.]))
dW2, db2  # (array([[14.]]), array([7.]))
""",
    remark="Gradients are compared to nine digits, on whole numbers.",
    clarifying=(
        Question(
            "Mean or sum over the rows?",
            "Mean over rows, sum over outputs, with the ½.",
        ),
        Question("The derivative of ReLU at 0?", "0."),
        Question("Are rows examples?", "Yes, X is (n, d)."),
        Question(
            "Do you want the loss as well?", "No, the gradients only."
        ),
    ),
    hints=(
        "Write the forward pass and keep A and H. What is dL/dP?",
        "For C = A @ B: dA = dC @ B.T and dB = A.T @ dC. A bias that is added to each row collects the "
        "sum over the rows.",
        "`dP = (P - Y) / n; dW2 = H.T @ dP; dA = (dP @ W2.T) * (A > 0); dW1 = X.T @ dA`.",
    ),
    stub='''\
import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    """Return (dW1, db1, dW2, db2) of the loss of a two-layer net."""
    raise NotImplementedError
''',
    rubric=(
        "derives the backward pass of the matrix product, with shapes",
        "keeps what the backward pass needs from the forward pass",
        "masks with A > 0, and says what happens at 0",
        "sums biases over the batch, and divides by n once",
        "checks by finite differences, away from the kinks",
    ),
    follow_ups=(
        Question(
            "What does the backward pass cost?",
            "Up to twice the forward pass: two products for each one, less the gradient of X, which "
            "nobody asks for.",
        ),
        Question(
            "What must be kept in memory?",
            "The input of every product and the mask: A or H, and X. Recomputing them trades time "
            "for memory.",
        ),
        Question(
            "Why dA = dC Bᵀ?",
            "C_ij = Σ_q A_iq B_qj, so dL/dA_iq = Σ_j dC_ij B_qj, which is row i of dC times row q of B.",
        ),
    ),
    aloud={
        "correct": "Forward, keep A and H; backward, one product a factor and one mask.",
        "vectorized": "The sum over the batch is inside the matrix products.",
    },
)


Weights = tuple[Array, Array, Array, Array]


@DRAFT.solution("kink", "unmodified")
def tiny_backprop(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Return (dW1, db1, dW2, db2) of the loss of a two-layer net."""
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    # For C = A @ B: dA = dC @ B.T, dB = A.T @ dC, as shapes demand.
    dW2, db2 = H.T @ dP, dP.sum(axis=0)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(axis=0), dW2, db2


@DRAFT.right("gradients", "no_loop")
def with_einsum(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Name every index."""
    A = np.einsum("nd,dh->nh", X, W1) + b1
    on = (A > 0).astype(float)
    error = (np.einsum("nh,hc->nc", A * on, W2) + b2 - Y) / X.shape[0]
    back = np.einsum("nc,hc,nh->nh", error, W2, on)
    return (
        np.einsum("nd,nh->dh", X, back),
        back.sum(axis=0),
        np.einsum("nh,nc->hc", A * on, error),
        error.sum(axis=0),
    )


@DRAFT.wrong("gradients")
def sum_not_mean(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Forget to divide by n."""
    dW1, db1, dW2, db2 = (
        g * len(X) for g in tiny_backprop(X, Y, W1, b1, W2, b2)
    )
    return dW1, db1, dW2, db2


@DRAFT.wrong("gradients")
def no_mask(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Let gradients through units that were off."""
    H = np.maximum(X @ W1 + b1, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    dA = dP @ W2.T
    return X.T @ dA, dA.sum(axis=0), H.T @ dP, dP.sum(axis=0)


@DRAFT.wrong("kink")
def on_at_zero(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Count a = 0 as on."""
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    dA = (dP @ W2.T) * (A >= 0)
    return X.T @ dA, dA.sum(axis=0), H.T @ dP, dP.sum(axis=0)


@DRAFT.wrong("gradients")
def mean_bias(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Average over the rows once more in the biases."""
    dW1, db1, dW2, db2 = tiny_backprop(X, Y, W1, b1, W2, b2)
    return dW1, db1 / len(X), dW2, db2 / len(X)


@DRAFT.wrong("gradients")
def transposed(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Return the matrices transposed."""
    dW1, db1, dW2, db2 = tiny_backprop(X, Y, W1, b1, W2, b2)
    return dW1.T, db1, dW2.T, db2


@DRAFT.wrong("gradients")
def doubled(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Take the derivative of (P − Y)²/n."""
    dW1, db1, dW2, db2 = (
        2 * g for g in tiny_backprop(X, Y, W1, b1, W2, b2)
    )
    return dW1, db1, dW2, db2


@DRAFT.wrong("gradients")
def inputs_for_hidden(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Use A, and not max(A, 0), in the gradient of W2."""
    dW1, db1, _, db2 = tiny_backprop(X, Y, W1, b1, W2, b2)
    A = X @ W1 + b1
    dP = (np.maximum(A, 0) @ W2 + b2 - Y) / len(X)
    return dW1, db1, A.T @ dP, db2


@DRAFT.wrong("no_loop")
def row_by_row(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Add up the gradients of single rows."""
    total = [np.zeros_like(w) for w in (W1, b1, W2, b2)]
    for x, y in zip(X, Y, strict=True):
        for part, g in zip(
            total,
            tiny_backprop(x[None], y[None], W1, b1, W2, b2),
            strict=True,
        ):
            part += g / len(X)
    return total[0], total[1], total[2], total[3]


def oracle(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Return the gradients by the chain rule for single numbers, in whole numbers until the end."""
    (n, d), (h, c) = X.shape, W2.shape
    dW1, db1, dW2, db2 = (np.zeros(w.shape) for w in (W1, b1, W2, b2))
    for i in range(n):
        a = [
            sum(X[i, j] * W1[j, u] for j in range(d)) + b1[u]
            for u in range(h)
        ]
        error = [
            sum(max(a[u], 0) * W2[u, v] for u in range(h))
            + b2[v]
            - Y[i, v]
            for v in range(c)
        ]
        for v in range(c):
            db2[v] += error[v]
            for u in range(h):
                dW2[u, v] += error[v] * max(a[u], 0)
                if a[u] > 0:
                    db1[u] += error[v] * W2[u, v]
                    for j in range(d):
                        dW1[j, u] += error[v] * W2[u, v] * X[i, j]
    return dW1 / n, db1 / n, dW2 / n, db2 / n


def case(*args: Array) -> Case:
    """Return a case."""
    return Case(args, oracle(*args))


def net(
    rng: np.random.Generator, n: int, d: int, h: int, c: int
) -> tuple[Array, ...]:
    """Return data and weights in whole numbers, no hidden unit exactly at 0."""
    b1 = whole(rng, 1, h, -2, 2)[0] + 0.5
    return (
        whole(rng, n, d, -3, 3),
        whole(rng, n, c, -3, 3),
        whole(rng, d, h, -2, 2),
        b1,
        whole(rng, h, c, -2, 2),
        whole(rng, 1, c, -2, 2)[0],
    )


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give two rows, two hidden units of which one is off for the second row, one output."""
    yield case(
        np.array([[1.0, 2.0], [3.0, -1.0]]),
        np.array([[1.0], [0.0]]),
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([0.5, 0.5]),
        np.array([[2.0], [-1.0]]),
        np.array([1.0]),
    )


def one_row(rng: np.random.Generator) -> Iterator[Case]:
    """Give a single row and single units."""
    yield case(*net(rng, 1, 1, 1, 1))
    yield case(*net(rng, 1, 3, 2, 2))


def any_shape(rng: np.random.Generator) -> Iterator[Case]:
    """Give all shapes, square ones among them."""
    for n, d, h, c in [
        *rng.integers(1, 5, (20, 4)).tolist(),
        (3, 3, 3, 3),
    ]:
        yield case(*net(rng, n, d, h, c))


def kinks(rng: np.random.Generator) -> Iterator[Case]:
    """Give a hidden unit that is exactly 0."""
    one = np.array([[1.0]])
    yield case(
        one, one * 5, one, np.array([-1.0]), one, np.array([1.0])
    )


def of_size(n: int) -> tuple[Array, ...]:
    """Return n rows."""
    return net(np.random.default_rng(n), n, 2, 3, 2)


AGREE = all_of(close(), close(), close(), close())

COST_WHY = "X.T @ dA adds up the rows: the sum over the batch is inside the matrix product."


@DRAFT.wrong("unmodified")
def error_in_place(
    X: Array, Y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Put the error where the targets were."""
    gradients = tiny_backprop(X, Y, W1, b1, W2, b2)
    Y -= np.maximum(X @ W1 + b1, 0) @ W2 + b2
    return gradients


DRAFT.tests(
    Values(
        "small_example",
        "Two rows, two hidden units, one of them off once.",
        small_example,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "one_row",
        "With n = 1 every formula can be done on paper.",
        one_row,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "any_shape",
        "Shapes tell which factor is transposed, unless all are square.",
        any_shape,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "exactly_zero",
        "At the kink the statement fixes the derivative: 0.",
        kinks,
        agree=AGREE,
        demand="kink",
    ),
    Loops("no_loop_over_rows", COST_WHY, (of_size,), demand="no_loop"),
)


# ── Twists ──

MATMUL_BACKWARD = DRAFT.twist(
    name="matmul_backward",
    title="the product alone",
    opening="Write `matmul_backward(A, B, dC)`.",
    demands={
        "factors": (
            "For C = A @ B and the gradient `dC` of some loss with respect to C, return `(dA, dB)`."
        ),
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Each factor's gradient is the output's gradient times the other, transposed.",
        "vectorized": "Two matrix products.",
    },
)


@MATMUL_BACKWARD.solution("factors")
def matmul_backward(
    A: Array, B: Array, dC: Array
) -> tuple[Array, Array]:
    """Return the gradients of A and B, given that of C = A @ B."""
    return dC @ B.T, A.T @ dC


@MATMUL_BACKWARD.wrong("factors")
def swapped_sides(A: Array, B: Array, dC: Array) -> tuple[Array, Array]:
    """Multiply from the other side, which fits for square matrices only."""
    return B.T @ dC, dC @ A.T


@MATMUL_BACKWARD.wrong("factors")
def elementwise(A: Array, B: Array, dC: Array) -> tuple[Array, Array]:
    """Take the product for an elementwise one."""
    return dC.sum() * np.ones_like(A), dC.sum() * np.ones_like(B)


def products(rng: np.random.Generator) -> Iterator[Case]:
    """Give products of all shapes, with gradients by sums over indices."""
    for n, k, m in [
        (2, 2, 2),
        (1, 1, 1),
        *rng.integers(1, 5, (8, 3)).tolist(),
    ]:
        A, B, dC = whole(rng, n, k), whole(rng, k, m), whole(rng, n, m)
        dA, dB = np.zeros((n, k)), np.zeros((k, m))
        for i in range(n):
            for j in range(m):
                for q in range(k):
                    dA[i, q] += dC[i, j] * B[q, j]
                    dB[q, j] += dC[i, j] * A[i, q]
        yield Case((A, B, dC), (dA, dB))


@MATMUL_BACKWARD.right("no_loop")
def column_by_column(
    A: Array, B: Array, dC: Array
) -> tuple[Array, Array]:
    """Add up over the columns of C."""
    dA, dB = np.zeros(A.shape), np.zeros(B.shape)
    for j in range(B.shape[1]):
        dA += np.outer(dC[:, j], B[:, j])
        dB[:, j] = dC[:, j] @ A
    return dA, dB


@MATMUL_BACKWARD.wrong("no_loop")
def row_after_row(A: Array, B: Array, dC: Array) -> tuple[Array, Array]:
    """Add up over the rows of C."""
    dB = np.zeros(B.shape)
    for a, c in zip(A, dC, strict=True):
        dB += np.outer(a, c)
    return dC @ B.T, dB


MATMUL_BACKWARD.tests(
    Values(
        "both_factors",
        "dA = dC Bᵀ and dB = Aᵀ dC: each gradient has the shape of its factor.",
        products,
        agree=all_of(close(), close()),
        demand="factors",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (
            lambda n: (
                whole(np.random.default_rng(n), n, 2),
                np.eye(2),
                np.ones((n, 2)),
            ),
        ),
        demand="no_loop",
    ),
)


CROSS_ENTROPY_BACKPROP = DRAFT.twist(
    name="cross_entropy_backprop",
    title="classes in place of numbers",
    opening="Write `cross_entropy_backprop(X, y, W1, b1, W2, b2)`.",
    given=(
        (
            "`y` (n,) are class numbers, and the loss is the mean of −ln softmax(P)[y] over the "
            "rows."
        ),
    ),
    demands={
        "gradients": "Return the four gradients.",
        "finite": "Large outputs must not overflow.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Softmax and logarithm together have the gradient softmax − one-hot.",
        "vectorized": "One more exponential; the rest is unchanged.",
    },
)


@CROSS_ENTROPY_BACKPROP.solution("finite")
def cross_entropy_backprop(
    X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Return the gradients of the mean cross-entropy of a softmax."""
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    P = H @ W2 + b2
    e = np.exp(P - P.max(axis=1, keepdims=True))
    dP: Array = e / e.sum(axis=1, keepdims=True)
    dP[np.arange(len(y)), y] -= 1  # softmax minus one-hot
    dP = dP / len(X)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(axis=0), H.T @ dP, dP.sum(axis=0)


@CROSS_ENTROPY_BACKPROP.wrong("gradients")
def squared_on_one_hot(
    X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Return the gradients of the squared error to one-hot targets."""
    return tiny_backprop(X, np.eye(W2.shape[1])[y], W1, b1, W2, b2)


@CROSS_ENTROPY_BACKPROP.wrong("finite")
def unshifted_softmax(
    X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Exponentiate large outputs."""
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    e = np.exp(H @ W2 + b2)
    dP = (
        e / e.sum(axis=1, keepdims=True) - np.eye(W2.shape[1])[y]
    ) / len(X)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(axis=0), H.T @ dP, dP.sum(axis=0)


def class_case(*args: Any) -> Case:
    """Return a case of the twist: the oracle with errors softmax − one-hot in place of P − Y."""
    X, y, W1, b1, W2, b2 = args
    P = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    shares = np.exp(P - P.max(axis=1, keepdims=True))
    shares = shares / shares.sum(axis=1, keepdims=True)
    Y = P - shares + np.eye(W2.shape[1])[y]
    return Case(args, oracle(X, Y, W1, b1, W2, b2))


def classes(rng: np.random.Generator) -> Iterator[Case]:
    """Give class numbers."""
    for n, d, h, c in rng.integers(2, 5, (10, 4)).tolist():
        X, _, W1, b1, W2, b2 = net(rng, n, d, h, c)
        yield class_case(X, rng.integers(0, c, n), W1, b1, W2, b2)
    one = np.array([[1.0]])  # a hidden unit at exactly 0
    W2 = np.array([[2.0, -1.0]])
    yield class_case(
        one,
        np.array([1]),
        one,
        np.array([-1.0]),
        W2,
        np.array([0.5, 0.0]),
    )


def large_outputs(rng: np.random.Generator) -> Iterator[Case]:
    """Give outputs whose exponentials overflow."""
    X, _, W1, b1, W2, _ = net(rng, 3, 2, 3, 2)
    yield class_case(
        X, np.array([0, 1, 1]), W1, b1, W2, np.array([1000.0, 999.0])
    )
    X, W1, W2 = (
        np.array([[1.0], [0.001]]),
        np.array([[1.0]]),
        np.array([[1000.0, -1000.0]]),
    )
    yield class_case(
        X,
        np.array([1, 0]),
        W1,
        np.array([0.0]),
        W2,
        np.array([0.0, 0.0]),
    )


@CROSS_ENTROPY_BACKPROP.right("gradients", "no_loop")
def through_shifted_targets(
    X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Choose targets whose error is softmax − one-hot, and use the drill's answer."""
    P = np.maximum(X @ W1 + b1, 0) @ W2
    e = np.exp(P + b2 - (P + b2).max(axis=1)[:, None])
    Y = P - e / e.sum(axis=1)[:, None] + np.eye(W2.shape[1])[y]
    return tiny_backprop(X, Y, W1, b1, W2, np.zeros(len(b2)))


@CROSS_ENTROPY_BACKPROP.wrong("no_loop")
def one_hot_in_a_loop(
    X: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
) -> Weights:
    """Subtract 1 row by row."""
    P = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    e = np.exp(P - P.max(axis=1, keepdims=True))
    error: Array = e / e.sum(axis=1, keepdims=True)
    for i in range(len(y)):
        error[i, y[i]] -= 1
    return tiny_backprop(X, P - error, W1, b1, W2, b2)


CROSS_ENTROPY_BACKPROP.tests(
    Values(
        "softmax_minus_one_hot",
        "The gradient at the outputs is softmax − one-hot, over n.",
        classes,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "large_outputs",
        "exp overflows at 709: shift by the row maximum.",
        large_outputs,
        agree=AGREE,
        demand="finite",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (of_size(n)[0], np.arange(n) % 2, *of_size(n)[2:]),),
        demand="no_loop",
    ),
)


DRILL = DRAFT.drill()
