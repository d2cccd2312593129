"""The drill `stable_softmax`: a softmax that nothing overflows."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from nnlib.practice.checks import Case, Loops, Values
from nnlib.practice.compare import Form, close
from nnlib.practice.inputs import Array
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="stable_softmax",
    title="A softmax that does not overflow",
    minutes=8,
    difficulty="easy",
    origin="Follow-up of the interview question: a differentiable readout.",
    chapter="temperature",
    opening="Write `stable_softmax(z, temperature=1.0)`.",
    given=(
        "`z`: array of one or more axes, finite numbers; `temperature`: a positive number.",
    ),
    demands={
        "softmax": "Return an array of the shape of `z`, float64: exp(z / temperature), divided by "
        "its sum over the last axis.",
        "large": "No overflow, no 0/0, no NaN, whatever the size of `z` and however small the "
        "temperature: where the definition overflows, return what it would give in exact arithmetic, "
        "rounded.",
        "integers": "The numbers may be integers, unsigned ones too, or floats of fewer bits.",
        "no_loop": "No Python loop over the rows.",
        "unmodified": "Do not modify `z`.",
    },
    example="""
stable_softmax(np.array([1000.0, 1000.0]))  # array([0.5, 0.5])
stable_softmax(np.array([0.0, -1e300]), 1e-10)  # array([1., 0.])
""",
    remark="Values are compared to nine digits.",
    clarifying=(
        Question(
            "Over which axis?",
            "The last one; there may be any number before it.",
        ),
        Question(
            "Can the temperature be 0?",
            "Not here. It is the first thing a twist asks.",
        ),
        Question(
            "Can scores be infinite or NaN?", "No, all are finite."
        ),
        Question(
            "Which dtype comes out?", "float64, whatever comes in."
        ),
    ),
    hints=(
        "What happens to softmax if a constant is added to all scores of a row?",
        "Choose the constant so that the largest exponent is exactly 0.",
        "`e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)`, in float64, divided by "
        "its sum over the last axis with keepdims.",
    ),
    stub='''\
import numpy as np


def stable_softmax(z, temperature=1.0):
    """Return softmax(z / temperature) over the last axis."""
    raise NotImplementedError
''',
    rubric=(
        "names both diseases, overflow (∞/∞) and underflow (0/0), and the one cure",
        "shifts per row, and subtracts before dividing by τ",
        "says that the weights are mathematically unchanged, and why",
        "knows log-sum-exp, and when the logarithm should be computed directly",
        "can say what τ → 0 and τ → ∞ give",
    ),
    follow_ups=(
        Question(
            "What is the derivative?",
            "∂w_i/∂z_k = w_i (δ_ik − w_k)/τ: as a matrix (diag(w) − w wᵀ)/τ, symmetric, rows "
            "summing to 0.",
        ),
        Question(
            "Can the result still be inaccurate?",
            "Relative errors are of the order of the largest |z_i − max|/τ times the rounding unit; "
            "weights lose digits below 10⁻³⁰⁸ and become 0 below about 10⁻³²⁴. For a log-likelihood "
            "compute the logarithm directly.",
        ),
        Question(
            "Softmax of −λ·distance², or of the scores?",
            "The same: they differ by ‖x‖²/τ, a constant of the row.",
        ),
    ),
    aloud={
        "correct": "I subtract each row's maximum, so one term is 1 and nothing overflows.",
        "vectorized": "Reductions over the last axis with keepdims; any number of leading axes works.",
    },
)


@DRAFT.solution("integers", "unmodified")
def stable_softmax(z: Array, temperature: float = 1.0) -> Array:
    """Return softmax(z / temperature) over the last axis."""
    z = np.asarray(z, dtype=np.float64)
    below = z - z.max(
        axis=-1, keepdims=True
    )  # ≤ 0, and 0 at the largest
    with np.errstate(
        over="ignore"
    ):  # −inf is the right limit of a tiny temperature
        e = np.exp(below / temperature)
    total: Array = e.sum(axis=-1, keepdims=True)  # at least 1
    return np.asarray(e / total)


@DRAFT.right("softmax", "large", "no_loop")
def by_logarithm(z: Array, temperature: float = 1.0) -> Array:
    """Go through log-sum-exp."""
    z = np.asarray(z, dtype=float)
    with np.errstate(over="ignore"):
        s = (z - z.max(axis=-1)[..., None]) / temperature
    return np.asarray(
        np.exp(s - np.log(np.exp(s).sum(axis=-1))[..., None])
    )


@DRAFT.wrong("large")
def naive(z: Array, temperature: float = 1.0) -> Array:
    """Follow the definition."""
    e = np.exp(np.asarray(z, dtype=float) / temperature)
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


@DRAFT.wrong("large")
def one_shift_for_all(z: Array, temperature: float = 1.0) -> Array:
    """Subtract the largest score of all rows, under which whole rows underflow."""
    e = np.exp((np.asarray(z, dtype=float) - np.max(z)) / temperature)
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


@DRAFT.wrong("softmax")
def first_axis(z: Array, temperature: float = 1.0) -> Array:
    """Sum over the first axis."""
    e = np.exp((z - z.max(axis=0)) / temperature)
    return np.asarray(e / e.sum(axis=0))


@DRAFT.wrong("softmax")
def flipped_temperature(z: Array, temperature: float = 1.0) -> Array:
    """Multiply by the temperature, as if it were λ."""
    return stable_softmax(z, 1 / temperature)


@DRAFT.wrong("large")
def divides_first(z: Array, temperature: float = 1.0) -> Array:
    """Divide before subtracting: ∞ − ∞."""
    s = np.asarray(z, dtype=float) / temperature
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


@DRAFT.wrong("unmodified")
def in_place(z: Array, temperature: float = 1.0) -> Array:
    """Subtract in the caller's array."""
    z -= z.max(axis=-1, keepdims=True)
    return stable_softmax(z, temperature)


