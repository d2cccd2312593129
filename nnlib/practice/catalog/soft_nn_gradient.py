"""The drill `soft_nn_gradient`: backpropagation through the soft nearest neighbor."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.practice.checks import Case, Loops, Values
from nnlib.practice.compare import Form, all_of, close
from nnlib.practice.inputs import TEMPLATES, Array, whole
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="soft_nn_gradient",
    title="Backpropagation through the soft nearest neighbor",
    minutes=20,
    difficulty="hard",
    origin="Follow-up of the interview question: replace the argmax by something differentiable.",
    chapter="temperature",
    opening="Write `soft_nn_gradient(x, T, Y, target, temperature)`.",
    given=(
        (
            "`x` (d,): a query; `T` (n, d): templates; `Y` (n, c): one row of outputs for each "
            "template; `target` (c,); `temperature` τ > 0; all float64."
        ),
        (
            "The soft nearest neighbor computes w = softmax(−‖x − t_i‖² / τ) over the templates, "
            "p = w Y, and the loss L = ½ ‖p − target‖²."
        ),
    ),
    demands={
        "gradients": (
            "Return a pair `(dx, dT)`: the gradients of L with respect to `x`, shape (d,), and to"
            " `T`, shape (n, d)."
        ),
        "finite": "Stay finite when distances are large or τ is small.",
        "no_loop": "No Python loop over the templates.",
        "unmodified": "Do not modify the inputs.",
    },
    example="""
x, T = np.array([0.0]), np.array([[-1.0], [1.0]])
Y = np.array([[0.0], [1.0]])
dx, dT = soft_nn_gradient(x, T, Y, np.array([1.0]), 1.0)
dx, dT  # (array([-0.5]), array([[0.25], [0.25]]))
""",
    remark=(
        "The judge holds your gradients against finite differences of a loss of its own, to "
        "six digits."
    ),
    clarifying=(
        Question(
            "A batch or one query?",
            "One query; for a batch, sum the dT.",
        ),
        Question(
            "Are the templates parameters?",
            "Yes: W = 2T and b = −‖t‖² move together.",
        ),
        Question(
            "Is Y a parameter?",
            "It could be, dY = w (p − target)ᵀ; not asked here.",
        ),
        Question(
            "How will you check it?",
            "By central differences of the loss, entry by entry.",
        ),
    ),
    hints=(
        "Go backward: dL/dp = p − target; dL/dw = Y (p − target). What is left is the softmax and the "
        "distance.",
        "Through the softmax: dL/dz_i = w_i (dL/dw_i − Σ_k w_k dL/dw_k), with z = −d²/τ. Then "
        "dL/dd² = −dL/dz / τ.",
        "`dx = 2 * dd2 @ (x - T)` and `dT = -2 * dd2[:, None] * (x - T)`.",
    ),
    stub='''\
import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    """Return (dL/dx, dL/dT) of the soft neighbor's squared error."""
    raise NotImplementedError
