"""The expanded form ‖x‖² − 2x·t + ‖t‖² at its limits, with the reader's hand on the offset.

Moving a cloud of points away from the origin changes no distance, but it makes the three terms of
the expanded form large, and rounding them costs what the small difference is made of. This module
holds the widget and the reference of what its page computes: the same operations in the same
order, elementwise, every one rounded to the working precision, so that both agree bit for bit.

The error bound. Let u be the unit roundoff and η the smallest positive number of the precision,
and d the number of features. Each product is a·b·(1 + δ) + ε with |δ| ≤ u and |ε| ≤ η/2, where
ε ≠ 0 only if it underflows; sums never underflow. A sum of d products in a fixed order passes
each of them through at most d roundings, the two last operations add two more, doubling is exact:

    |computed − exact| ≤ γ · (‖x‖² + 2 Σ|x_j t_j| + ‖t‖²) + 2dη (1 + u)^(d + 1),

with γ = (d + 2)u / (1 − (d + 2)u). The parenthesis is S = Σ (|x_j| + |t_j|)². Centering subtracts
the same vector from both, so its own error does not matter; each subtraction rounds once, which
changes the distance by at most 2uS to first order. For d ≤ 16 all of it, and the rounding of the
bound itself, which is computed in double precision, fits into

    B = (d + c) u S + 4dη,    c = 4, or 8 with centering,

unless something overflows; then the computed value is not finite, and B is infinite.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Enum, Float, Int, TraitError, Unicode, validate

from nnlib.search import nearest
from nnlib.validation import Array
from nnlib.widgets.base import Widget, module, stylesheet
from nnlib.widgets.traits import Rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Precision(NamedTuple):
    """A binary floating-point format: bits of its significand, exponent of its smallest normal."""

    bits: int
    lowest: int

    @property
    def roundoff(self) -> float:
        """Return u, half the distance from 1 to the next number."""
        return 2.0**-self.bits

    @property
    def smallest(self) -> float:
        """Return η, the smallest positive (subnormal) number."""
        return math.ldexp(1.0, self.lowest - self.bits + 1)


PRECISIONS = {
    "float16": Precision(11, -14),
    "float32": Precision(24, -126),
    "float64": Precision(53, -1022),
}
FARTHEST = 1e16
STEPS = ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8")
"""One decade of the slider: round numbers, evenly spaced on a logarithmic scale (R″10)."""
OFFSETS = [0.0, *(float(f"{s}e{e}") for e in range(16) for s in STEPS), FARTHEST]
"""Every position of the slider."""
LARGEST = 1000.0
MOST_FEATURES, MOST_TEMPLATES, MOST_QUERIES = 16, 64, 32
"""As much as a page computes in a frame; the bound's proof needs at most 16 features."""


# The reference: what the page computes, one operation after the other.


@dataclass(frozen=True)
class Forms:
    """What the two forms make of a moved cloud.

    Attributes
    ----------
    X, T : ndarray
        Queries and templates as the precision stores them after the move.
    expanded, direct : ndarray, shape (n_queries, n_templates)
        Squared distances in the working precision; negative ones are not clipped.
    bound : ndarray of float64, same shape
        B, at least the error of each entry of `expanded`; infinite where that is not finite.
    chosen, chosen_direct : list of int
        What ``np.argmin`` picks in each row: the first smallest value, or the first NaN.
    nearest : list of int or None
        The nearest template of the stored points in exact arithmetic, the earliest at a tie;
        None if a stored coordinate has overflowed, and there is no distance.
    intended : list of int
        The same for the points as they were given, which no offset changes.
    trusted : list of bool
        Whether the bound proves that `chosen` is `nearest`: every other template is farther by
        more than both error bounds together, or is stored as the same point.
    """

    X: Array
    T: Array
    expanded: Array
    direct: Array
    bound: NDArray[np.float64]
    chosen: list[int]
    chosen_direct: list[int]
    nearest: list[int] | None
    intended: list[int]
    trusted: list[bool]

    @property
    def negatives(self) -> int:
        """Return how many squared distances came out as negative numbers."""
        return int(((self.expanded < 0) & np.isfinite(self.expanded)).sum())

    @property
    def overflows(self) -> int:
        """Return how many squared distances are infinite or NaN."""
        return int((~np.isfinite(self.expanded)).sum())

    @property
    def distinct(self) -> int:
        """Return how many different templates are left after rounding."""
        return len({tuple(row) for row in self.T.tolist()})

    def flips(self, form: str = "expanded") -> int:
        """Return how many queries `form` answers with another template than exact arithmetic.

        An infinite or NaN smallest value is no answer, and counts, even where the index that
        ``np.argmin`` returns with it happens to be right.
        """
        values = self.expanded if form == "expanded" else self.direct
        chosen = self.chosen if form == "expanded" else self.chosen_direct
        right = [-1] * len(chosen) if self.nearest is None else self.nearest
        return sum(
            a != b or not math.isfinite(row[a])
            for row, a, b in zip(values, chosen, right, strict=True)
        )

    @property
    def moved(self) -> int:
        """Return how many queries have another nearest template since the inputs were rounded."""
        if self.nearest is None:
            return len(self.intended)
        return sum(a != b for a, b in zip(self.nearest, self.intended, strict=True))


