"""The drill `break_the_expansion`: find data on which the expanded form picks a wrong row."""
# ruff: noqa: E501 -- statements are prose
# mypy: disable-error-code="no-any-return"

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.practice.checks import Case, Values
from nnlib.practice.compare import Agree, Form
from nnlib.practice.inputs import Array, exact_distances, ranked
from nnlib.practice.task import Draft, Question

DRAFT = Draft(
    name="break_the_expansion",
    title="Break the expansion",
    minutes=10,
    difficulty="medium",
    origin="The interview question, its stability part.",
    chapter="cancellation",
    opening="Write `break_the_expansion()`.",
    demands={
        "form": (
            "Return a pair `(X_train, x)` of float64 arrays of shapes (n, d) and (d,), all "
            "numbers finite, with 2 ≤ n ≤ 10 and d ≥ 1. Nothing may overflow."
        ),
        "clear": (
            "In exact arithmetic one row of `X_train` must be the nearest to `x` by far: every "
            "other squared distance is at least twice as large (and not zero)."
        ),
        "direct": "The direct form, the sum of (x − t)², computed in float64, finds it.",
        "expanded": (
            "The expanded forms ‖x‖² − 2x·t + ‖t‖² and ‖t‖² − 2x·t, computed in float64, both "
            "pick *another* row (argmin takes the first of equal values)."
        ),
    },
    remark=(
        "The judge computes the sums feature by feature, forward and backward; the expanded "
        "forms must fail in both orders."
    ),
    clarifying=(
        Question("In which precision?", "float64."),
        Question(
            "May the rows tie?",
            "No: the nearest must be nearest by a factor of two in d².",
        ),
        Question(
            "Is overflow a way?", "No; every squared norm is finite."
        ),
        Question("How many rows?", "Two are enough."),
    ),
    hints=(
        "Float64 has 53 bits. From which size on are neighboring float64 numbers more than 4 apart?",
        "Put x at 10⁹ or so: its square is near 10¹⁸, and float64 numbers there are 128 apart.",
        "Two rows at x + 2 and x + 1: squared distances 4 and 1, both lost in the rounding. The "
        "computed values tie or swap; put the nearer row last, so that argmin picks the other.",
    ),
    stub='''\
import numpy as np


def break_the_expansion():
    """Return (X_train, x) where the expanded form picks a wrong row."""
    raise NotImplementedError
''',
    rubric=(
        "explains cancellation: the error is relative to ‖x‖² + ‖t‖², the result is ‖x − t‖²",
        "gives the rule of thumb ‖t‖²/‖x − t‖² ≈ 2⁵² (float64) or 2²³ (float32)",
        "says why the direct form is safe: the difference of close numbers is exact",
        "names mitigations: center, use float64, verify the candidates within twice the error bound",
    ),
    follow_ups=(
        Question(
            "How would you detect this in production?",
            "Compare the gap between the best two scores with twice a bound on the rounding error "
            "of each, about (d + 2) · 2⁻⁵³ · (‖x‖ + ‖t‖)². Recompute directly where the gap is not "
            "larger.",
        ),
        Question(
            "Why does centering help?",
            "Distances do not change when the origin moves; norms do. The mean makes the sum of "
            "squared norms as small as any origin can.",
        ),
        Question(
            "Why is x − t without error?",
            "If x and t are within a factor of two of each other the difference of two "
            "floating-point numbers is a floating-point number (Sterbenz).",
        ),
    ),
    aloud={
        "correct": "Far from the origin the squares are rounded by more than the distances differ."
    },
)


Data = tuple[Array, Array]


@DRAFT.solution("form", "expanded")
def break_the_expansion() -> Data:
    """Return (X_train, x) where the expanded form picks a wrong row."""
    # Near 10¹⁸ float64 numbers are 128 apart: 4 and 1 are lost.
    x = np.array([1e9])
    return np.array([[1e9 + 2], [1e9 + 1]]), x


@DRAFT.right("clear", "direct")
def in_the_plane() -> Data:
    """Put two rows close to the query, and all three far from the origin, in two dimensions."""
    x = np.array([3e8, 4e8])
    return x + np.array([[0.0, 3.0], [1.0, 0.0], [50.0, 0.0]]), x