@DRAFT.wrong("large")
def tiny_added(z: Array, temperature: float = 1.0) -> Array:
    """Add a small number to the sum to avoid 0/0, and return zeros that sum to zero."""
    e = np.exp(
        np.minimum(np.asarray(z, dtype=float) / temperature, 700)
    )
    return np.asarray(e / (e.sum(axis=-1, keepdims=True) + 1e-12))


@DRAFT.wrong("no_loop")
def row_by_row(z: Array, temperature: float = 1.0) -> Array:
    """Loop over the rows."""
    z = np.asarray(z, dtype=float)
    if z.ndim == 1:
        return stable_softmax(z, temperature)
    return np.array([row_by_row(row, temperature) for row in z])


def oracle(z: Array, temperature: float) -> Array:
    """Return the softmax with exponents computed exactly, as fractions."""
    flat = z.reshape(-1, z.shape[-1])
    rows = []
    for row in flat.tolist():
        top = max(map(Fraction, row))
        lowest = Fraction(-2000)
        gaps = [
            max((Fraction(v) - top) / Fraction(temperature), lowest)
            for v in row
        ]
        e = [math.exp(gap) for gap in gaps]
        rows.append([v / math.fsum(e) for v in e])
    return np.array(rows).reshape(z.shape)


def case(z: Array, temperature: float = 1.0) -> Case:
    """Return a case with a temperature."""
    return Case((z, temperature), oracle(z, temperature))


def small_example(rng: np.random.Generator) -> Iterator[Case]:
    """Give the scores of the book's three templates at (2, 2), at τ = 1."""
    yield case(np.array([6.0, 4.0, -1.0]))
    yield Case(
        (np.array([6.0, 4.0, -1.0]),),
        oracle(np.array([6.0, 4.0, -1.0]), 1.0),
    )


def temperatures(rng: np.random.Generator) -> Iterator[Case]:
    """Give ordinary scores and ordinary temperatures."""
    for tau in (0.5, 3.0, 100.0):
        yield case(rng.normal(size=4).round(2), tau)


def axes(rng: np.random.Generator) -> Iterator[Case]:
    """Give matrices, also square ones, and a third axis."""
    for shape in ((1, 1), (2, 2), (2, 3), (4, 1), (2, 3, 4)):
        yield case(rng.normal(size=shape).round(2), 2.0)


def large_scores(rng: np.random.Generator) -> Iterator[Case]:
    """Give scores whose exponentials overflow."""
    yield case(np.array([1000.0, 999.0]))
    yield case(np.array([1e6, 1e6 - 1, -1e6]))


def small_scores(rng: np.random.Generator) -> Iterator[Case]:
    """Give scores whose exponentials all underflow."""
    yield case(np.array([-1000.0, -1001.0]))
    yield case(np.array([[-1.0, -2.0], [-3.0, -5.0]]), 1e-3)