def stored(points: Sequence[Sequence[float]], offset: float, precision: str) -> Array:
    """Return ``(points + offset).astype(precision)``: the move in double, then one rounding."""
    with np.errstate(over="ignore"):
        return (np.asarray(points, dtype=np.float64) + offset).astype(precision)


def center(X: Array, T: Array) -> tuple[Array, Array]:
    """Return both minus the mean of the templates, every operation in their own precision.

    The mean is taken from the first row on, t₀ + Σ(t − t₀)/n, so that its sum cannot overflow
    where the points do not. How well it is computed does not matter: the same vector is
    subtracted from both.
    """
    total = np.zeros_like(T[0])
    for row in T:
        total = total + (row - T[0])
    mean = T[0] + total / T.dtype.type(len(T))
    return X - mean, T - mean


def expanded_form(X: Array, T: Array) -> Array:
    """Return (‖x‖² − 2x·t) + ‖t‖², sums from the first feature to the last."""
    x_norms = np.zeros(len(X), X.dtype)
    t_norms = np.zeros(len(T), T.dtype)
    dots = np.zeros((len(X), len(T)), X.dtype)
    for x, t in zip(X.T, T.T, strict=True):
        x_norms = x_norms + x * x
        t_norms = t_norms + t * t
        dots = dots + x[:, None] * t
    return np.asarray((x_norms[:, None] - (dots + dots)) + t_norms)


def direct_form(X: Array, T: Array) -> Array:
    """Return Σ (x_j − t_j)², from the first feature to the last."""
    total = np.zeros((len(X), len(T)), X.dtype)
    for x, t in zip(X.T, T.T, strict=True):
        difference = x[:, None] - t
        total = total + difference * difference
    return total


def error_bound(X: Array, T: Array, precision: str, centered: bool) -> NDArray[np.float64]:
    """Return B = (d + c) u Σ(|x_j| + |t_j|)² + 4dη for every pair: see above."""
    sizes = np.zeros((len(X), len(T)))
    for x, t in zip(np.abs(X.T.astype(np.float64)), np.abs(T.T.astype(np.float64)), strict=True):
        size = x[:, None] + t
        sizes = sizes + size * size
    d = X.shape[1]
    fmt = PRECISIONS[precision]
    factor = (d + (8 if centered else 4)) * fmt.roundoff
    return np.asarray(factor * sizes + 4 * d * fmt.smallest)


def forms(
    templates: Sequence[Sequence[float]],
    queries: Sequence[Sequence[float]],
    offset: float,
    precision: str = "float32",
    centered: bool = False,
) -> Forms:
    """Return both forms, the exact answers and the bound for a cloud moved by `offset`."""
    T, X = stored(templates, offset, precision), stored(queries, offset, precision)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        working_x, working_t = center(X, T) if centered else (X, T)
        expanded = expanded_form(working_x, working_t)
        direct = direct_form(working_x, working_t)
        bound = error_bound(working_x, working_t, precision, centered)
    bound[~np.isfinite(expanded)] = np.inf
    chosen = [int(i) for i in expanded.argmin(axis=1)]
    trusted = []
    for values, bounds, j in zip(expanded.astype(np.float64), bound, chosen, strict=True):
        # Rounding is monotone: a rounded difference above a rounded sum is so without rounding.
        with np.errstate(over="ignore", invalid="ignore"):
            clear = values - values[j] > bounds + bounds[j]
        trusted.append(bool((clear | (T[j] == T).all(axis=1)).all() and math.isfinite(bounds[j])))
    finite = bool(np.isfinite(X).all() and np.isfinite(T).all())
    return Forms(
        X=X,
        T=T,
        expanded=expanded,
        direct=direct,
        bound=bound,
        chosen=chosen,
        chosen_direct=[int(i) for i in direct.argmin(axis=1)],
        nearest=[int(i) for i in nearest(T, X)] if finite else None,
        intended=[int(i) for i in nearest(templates, queries)],
        trusted=trusted,
    )