@DRAFT.wrong("expanded")
def ordinary() -> Data:
    """Return data on which both forms agree."""
    return np.array([[1.0, 1.0], [4.0, 2.0]]), np.array([2.0, 2.0])


@DRAFT.wrong("clear")
def tied() -> Data:
    """Return a tie, on which nobody is wrong."""
    return np.array([[1e9 + 1], [1e9 - 1]]), np.array([1e9])


@DRAFT.wrong("clear")
def nearly_tied() -> Data:
    """Return rows whose distances differ in the last digit only."""
    return np.array([[1e9 + 10], [1e9 - 9]]), np.array([1e9])


@DRAFT.wrong("form")
def too_large() -> Data:
    """Return numbers whose squares are infinite."""
    return np.array([[1e200], [1e199]]), np.array([1e198])


@DRAFT.wrong("form")
def with_nan() -> Data:
    """Return NaN, which breaks everything."""
    return np.array([[np.nan], [1.0]]), np.array([1.0])


@DRAFT.wrong("form")
def in_float32() -> Data:
    """Return float32, whose data another program would widen."""
    return np.array([[10010.0], [10005.0]], dtype=np.float32), np.array(
        [10007], dtype=np.float32
    )


@DRAFT.wrong("direct")
def broken_for_both() -> Data:
    """Return rows so close that the direct form fails as well: the differences underflow."""
    return np.array([[2e-200], [1e-200]]), np.array([0.0])


def added(terms: Array) -> tuple[Array, Array]:
    """Return the row sums, added from left to right and from right to left."""
    forward, backward = np.zeros(len(terms)), np.zeros(len(terms))
    for j in range(terms.shape[1]):
        forward = forward + terms[:, j]
        backward = backward + terms[:, -1 - j]
    return forward, backward


def expanded_choices(T: Array, x: Array) -> set[int]:
    """Return the rows that the expanded forms pick, in both orders of summation."""
    found = set()
    with np.errstate(over="ignore", invalid="ignore"):
        for tt, xt, xx in zip(
            added(T * T),
            added(T * x),
            added((x * x)[None, :]),
            strict=True,
        ):
            found |= {
                int((tt - 2 * xt).argmin()),
                int((xx - 2 * xt + tt).argmin()),
            }
    return found