def rows_apart(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows of very different size."""
    yield case(np.array([[1000.0, 999.0], [0.0, 1.0]]))


def cold(rng: np.random.Generator) -> Iterator[Case]:
    """Give temperatures so small that the quotient overflows."""
    yield case(np.array([3.0, 1.0]), 1e-308)
    yield case(np.array([2.0, 2.0, 1.0]), 1e-308)


def integers(rng: np.random.Generator) -> Iterator[Case]:
    """Give whole numbers as integers, unsigned ones among them."""
    yield case(np.array([3, 1, 2]))
    yield case(np.array([1, 3, 2], dtype=np.uint8))


def narrow(rng: np.random.Generator) -> Iterator[Case]:
    """Give scores that come as float32 and float16."""
    for dtype in (np.float32, np.float16):
        yield case(
            np.array([[1.0, 2.5], [-3.0, 0.25]], dtype=dtype), 2.0
        )


def in_float64(got: Any, want: Any) -> str:
    """Ask for values that are close, and float64."""
    if (
        isinstance(got, np.ndarray)
        and got.shape == want.shape
        and got.dtype != np.float64
    ):
        return Form(f"the dtype should be float64, and is {got.dtype}")
    return close()(got, want)


def rows(n: int) -> tuple[Array, float]:
    """Return n rows of scores."""
    return np.random.default_rng(n).normal(size=(n, 3)), 1.0


COST_WHY = "The maximum and the sum of every row are one reduction each over the last axis."


@DRAFT.wrong("integers")
def keeps_the_type(z: Array, temperature: float = 1.0) -> Array:
    """Subtract in the type that came, in which unsigned numbers wrap around."""
    with np.errstate(over="ignore"):
        e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


@DRAFT.wrong("integers")
def keeps_float32(z: Array, temperature: float = 1.0) -> Array:
    """Widen whole numbers, and let every float stay as narrow as it came."""
    z = np.asarray(z)
    z = z if z.dtype.kind == "f" else z.astype(float)
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


DRAFT.tests(
    Values(
        "small_example",
        "Three scores that a pocket calculator can do.",
        small_example,
        agree=close(),
        demand="softmax",
    ),
    Values(
        "temperatures",
        "τ divides; λ = 1/τ multiplies. A warm softmax is flat, a cold one is sharp.",
        temperatures,
        agree=close(),
        demand="softmax",
    ),
    Values(
        "axes",
        "Weights sum to 1 over the candidates of one query: the last axis, with keepdims.",
        axes,
        agree=close(),
        demand="softmax",
    ),
    Values(
        "narrow_floats",
        "float32 has seven digits: whoever asks for float64 wants them all, whatever came in.",
        narrow,
        agree=in_float64,
        demand="integers",
    ),
    Values(
        "large_scores",
        "exp overflows above 709.78, and ∞/∞ is NaN. Scores are squared norms: they get there.",
        large_scores,
        agree=close(),
        demand="large",
    ),
    Values(
        "small_scores",
        "Where every exponential underflows the quotient is 0/0. A small number added to the "
        "sum hides the NaN and returns weights that sum to 0.",
        small_scores,
        agree=close(),
        demand="large",
    ),
    Values(
        "rows_apart",
        "One shift for all rows lets the smaller rows underflow: every row has its own maximum.",
        rows_apart,
        agree=close(),
        demand="large",
    ),
    Values(
        "tiny_temperature",
        "z/τ overflows before the maximum is subtracted: subtract first, then divide.",
        cold,
        agree=close(),
        demand="large",
    ),
    Values(
        "integers",
        "uint8 differences wrap around below zero: convert first.",
        integers,
        agree=close(),
        demand="integers",
    ),
    Loops("no_loop_over_rows", COST_WHY, (rows,), demand="no_loop"),
)


# ── Twists ──

LOG_SOFTMAX = DRAFT.twist(
    name="log_softmax",
    title="its logarithm",
    opening="Write `log_softmax(z, temperature=1.0)`.",
    demands={
        "finite": "Return the logarithm of the softmax, finite for all finite scores.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "Shifted scores minus the log of their sum of exponentials.",
        "vectorized": "Two reductions and two subtractions.",
    },
)


@LOG_SOFTMAX.solution("finite")
def log_softmax(z: Array, temperature: float = 1.0) -> Array:
    """Return the logarithm of the softmax."""
    z = np.asarray(z, dtype=np.float64)
    s = (z - z.max(axis=-1, keepdims=True)) / temperature
    total: Array = np.log(np.exp(s).sum(axis=-1, keepdims=True))
    return np.asarray(s - total)


@LOG_SOFTMAX.wrong("finite")
def log_of_softmax(z: Array, temperature: float = 1.0) -> Array:
    """Take the logarithm at the end, of numbers that have underflowed."""
    return np.asarray(np.log(stable_softmax(z, temperature)))


@LOG_SOFTMAX.wrong("finite")
def log_of_softmax_plus(z: Array, temperature: float = 1.0) -> Array:
    """Add a small number before the logarithm."""
    return np.asarray(np.log(stable_softmax(z, temperature) + 1e-12))


def log_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Give scores near and far, whose log-softmax is known from sums of exponentials."""
    several = rng.normal(size=(2, 3, 4)).round(2)
    apart = np.array([[1000.0, 999.0], [0.0, 1.0], [-800.0, -801.0]])
    for z in (
        np.array([1.0, 0.0]),
        np.array([[0.0, -1000.0], [5.0, 6.0]]),
        apart,
        several,
    ):
        for tau in (1.0, 0.5, 7.0):
            s = ((z - z.max(axis=-1, keepdims=True)) / tau).reshape(
                -1, z.shape[-1]
            )
            rest = np.array(
                [
                    [math.log(math.fsum(map(math.exp, row)))]
                    for row in s.tolist()
                ]
            )
            yield Case((z, tau), (s - rest).reshape(z.shape))


@LOG_SOFTMAX.right("no_loop")
def with_logaddexp(z: Array, temperature: float = 1.0) -> Array:
    """Reduce with logaddexp, which shifts by itself."""
    s = np.asarray(z, dtype=float) / temperature
    return np.asarray(
        s - np.logaddexp.reduce(s, axis=-1, keepdims=True)
    )


@LOG_SOFTMAX.wrong("no_loop")
def a_row_at_a_time(z: Array, temperature: float = 1.0) -> Array:
    """Loop over the rows."""
    rows = [log_softmax(row, temperature) for row in np.atleast_2d(z)]
    return np.array(rows).reshape(np.shape(z))


LOG_SOFTMAX.tests(
    Values(
        "finite_logarithm",
        "A weight below about 10⁻³²⁴ is 0, and its logarithm −∞: a loss built on it is lost. "
        "Subtract log Σ exp instead of taking the logarithm of a quotient.",
        log_cases,
        agree=close(),
        demand="finite",
    ),
    Loops("no_loop_over_rows", COST_WHY, (rows,), demand="no_loop"),
)


AT_ZERO = DRAFT.twist(
    name="at_zero",
    title="temperature 0",
    opening="The temperature may be 0 now. Same signature.",
    demands={
        "limit": "Return the limit τ → 0, which shares the weight evenly among the maxima.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "The limit is uniform over the maxima; it is 1NN only where the maximum is unique.",
        "vectorized": "A comparison with the row maximum, and one division.",
    },
)


@AT_ZERO.solution("limit")
def at_zero(z: Array, temperature: float = 1.0) -> Array:
    """Return the softmax, at temperature 0 its limit."""
    z = np.asarray(z, dtype=np.float64)
    if temperature > 0:
        return stable_softmax(z, temperature)
    top = (z == z.max(axis=-1, keepdims=True)).astype(float)
    share: Array = top.sum(axis=-1, keepdims=True)
    return np.asarray(top / share)


@AT_ZERO.wrong("limit")
def first_only(z: Array, temperature: float = 1.0) -> Array:
    """Give all weight to the first maximum, which is a rule of its own and not the limit."""
    if temperature > 0:
        return stable_softmax(z, temperature)
    return np.asarray(
        np.eye(z.shape[-1])[np.asarray(z).argmax(axis=-1)]
    )


@AT_ZERO.wrong("limit")
def nearly_zero(z: Array, temperature: float = 1.0) -> Array:
    """Replace 0 by a small number that is not small enough."""
    return stable_softmax(z, max(temperature, 1e-3))


def zero_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Give ties and near-ties at temperature 0, and one other temperature."""
    yield Case((np.array([1.0, 3.0]), 0.0), np.array([0.0, 1.0]))
    yield Case(
        (np.array([3.0, 3.0, 1.0]), 0.0), np.array([0.5, 0.5, 0.0])
    )
    yield Case(
        (np.array([1.0, 1.0 + 2.0**-40]), 0.0), np.array([0.0, 1.0])
    )
    thirds = np.array(
        [
            [[2.0, 2.0, 2.0], [1.0, 5.0, 5.0]],
            [[9.0, 0.0, 0.0], [0.0, 7.0, 1.0]],
        ]
    )
    want = np.array(
        [
            [[1 / 3, 1 / 3, 1 / 3], [0.0, 0.5, 0.5]],
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        ]
    )
    yield Case((thirds, 0.0), want)
    yield case(np.array([[1.0, 2.0], [4.0, 4.0]]), 2.0)
    for cases in (
        temperatures,
        axes,
        large_scores,
        small_scores,
        rows_apart,
    ):
        yield from cases(rng)


@AT_ZERO.right("no_loop")
def by_sorting(z: Array, temperature: float = 1.0) -> Array:
    """Look for the largest by sorting."""
    z = np.asarray(z, dtype=float)
    if temperature:
        return stable_softmax(z, temperature)
    top = np.sort(z, axis=-1)[..., -1:] == z
    return np.asarray(top / np.count_nonzero(top, axis=-1)[..., None])


@AT_ZERO.wrong("no_loop")
def maximum_by_maximum(z: Array, temperature: float = 1.0) -> Array:
    """Look for the maximum of each row in Python."""
    rows = [at_zero(row, temperature) for row in np.atleast_2d(z)]
    return np.array(rows).reshape(np.shape(z))


AT_ZERO.tests(
    Values(
        "the_limit",
        "At a tie the limit is ½ and ½; “all to the first” is the rule of argmax, which "
        "no temperature reaches.",
        zero_cases,
        agree=close(),
        demand="limit",
    ),
    Loops(
        "no_loop_over_rows",
        COST_WHY,
        (lambda n: (rows(n)[0], 0.0),),
        demand="no_loop",
    ),
)


MASKED = DRAFT.twist(
    name="masked",
    title="masked scores",
    opening="Scores may be −∞ now. Same signature.",
    demands={
        "masked": "An entry of −∞ gets no weight; a row in which all are −∞ gets weights 0.",
        "no_loop": "No Python loop over the rows.",
    },
    aloud={
        "correct": "A row without a finite maximum is shifted by 0 and divided by 1.",
        "vectorized": "Two calls of where, no branch by row.",
    },
)


@MASKED.solution("masked")
def masked(z: Array, temperature: float = 1.0) -> Array:
    """Return the softmax; −inf has no weight, a row of it zeros."""
    z = np.asarray(z, dtype=np.float64)
    top = z.max(axis=-1, keepdims=True)
    e = np.exp((z - np.where(np.isfinite(top), top, 0.0)) / temperature)
    total: Array = e.sum(axis=-1, keepdims=True)
    return np.asarray(e / np.where(total > 0, total, 1.0))


@MASKED.wrong("masked")
def finite_mask(z: Array, temperature: float = 1.0) -> Array:
    """Put a large negative number in place of −inf: a row that is all masked becomes uniform."""
    return stable_softmax(np.maximum(z, -1e9), temperature)


def masked_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Give rows with some and with all entries masked."""
    inf = np.inf
    yield Case(
        (np.array([[-inf, 2.0, 2.0]]), 1.0), np.array([[0.0, 0.5, 0.5]])
    )
    yield Case(
        (np.array([[-inf, -inf], [0.0, 0.0]]), 1.0),
        np.array([[0.0, 0.0], [0.5, 0.5]]),
    )
    for shape, tau in (((3, 4), 0.5), ((2, 3, 5), 3.0), ((4, 1), 1.0)):
        z = 800 * rng.normal(size=shape[:-1])[..., None] + rng.normal(
            size=shape
        )
        z[rng.random(shape) < 0.3] = -inf
        z.reshape(-1, shape[-1])[0] = -inf
        finite = [
            [v for v in row if v > -inf]
            for row in z.reshape(-1, shape[-1]).tolist()
        ]
        weights = [
            iter(oracle(np.array(row), tau)) if row else iter(())
            for row in finite
        ]
        rows = z.reshape(-1, shape[-1]).tolist()
        pairs = zip(rows, weights, strict=True)
        want = [
            [next(w) if v > -inf else 0.0 for v in row]
            for row, w in pairs
        ]
        yield Case((z, tau), np.array(want).reshape(shape))


@MASKED.right("no_loop")
def nan_to_zero(z: Array, temperature: float = 1.0) -> Array:
    """Let the quotient of a masked row be NaN, and put zeros there."""
    return np.nan_to_num(stable_softmax(z, temperature))


@MASKED.wrong("no_loop")
def mask_by_mask(z: Array, temperature: float = 1.0) -> Array:
    """Loop over the rows."""
    return np.array([masked(row, temperature) for row in z])


MASKED.wrong("masked")(stable_softmax)
MASKED.tests(
    Values(
        "masked_rows",
        "−∞ − (−∞) is NaN. A finite stand-in such as −10⁹ turns a fully masked row into a "
        "uniform one, in silence.",
        masked_cases,
        agree=close(),
        demand="masked",
    ),
    Loops("no_loop_over_rows", COST_WHY, (rows,), demand="no_loop"),
)


DRILL = DRAFT.drill()