''',
    rubric=(
        "works backward layer by layer, with a shape for every gradient",
        "applies the softmax Jacobian without building it",
        "keeps W and b tied: ∂s/∂t = 2(x − t)",
        "checks by finite differences, and with dx = −Σ dT",
        "says what happens to the gradient as τ → 0",
    ),
    follow_ups=(
        Question(
            "Why is dx = −Σ dT?",
            "Moving the query and all templates together changes no distance, so the gradients along "
            "such a move add up to 0.",
        ),
        Question(
            "What happens as τ → 0?",
            "w becomes one-hot, w (dw − w·dw) goes to 0 exponentially and 1/τ cannot make up for it: "
            "the gradient vanishes except near the borders between cells.",
        ),
        Question(
            "Which step size for the finite differences?",
            "For central differences the error is h² plus rounding/h: about 10⁻⁵ in float64.",
        ),
    ),
    aloud={
        "correct": "Error, readout, softmax Jacobian, distance: four factors, in that order.",
        "vectorized": "The Jacobian is never built: w · (dw − w·dw) is its product with dw.",
    },
)


Gradients = tuple[Array, Array]


@DRAFT.solution("finite", "unmodified")
def soft_nn_gradient(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Return (dL/dx, dL/dT) of the soft neighbor's squared error."""
    difference = x - T  # (n, d)
    d2 = (difference * difference).sum(axis=1)
    e = np.exp(-(d2 - d2.min()) / temperature)
    w = e / e.sum()
    p = w @ Y
    dw = Y @ (p - target)  # dL/dw, since dL/dp = p − target
    dz = w * (dw - w @ dw)  # through the softmax: (diag(w) − w wᵀ) dw
    dd2 = -dz / temperature
    dx = 2 * dd2 @ difference  # d‖x − t‖²/dx = 2(x − t)
    dT = -2 * dd2[:, None] * difference
    return dx, dT


@DRAFT.right("gradients", "no_loop")
def with_jacobian(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Write the Jacobian of the softmax down."""
    w = weights(x, T, temperature)
    J = (np.diag(w) - np.outer(w, w)) / temperature
    g = (w @ Y - target) @ Y.T @ J  # dL/ds, for scores s = −‖x − t‖²
    dT = 2 * g[:, None] * (x - T)
    return -dT.sum(axis=0), dT  # distances depend on x − t only


def weights(x: Array, T: Array, temperature: float) -> Array:
    """Return the softmax weights."""
    d2 = ((x - T) ** 2).sum(axis=1)
    e = np.exp(-(d2 - d2.min()) / temperature)
    return np.asarray(e / e.sum())


def backward(
    x: Array,
    T: Array,
    Y: Array,
    target: Array,
    temperature: float,
    ds: Callable[[Array, Array], Array],
) -> Gradients:
    """Return the gradients for some rule from (w, dL/dw) to dL/ds."""
    w = weights(x, T, temperature)
    g = ds(w, Y @ (w @ Y - target))
    return -2 * g @ (x - T), 2 * g[:, None] * (x - T)


@DRAFT.wrong("gradients")
def no_temperature(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Forget the factor 1/τ."""
    dx, dT = soft_nn_gradient(x, T, Y, target, temperature)
    return dx * temperature, dT * temperature


@DRAFT.wrong("gradients")
def no_coupling(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Take the softmax's Jacobian for a diagonal."""
    return backward(
        x, T, Y, target, temperature, lambda w, dw: w * dw / temperature
    )


@DRAFT.wrong("gradients")
def no_two(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Forget the 2 of the square."""
    dx, dT = soft_nn_gradient(x, T, Y, target, temperature)
    return dx / 2, dT / 2


@DRAFT.wrong("gradients")
def constant_bias(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Take b = −‖t‖² for a constant, so that ds/dt is 2x."""
    w = weights(x, T, temperature)
    dw = Y @ (w @ Y - target)
    g = w * (dw - w @ dw) / temperature
    return 2 * g @ T, 2 * g[:, None] * x


@DRAFT.wrong("gradients")
def one_sign(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Give the templates the sign of the query."""
    dx, dT = soft_nn_gradient(x, T, Y, target, temperature)
    return dx, -dT


@DRAFT.wrong("finite")
def overflows(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Exponentiate without a shift: 0/0."""
    d2 = ((x - T) ** 2).sum(axis=1)
    e = np.exp(-d2 / temperature)
    w = e / e.sum()
    dw = Y @ (w @ Y - target)
    g = w * (dw - w @ dw) / temperature
    return -2 * g @ (x - T), 2 * g[:, None] * (x - T)


@DRAFT.wrong("no_loop")
def template_by_template(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Loop over the templates."""
    w = weights(x, T, temperature)
    dw = Y @ (w @ Y - target)
    mean = w @ dw
    dT = np.array(
        [
            2 * w[i] * (dw[i] - mean) / temperature * (x - T[i])
            for i in range(len(T))
        ]
    )
    return -dT.sum(axis=0), dT


def loss(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """Return L, term by term."""
    d2 = [
        math.fsum(
            (a - b) ** 2 for a, b in zip(x.tolist(), t, strict=True)
        )
        for t in T.tolist()
    ]
    e = [math.exp(-(v - min(d2)) / temperature) for v in d2]
    total = math.fsum(e)
    p = [
        math.fsum(a * b for a, b in zip(e, y, strict=True)) / total
        for y in Y.T.tolist()
    ]
    return 0.5 * math.fsum(
        (a - b) ** 2 for a, b in zip(p, target.tolist(), strict=True)
    )


def difference_quotient(
    f: Callable[[Array], float], at: Array, h: float = 2.0**-14
) -> Array:
    """Return the gradient of `f`, by central differences of two steps (Richardson)."""

    def quotient(i: int, step: float) -> float:
        up, down = at.copy(), at.copy()
        up.flat[i] += step
        down.flat[i] -= step
        return (f(up) - f(down)) / (2 * step)

    slopes = [
        (4 * quotient(i, h) - quotient(i, 2 * h)) / 3
        for i in range(at.size)
    ]
    return np.array(slopes).reshape(at.shape)


def case(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Case:
    """Return a case, with gradients by finite differences."""
    dx = difference_quotient(
        lambda z: loss(z, T, Y, target, temperature), x
    )
    dT = difference_quotient(
        lambda z: loss(x, z, Y, target, temperature), T
    )
    return Case((x, T, Y, target, temperature), (dx, dT))


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the book's templates at (2, 2), τ = 3."""
    Y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    yield case(
        np.array([2.0, 2.0]),
        TEMPLATES.copy(),
        Y,
        np.array([1.0, 0.0]),
        3.0,
    )


def temperatures(rng: np.random.Generator) -> Iterator[Case]:
    """Give other temperatures."""
    Y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    for tau in (1.0, 10.0):
        yield case(
            np.array([2.0, 3.0]),
            TEMPLATES.copy(),
            Y,
            np.array([0.0, 1.0]),
            tau,
        )


def many(rng: np.random.Generator) -> Iterator[Case]:
    """Give all shapes."""
    for n, d, c in rng.integers(1, 5, (12, 3)).tolist():
        T, Y = (
            rng.normal(size=(n, d)).round(2),
            rng.normal(size=(n, c)).round(2),
        )
        yield case(
            rng.normal(size=d).round(2),
            T,
            Y,
            rng.normal(size=c).round(2),
            2.0,
        )


def far(rng: np.random.Generator) -> Iterator[Case]:
    """Give templates so far away that all exponentials underflow."""
    Y = np.array([[1.0], [0.0]])
    yield case(
        np.array([40.0]),
        np.array([[10.0], [9.96875]]),
        Y,
        np.array([0.5]),
        1.0,
    )
    T = np.array([[39.0], [-40.0], [41.25]])
    yield case(
        np.array([40.0]),
        T,
        np.array([[1.0], [0.0], [2.0]]),
        np.array([0.5]),
        1.0,
    )


def one_template(rng: np.random.Generator) -> Iterator[Case]:
    """Give one template, whose weight is always 1: no gradient."""
    x, T, Y = (
        np.array([1.0, 2.0]),
        np.array([[3.0, 3.0]]),
        np.array([[1.0]]),
    )
    yield Case(
        (x, T, Y, np.array([0.0]), 1.0), (np.zeros(2), np.zeros((1, 2)))
    )


def of_size(n: int) -> tuple[Array, Array, Array, Array, float]:
    """Return n templates."""
    rng = np.random.default_rng(n)
    return (
        np.zeros(2),
        whole(rng, n, 2),
        whole(rng, n, 2),
        np.ones(2),
        5.0,
    )


AGREE = all_of(close(1e-6, 1e-8), close(1e-6, 1e-8))

COST_WHY = (
    "Every template's gradient is its own row of one array expression."
)


@DRAFT.wrong("unmodified")
def subtracts_in_place(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> Gradients:
    """Turn the caller's templates into differences."""
    gradients = soft_nn_gradient(x, T, Y, target, temperature)
    np.subtract(x, T, out=T)
    return gradients


DRAFT.tests(
    Values(
        "small_example",
        "Three templates, two classes, τ = 3: every factor counts.",
        small_example,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "temperatures",
        "1/τ comes once, from the exponent.",
        temperatures,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "any_shape",
        "Outputs need not be one-hot, nor two.",
        many,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "far_away",
        "Where all exponentials underflow the weights are 0/0 without the shift.",
        far,
        agree=AGREE,
        demand="finite",
    ),
    Values(
        "one_template",
        "Weights sum to 1: a single one cannot change, so nothing flows back.",
        one_template,
        agree=AGREE,
        demand="gradients",
    ),
    Loops("no_loop_over_rows", COST_WHY, (of_size,), demand="no_loop"),
)


# ── Twists ──

CROSS_ENTROPY_GRADIENT = DRAFT.twist(
    name="cross_entropy_gradient",
    title="the log-likelihood",
    opening="Write `cross_entropy_gradient(x, T, codes, target, temperature)`.",
    given=(
        (
            "`codes` (n,) are the class numbers of the templates, `target` is a class that "
            "occurs, and the loss is −ln p with p the sum of the weights of that class."
        ),
    ),
    demands={
        "gradients": "Return `(dx, dT)`.",
        "finite": "They are finite even where p underflows.",
        "no_loop": "No Python loop over the templates.",
    },
    aloud={
        "correct": "The loss is a difference of two log-sum-exps, its gradient of two softmaxes.",
        "vectorized": "Two shifted exponentials over all templates.",
    },
)


@CROSS_ENTROPY_GRADIENT.solution("gradients", "finite")
def cross_entropy_gradient(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> Gradients:
    """Return the gradients of −ln p[target], the share of a class."""
    z = -((x - T) ** 2).sum(axis=1) / temperature
    e = np.exp(z - z.max())
    w = e / e.sum()
    # −ln p = lse(all) − lse(class): two softmaxes, no division by p.
    inside = np.where(codes == target, z, -np.inf)
    r = np.exp(inside - inside.max())
    g = (w - r / r.sum()) / temperature  # dL/ds
    return -2 * g @ (x - T), 2 * g[:, None] * (x - T)


@CROSS_ENTROPY_GRADIENT.wrong("gradients")
def squared_error_instead(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> Gradients:
    """Return the gradients of the squared error."""
    Y = (codes == target)[:, None] * 1.0
    return soft_nn_gradient(x, T, Y, np.ones(1), temperature)


@CROSS_ENTROPY_GRADIENT.wrong("finite")
def divides_by_nothing(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> Gradients:
    """Divide by p, which underflows."""
    w = weights(x, T, temperature)
    inside = (codes == target) * w
    g = (w - inside / inside.sum()) / temperature
    return -2 * g @ (x - T), 2 * g[:, None] * (x - T)


def log_loss(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> float:
    """Return −ln p, by sums of exponentials."""
    z = (-((x - T) ** 2).sum(axis=1) / temperature).tolist()
    mine = [
        v for v, c in zip(z, codes.tolist(), strict=True) if c == target
    ]
    lse = [
        max(v) + math.log(math.fsum(math.exp(a - max(v)) for a in v))
        for v in (z, mine)
    ]
    return lse[0] - lse[1]


def labeled(rng: np.random.Generator) -> Iterator[Case]:
    """Give labels; in the last case the right class is far away."""
    codes = np.array([0, 1, 1])
    x = np.array([2.0, 2.0])
    for target, tau in ((0, 3.0), (1, 3.0), (1, 0.5)):
        yield log_case(x, TEMPLATES.copy(), codes, target, tau)


def far_class(rng: np.random.Generator) -> Iterator[Case]:
    """Give a right class whose weight underflows."""
    yield log_case(
        np.array([0.0]),
        np.array([[0.0], [40.0]]),
        np.array([0, 1]),
        1,
        1.0,
    )
    yield log_case(
        np.array([0.0]),
        np.array([[40.0], [40.125]]),
        np.array([0, 1]),
        1,
        1.0,
    )


def log_case(
    x: Array, T: Array, codes: Array, target: int, tau: float
) -> Case:
    """Return a case of the twist."""
    dx = difference_quotient(
        lambda z: log_loss(z, T, codes, target, tau), x
    )
    dT = difference_quotient(
        lambda z: log_loss(x, z, codes, target, tau), T
    )
    return Case((x, T, codes, target, tau), (dx, dT))


@CROSS_ENTROPY_GRADIENT.right("no_loop")
def by_masks(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> Gradients:
    """Take the softmax over the rows of the class alone."""
    mine = codes == target
    g = weights(x, T, temperature)
    g[mine] -= weights(x, T[mine], temperature)
    dT = 2 * (g / temperature)[:, None] * (x - T)
    return -dT.sum(axis=0), dT


@CROSS_ENTROPY_GRADIENT.wrong("no_loop")
def row_by_row(
    x: Array, T: Array, codes: Array, target: int, temperature: float
) -> Gradients:
    """Build the gradients of the templates one by one."""
    _, dT = cross_entropy_gradient(x, T, codes, target, temperature)
    rows = [1.0 * row for row in dT]
    return -np.sum(rows, axis=0), np.array(rows)


CROSS_ENTROPY_GRADIENT.tests(
    Values(
        "log_gradient",
        "The gradient is the difference of two softmaxes: over all, and over the class.",
        labeled,
        agree=AGREE,
        demand="gradients",
    ),
    Values(
        "far_class",
        "p underflows to 0 although its gradient is ordinary: do not divide by p.",
        far_class,
        agree=AGREE,
        demand="finite",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (
            lambda n: (
                np.zeros(2),
                of_size(n)[1],
                np.arange(n) % 2,
                1,
                5.0,
            ),
        ),
        demand="no_loop",
    ),
)


TEMPERATURE_GRADIENT = DRAFT.twist(
    name="temperature_gradient",
    title="learn the temperature",
    opening="Write `temperature_gradient(x, T, Y, target, temperature)`.",
    demands={
        "slope": "Return dL/dτ, one number, for the loss of the drill.",
        "no_loop": "No Python loop over the templates.",
    },
    aloud={
        "correct": "The same dL/dz as before, times d²/τ², summed.",
        "vectorized": "One dot product.",
    },
)


@TEMPERATURE_GRADIENT.solution("slope")
def temperature_gradient(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """Return dL/dτ."""
    d2 = ((x - T) ** 2).sum(axis=1)
    w = weights(x, T, temperature)
    dw = Y @ (w @ Y - target)
    dz = w * (dw - w @ dw)  # z = −d²/τ, so dz/dτ = d²/τ²
    return float(dz @ d2 / temperature**2)


@TEMPERATURE_GRADIENT.wrong("slope")
def minus_temperature(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """Lose a sign."""
    return -temperature_gradient(x, T, Y, target, temperature)


@TEMPERATURE_GRADIENT.wrong("slope")
def lambda_gradient(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """Return dL/dλ, for λ = 1/τ."""
    return -(temperature**2) * temperature_gradient(
        x, T, Y, target, temperature
    )


def one_number(got: Any, want: Any) -> str:
    """Ask for one number."""
    if isinstance(got, np.ndarray) or not isinstance(
        got, int | float | np.number
    ):
        return Form("it should return one number")
    good = abs(float(got) - want) <= 1e-6 * abs(want) + 1e-8
    return (
        ""
        if good
        else f"it should be {want:.12g}, and is {float(got):.12g}"
    )


def by_temperature(rng: np.random.Generator) -> Iterator[Case]:
    """Give temperatures, with the slope by finite differences."""
    Y = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    x, target = np.array([2.0, 2.0]), np.array([1.0, 0.0])
    for tau in (2.0, 3.0, 10.0):
        slope = difference_quotient(
            lambda z: loss(x, TEMPLATES, Y, target, float(z[0])),
            np.array([tau]),
        )
        yield Case(
            (x, TEMPLATES.copy(), Y, target, tau), float(slope[0])
        )
    x, T = np.array([40.0]), np.array([[10.0], [9.96875], [-90.0]])
    Y, target = np.array([[1.0], [0.0], [2.0]]), np.array([0.5])
    slope = difference_quotient(
        lambda z: loss(x, T, Y, target, float(z[0])), np.array([1.0])
    )
    yield Case((x, T, Y, target, 1.0), float(slope[0]))


@TEMPERATURE_GRADIENT.right("no_loop")
def by_covariance(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """See the covariance of d² and dL/dw under the weights."""
    d2 = ((x - T) ** 2).sum(axis=1)
    w = weights(x, T, temperature)
    dw = Y @ (w @ Y - target)
    return float((w @ (d2 * dw) - (w @ d2) * (w @ dw)) / temperature**2)


@TEMPERATURE_GRADIENT.wrong("no_loop")
def term_by_term(
    x: Array, T: Array, Y: Array, target: Array, temperature: float
) -> float:
    """Add up in Python."""
    w = weights(x, T, temperature)
    dw = Y @ (w @ Y - target)
    mean = w @ dw
    total = 0.0
    for i in range(len(T)):
        total += w[i] * (dw[i] - mean) * ((x - T[i]) ** 2).sum()
    return float(total / temperature**2)


TEMPERATURE_GRADIENT.tests(
    Values(
        "slope_in_tau",
        "z = −d²/τ, so dz/dτ = +d²/τ².",
        by_temperature,
        agree=one_number,
        demand="slope",
    ),
    Loops("no_loop_over_rows", COST_WHY, (of_size,), demand="no_loop"),
)


DRILL = DRAFT.drill()