def exact(x: Sequence[float], t: Sequence[float]) -> Fraction:
    """Return ‖x − t‖² of two points exactly."""
    return sum(((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(x, t, strict=True)), Fraction(0))


def ulp(value: Fraction, precision: str) -> Fraction:
    """Return the distance between the floats around `value` ≥ 0, as if exponents had no top."""
    bits, lowest = PRECISIONS[precision]
    exponent = lowest
    if value:
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        exponent -= value < Fraction(2) ** exponent
    return Fraction(2) ** (max(exponent, lowest) - bits + 1)


def error_in_ulps(computed: float, value: Fraction, precision: str) -> float:
    """Return |computed − value| in ulps of `value`; infinite unless `computed` is finite."""
    if not math.isfinite(computed):
        return math.inf
    try:
        return float(abs(Fraction(computed) - value) / ulp(value, precision))
    except OverflowError:
        return math.inf


# The widget.


def cloud(
    n_templates: int = 24, n_queries: int = 8, d: int = 2, seed: int = 2
) -> tuple[list[list[float]], list[list[float]]]:
    """Return templates and queries: normal, around the origin, three decimals each."""
    points = np.random.default_rng(seed).normal(size=(n_templates + n_queries, d)).round(3)
    return points[:n_templates].tolist(), points[n_templates:].tolist()


class CancellationExplorer(Widget):
    """Two forms of ‖x − t‖² beside the exact value, as a cloud leaves the origin.

    Every point is moved by `offset` in every feature and stored in `precision`:
    ``(points + offset).astype(precision)``. The page then computes both forms with every
    operation rounded to that precision, and the exact value of the stored points with integers.

    Parameters
    ----------
    templates : array_like, shape (n, d), optional
        Training rows, at most 64 of at most 16 features, none above 1000 in absolute value.
        Default, with `queries`: 24 and 8 normal points in the plane.
    queries : array_like, shape (m, d), optional
        At most 32 points to find the nearest template of.
    offset : float
        0, or from 1 to 1e16.
    precision : {"float32", "float16", "float64"}
        The format of the stored points and of every operation.
    centered : bool
        Subtract the mean of the templates from both before either form is computed: in the
        same precision, after the points were stored in it.
    query : int
        The query whose digits are shown.
    template : int or None
        The template whose digits are shown; None is the nearest to the query as given.
    name : str
        The widget's name in links to its state. Give each its own if a page has several.

    Raises
    ------
    traitlets.TraitError
        Naming the trait, for shapes that do not fit, NaN, infinity, numbers out of range, an
        unknown precision. Nothing is changed then.
    """

    _esm = module("cancellation.js")
    _css = stylesheet("cancellation.css")
    _shown: ClassVar[tuple[str, ...]] = ("offset", "precision", "centered", "query", "template")
    _restored: ClassVar[tuple[str, ...]] = ("templates", "queries", *_shown)

    templates = Rows().tag(sync=True)
    queries = Rows().tag(sync=True)
    offset = Float(0.0).tag(sync=True)
    precision = Enum(list(PRECISIONS), "float32").tag(sync=True)
    centered = Bool(False).tag(sync=True)
    query = Int(0).tag(sync=True)
    template = Int(None, allow_none=True).tag(sync=True)
    name = Unicode("cancellation").tag(sync=True)

    def __init__(
        self,
        templates: Any = None,
        queries: Any = None,
        *,
        offset: float = 1000.0,
        precision: str = "float32",
        centered: bool = False,
        query: int = 0,
        template: int | None = None,
        **traits: Any,
    ) -> None:
        if (templates is None) != (queries is None):
            raise TraitError("give templates and queries together, or neither")
        if templates is None:
            templates, queries = cloud()
        state = {"offset": offset, "precision": precision, "centered": centered}
        data = {"templates": templates, "queries": queries, "query": query, "template": template}
        super().__init__(**data, **state, **traits)

    def show(self, templates: Any, queries: Any) -> None:
        """Show other points, in one step or not at all; the first query is selected."""
        self._set_together(
            {"templates": templates, "queries": queries, "query": 0, "template": None}
        )

    def forms(self) -> Forms:
        """Return what the page shows, bit for bit: the reference's answer to this state."""
        return forms(self.templates, self.queries, self.offset, self.precision, self.centered)

    def figure(self) -> "Figure":
        """Draw the share of flipped neighbors against the offset, both forms, all precisions.

        Thin lines beside the direct form: the neighbors that rounding the input alone has changed.
        """
        from matplotlib import pyplot as plt

        styles = {
            "float16": ("#0072B2", (0, ())),
            "float32": ("#D55E00", (0, (7, 3))),
            "float64": ("#009E73", (0, (2, 2))),
        }
        offsets = [offset for offset in OFFSETS if offset]
        figure, axes = plt.subplots(
            1, 2, figsize=(6.4, 3.1), sharex=True, sharey=True, layout="constrained"
        )
        figure.patch.set_alpha(0)
        for precision, (color, dash) in styles.items():
            # Beyond the format's largest number there are no points left to compare.
            used = [at for at in offsets if at + LARGEST < float(np.finfo(precision).max)]
            found = [
                forms(self.templates, self.queries, at, precision, self.centered) for at in used
            ]
            for axis, form in zip(axes, ("expanded", "direct"), strict=True):
                share = [100 * result.flips(form) / len(result.chosen) for result in found]
                axis.plot(used, share, color=color, linestyle=dash, lw=1.8, label=precision)
            lost = [100 * result.moved / len(result.chosen) for result in found]
            axes[1].plot(used, lost, color=color, linestyle=dash, lw=0.8)
        formulas = (
            "expanded: ‖x‖² − 2x·t + ‖t‖²",
            "direct: Σ (x − t)²\nthin: lost with the rounded input",
        )
        for axis, title in zip(axes, formulas, strict=True):
            axis.set_xscale("log")
            axis.set_xticks([1e0, 1e4, 1e8, 1e12, 1e16])
            axis.set_ylim(-3, 103)
            axis.set_title(title, fontsize="medium")
            axis.patch.set_alpha(0)
        axes[0].set_ylabel("wrong neighbors (%)")
        figure.supxlabel("offset of the cloud (units of its spread)", fontsize="medium")
        figure.legend(
            *axes[0].get_legend_handles_labels(),
            loc="outside upper center",
            ncols=3,
            frameon=False,
            handlelength=3,
        )
        return figure

    @validate("offset")
    def _check_offset(self, proposal: dict[str, Any]) -> float:
        value: float = proposal["value"]
        if not (value == 0 or 1 <= value <= FARTHEST):  # NaN is refused here too
            raise TraitError(f"offset must be 0, or from 1 to {FARTHEST:g}; got {value:g}")
        return value + 0.0  # no −0

    @validate("templates", "queries", "query", "template")
    def _check_together(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        check(
            **{
                key: value if key == name else getattr(self, key)
                for key in ("templates", "queries", "query", "template")
            }
        )
        return value


def check(
    templates: list[list[float]], queries: list[list[float]], query: int, template: int | None
) -> None:
    """Raise a `TraitError` naming traits and shapes unless the data fit each other."""
    shapes = [(len(rows), len(rows[0])) for rows in (templates, queries)]
    (n, d), (m, width) = shapes
    if d != width:
        raise TraitError(
            "queries must have as many columns as templates; "
            f"queries has shape {shapes[1]}, templates has shape {shapes[0]}"
        )
    for name, rows, most in [
        ("templates", templates, MOST_TEMPLATES),
        ("queries", queries, MOST_QUERIES),
    ]:
        if len(rows) > most or not 1 <= d <= MOST_FEATURES:
            raise TraitError(
                f"{name} must have at most {most} rows of 1 to {MOST_FEATURES} features; "
                f"its shape is {(len(rows), d)}"
            )
        largest = max(abs(value) for row in rows for value in row)
        if largest > LARGEST:
            raise TraitError(
                f"{name} must lie around the origin, within {LARGEST:g}: the offset moves them; "
                f"the largest entry is {largest:g}"
            )
    if not 0 <= query < m:
        raise TraitError(f"query must be from 0 to {m - 1}, a row of queries; got {query}")
    if template is not None and not 0 <= template < n:
        raise TraitError(
            f"template must be None or from 0 to {n - 1}, a row of templates; got {template}"
        )