def well_formed(got: Any, want: Any) -> str:
    """Complain of data that is not as the statement says."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return Form("it should return a pair (X_train, x)")
    T, x = got
    dtype = np.dtype(want or np.float64)
    for name, value, axes in (("X_train", T, 2), ("x", x, 1)):
        if not isinstance(value, np.ndarray) or value.ndim != axes:
            return f"{name} should be an array with {axes} {'axis' if axes == 1 else 'axes'}"
        if value.dtype != dtype:
            return f"{name} should be {dtype}, and is {value.dtype}"
        if not np.isfinite(value).all():
            return f"{name} holds a number that is not finite"
    if T.shape[1] != len(x) or len(x) < 1 or not 2 <= len(T) <= 10:
        return f"the shapes {T.shape} and {x.shape} do not fit the statement"
    with np.errstate(over="ignore"):
        squares = (T * T).sum(axis=1), (x * x).sum()
        if not (
            np.isfinite(squares[0]).all()
            and np.isfinite(2 * squares[1])
        ):
            return (
                "a squared norm overflows; the statement rules that out"
            )
    return ""


def clear_winner(got: Any, want: Any) -> str:
    """Complain of a nearest row that is not nearest by far."""
    T, x = got
    d2 = exact_distances(x[None, :], T)[0]
    first, second = ranked(d2)[:2]
    if d2[second] == 0 or d2[second] < 2 * d2[first]:
        return (
            f"rows {first} and {second} are at squared distances {float(d2[first]):g} and "
            f"{float(d2[second]):g}: the second should be at least twice the first"
        )
    return ""


def direct_is_right(got: Any, want: Any) -> str:
    """Complain if the direct form fails as well."""
    T, x = got
    nearest = ranked(exact_distances(x[None, :], T)[0])[0]
    chosen = {int(sums.argmin()) for sums in added((x - T) * (x - T))}
    return (
        ""
        if chosen == {nearest}
        else "the direct form does not find the nearest row either"
    )


def expanded_is_wrong(got: Any, want: Any) -> str:
    """Complain if an expanded form finds the nearest row."""
    T, x = got
    nearest = ranked(exact_distances(x[None, :], T)[0])[0]
    if nearest in expanded_choices(T, x):
        return f"an expanded form finds the nearest row, {nearest}, all the same"
    return ""


def and_before(*rules: Agree) -> Agree:
    """Return the last rule, which is silent where an earlier one speaks already."""

    def agree(got: Any, want: Any) -> str:
        return (
            ""
            if any(rule(got, want) for rule in rules[:-1])
            else rules[-1](got, want)
        )

    return agree


def once(rng: np.random.Generator) -> Iterator[Case]:
    """Give no arguments."""
    yield Case((), None)


def once_float32(rng: np.random.Generator) -> Iterator[Case]:
    """Ask for float32."""
    yield Case((), np.float32)


def asked(want: Any) -> str:
    """Say what the data should do."""
    return "data on which the direct form finds the nearest row, and the expanded form does not"


WHYS = {
    "well_formed": "A counter-example counts only if it is allowed input.",
    "clear_winner": "At a tie, or nearly, nobody is wrong: the error must be visible in the distances.",
    "direct_is_right": "If the direct form fails, too, the data is at fault and not the expansion.",
    "expanded_is_wrong": (
        "The expanded form subtracts numbers of the size of ‖t‖² to get one of the size of ‖x − t‖². "
        "It fails where the first is about 2⁵² times the second (in float32: 2²³ times)."
    ),
}

RULES = (well_formed, clear_winner, direct_is_right, expanded_is_wrong)

DEMANDS = {
    "well_formed": "form",
    "clear_winner": "clear",
    "direct_is_right": "direct",
    "expanded_is_wrong": "expanded",
    "below_100000": "below",
    "mean_zero": "mean",
}


def checks(
    cases: Any = once, *more: tuple[str, str, Agree], **renamed: str
) -> tuple[Values, ...]:
    """Return a check for each rule, and for each further one."""
    found = []
    rules: list[Agree] = []
    named = [
        (rule.__name__, WHYS[rule.__name__], rule) for rule in RULES
    ]
    for name, why, rule in [named[0], *more, *named[1:]]:
        rules.append(rule)
        agree, demand = and_before(*rules), {**DEMANDS, **renamed}[name]
        found.append(
            Values(
                name,
                why,
                cases,
                agree=agree,
                expects=asked,
                demand=demand,
            )
        )
    return tuple(found)


DRAFT.tests(
    *checks(),
)


# ── Twists ──

EXPANSION_IN_FLOAT32 = DRAFT.twist(
    name="expansion_in_float32",
    title="in float32, below 100,000",
    opening="The same in float32.",
    demands={
        "form": "Data, sums and products are float32.",
        "below": "Every number is less than 100,000 in size.",
        "clear": "Again the nearest row is nearest by far,",
        "direct": "the direct form finds it,",
        "expanded": "and the expanded forms do not.",
    },
    aloud={
        "correct": "In float32 five digits are enough: their squares need 34 bits, and have 24."
    },
)


@EXPANSION_IN_FLOAT32.solution("form", "expanded")
def expansion_in_float32() -> Data:
    """Return float32 data below 10⁵."""
    return np.array([[10010], [10005]], dtype=np.float32), np.array(
        [10007], dtype=np.float32
    )


@EXPANSION_IN_FLOAT32.wrong("form")
def still_float64() -> Data:
    """Return the answer of the drill."""
    return break_the_expansion()


@EXPANSION_IN_FLOAT32.wrong("expanded")
def float32_without_effect() -> Data:
    """Return float32 numbers small enough to be squared exactly."""
    return np.array([[10], [5]], dtype=np.float32), np.array(
        [7], dtype=np.float32
    )


def float32_rules() -> tuple[Values, ...]:
    """Return the rules for float32, the numbers below 10⁵ in size."""

    def below(got: Any, want: Any) -> str:
        large = max(float(np.abs(value).max()) for value in got)
        return (
            f"a number is {large:g} in size; stay below 100000"
            if large >= 1e5
            else ""
        )

    why = "float32 has 24 bits: the squares of five-digit numbers do not fit, and sums over pixels get there."
    return checks(once_float32, ("below_100000", why, below))


@EXPANSION_IN_FLOAT32.right("below", "clear", "direct")
def at_the_border() -> Data:
    """Use numbers near 99,999, rows in two dimensions, and 4 beside 2."""
    x = np.array([99_990, 99_990], dtype=np.float32)
    return x + np.array([[2, 0], [1, 1], [1, 0]], dtype=np.float32), x


@EXPANSION_IN_FLOAT32.wrong("below")
def too_far_out() -> Data:
    """Use a million."""
    return np.array([[1e6 + 2], [1e6 + 1]], np.float32), np.array(
        [1e6], np.float32
    )


@EXPANSION_IN_FLOAT32.wrong("clear")
def nearly_tied_in_float32() -> Data:
    """Let the distances differ by a little."""
    return np.array([[10_011], [9_990]], np.float32), np.array(
        [10_000], np.float32
    )


@EXPANSION_IN_FLOAT32.wrong("direct")
def vanishing_in_float32() -> Data:
    """Use numbers whose squares underflow."""
    return np.array([[2e-30], [1e-30]], np.float32), np.array(
        [0], np.float32
    )


EXPANSION_IN_FLOAT32.tests(
    *float32_rules(),
)


CENTERED_DATA = DRAFT.twist(
    name="centered_data",
    title="and the mean is zero",
    opening="The same in float64, and centering the data would not help.",
    demands={
        "form": "Data are float64, as before.",
        "mean": "Every column of `X_train` (whole numbers) sums to zero.",
        "clear": "Again the nearest row is nearest by far,",
        "expanded": "and the direct form finds it, while the expanded forms do not.",
    },
    aloud={
        "correct": "Two far clusters have their mean between them: centering leaves the norms."
    },
)


@CENTERED_DATA.solution("form", "mean", "expanded")
def centered_data() -> Data:
    """Return rows of mean zero: two clusters, far from their mean."""
    T = np.array([[1e9 + 2], [1e9 + 1], [-1e9 - 2], [-1e9 - 1]])
    return T, np.array([1e9])


@CENTERED_DATA.wrong("mean")
def uncentered() -> Data:
    """Return the answer of the drill, whose mean is 10⁹."""
    return break_the_expansion()


@CENTERED_DATA.wrong("expanded")
def centered_and_harmless() -> Data:
    """Return centered data that is small."""
    return np.array([[1.0], [-1.0]]), np.array([2.0])


def centered_rules() -> tuple[Values, ...]:
    """Return the rules with one more: the columns of X_train sum to zero."""

    def centered(got: Any, want: Any) -> str:
        sums = [sum(map(int, column)) for column in got[0].T.tolist()]
        return (
            ""
            if not any(sums)
            else "the columns of X_train should sum to zero"
        )

    why = "Centering is the usual advice; it helps if the data is one cloud, and not if it is two."
    # Of whole numbers the direct form loses nothing that counts: it asks no more than the others.
    return checks(
        once, ("mean_zero", why, centered), direct_is_right="expanded"
    )


@CENTERED_DATA.right("clear")
def one_counterweight() -> Data:
    """Balance two close rows by a third that is twice as far on the other side."""
    return np.array([[1e9 + 2], [1e9 + 1], [-2e9 - 3]]), np.array([1e9])


@CENTERED_DATA.wrong("form")
def centered_in_float32() -> Data:
    """Return float32."""
    T, x = expansion_in_float32()
    return np.concatenate([T, -T]), x


@CENTERED_DATA.wrong("clear")
def tied_and_centered() -> Data:
    """Return a near-tie in two clusters."""
    T = np.array([[1e9 + 10], [1e9 - 9]])
    return np.concatenate([T, -T]), np.array([1e9])


CENTERED_DATA.tests(
    *centered_rules(),
)


DRILL = DRAFT.drill()
