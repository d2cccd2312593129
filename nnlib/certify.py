"""Which computed comparisons can be trusted, and exact arithmetic for the rest.

Two bounds and one fallback stand behind ``method="exact"``:

- *the filter*: one float32 product that yields, for every pair, a lower bound on the reduced
  distance. A row whose lower bound exceeds an upper bound of another is proved farther;
- `cutoff`: the same for squared distances computed by the direct form in float64;
- `in_integers`: Python integers, which do not round, for what neither can tell apart.

All bounds assume the arithmetic that IEEE 754 prescribes: round to nearest, gradual underflow, and
products that are sums of the terms x_j t_j in some order: no scheme like Strassen's, and no format
of reduced precision. `check_underflow` finds out whether a thread has given gradual underflow up.

**The filter.** Move and scale all points alike, x ↦ x′ = s (x − m), with any m and any power of
two s; the order of the rows by ‖x − t‖² is that by the reduced distance of the moved points,

    ρ = ‖t′‖² − 2 x′·t′ = s² (‖x − t‖² − ‖x − m‖²).

Let u = 2⁻²⁴ be the unit roundoff of float32, x̂ and t̂ the moved points as stored in float32, and
σ what conversion and underflow can add, so that ‖x̂ − x′‖ ≤ 2u ‖x′‖ + σ. Let θ = γ_{d+16} =
(d + 16) u / (1 − (d + 16) u) ≤ ⅓ and κ ≥ max(4σ/θ, 2⁻⁴⁰), and take

    a ≥ (‖x′‖ + κ)(1 + 4u),   c ≥ (‖t′‖ + κ)(1 + 4u),   g ≥ 2θ (1 + 2θ) a,   b = ‖t̂‖² − 3θc²,

with ‖t̂‖² summed in float32 and b rounded to it. Let P be the float32 product

    P = fl([x̂, 1, −g] · [−2t̂, b, c]).

*Theorem.* P ≤ ρ ≤ P + c (3g + 8θc), the right side as computed in float32.

*Proof.* The product has D = d + 2 terms. In any order of summation, fused or not, its error is
at most γ_D times the sum of the terms' absolute values, plus D 2⁻¹⁴⁸ for underflow:

    |P − (b − 2x̂·t̂ − gc)| ≤ γ_D (2‖x̂‖‖t̂‖ + |b| + gc) + D 2⁻¹⁴⁸.

Storing the points moves their inner product by at most ‖x′‖‖t̂ − t′‖ + ‖x̂ − x′‖‖t̂‖, hence

    2 |x̂·t̂ − x′·t′| ≤ 8u (‖x′‖ + σ)(‖t′‖ + σ) + 2σ (‖x′‖ + ‖t′‖ + 2σ), up to factors 1 + 4u.

*What depends on both points* is therefore at most 2 (γ_D + 4u)(‖x′‖ + σ)(‖t′‖ + σ), the terms
with 2σ, and D 2⁻¹⁴⁸ ≤ θκ². All of it is at most 2θ ac: the first because θ ≥ γ_D + 14u, the rest
because ac exceeds (‖x′‖ + σ)(‖t′‖ + σ) by more than (κ − σ)(‖x′‖ + ‖t′‖ + κ) and θ (κ − σ) ≥ 3σ.
And 2θ ac ≤ (1 − γ_D) gc, because (1 + 2θ)(1 − θ) ≥ 1: the error column pays, its own rounding
included. *What depends on the row alone* is γ_D |b| ≤ γ_D c², the rounding of ‖t̂‖² and of b,
(γ_d + u) c², and | ‖t̂‖² − ‖t′‖² | ≤ (4.1u + 0.6θ) c²: together less than 3θc², which b leaves
for it. So P ≤ ρ. The other way the same terms count twice, ρ − P ≤ 2gc + 6θc², and the remaining
gc + 2θc² ≥ 32u ac + 32u c² more than covers the rounding of the right side itself. ∎

References
----------
N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., SIAM, 2002, section 3.1,
for γ_n and the error of an inner product in any order.
J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
predicates", Discrete & Computational Geometry 18(3), 305–363, 1997, for a filter with an exact
fallback.
"""

import warnings
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array, working_dtype

if TYPE_CHECKING:
    from fractions import Fraction

UNIT_ROUNDOFF = 2.0**-53
UNIT_ROUNDOFF_32 = 2.0**-24
SMALLEST = 2.0**-1074
# Terms of the product beyond d that its error bound allows for.
SLACK = 16
# In a frame: rows farther out than this are set aside, so that no product overflows.
FAR = 2.0**62
# Entries worked on in one go.
STRIP = 2**16
# About so many rows tell where the others are.
SAMPLE = 64
# Entries looked at in one go, and distances remembered: together a few hundred kilobytes.
STRETCH = 2**12
REMEMBERED = 64


def largest_entry(array: Array) -> int:
    """Return the largest |v| of all entries v, without its fraction."""
    if not array.size:
        return 0
    return max(abs(int(array.min())), abs(int(array.max())))


def nothing_rounds(queries: Array, rows: Array, bits: int = 53) -> bool:
    """Return whether floats of so many `bits` compute these squared distances without rounding.

    They do, in either form, for multiples v of a power of two w (integers, sixteenths) if
    d (2 max |v| / w)² ≤ 2^bits, 2⁵³ for float64 and 2²⁴ for float32: then every difference, product
    and sum, in whatever order, is a multiple of w or of w² that such a float holds. For
    the expanded form this is 4 max ‖v‖² ≥ ‖x‖² + 2 |x|·|t| + ‖t‖². A few numbers, or a few
    rows, tell most often that it is not so.
    """
    first = *queries[:1, :2].ravel().tolist(), *rows[:1, :2].ravel().tolist()
    if any(length(v) > (bits + 1) // 2 for v in first):
        return False
    few = 1 + STRETCH // (1 + queries.shape[1])
    return few_bits((queries[:few], rows[:few]), bits) and few_bits((queries, rows), bits)


def length(v: float) -> int:
    """Return how many bits there are between the first and the last of v that is set."""
    above, _ = v.as_integer_ratio()
    return (above // (above & -above)).bit_length() if above else 0


def few_bits(arrays: tuple[Array, ...], bits: int) -> bool:
    """Return whether all entries are multiples of the least w that `nothing_rounds` allows."""
    largest = max((abs(v.item()) for a in arrays if a.size for v in (a.min(), a.max())), default=0)
    above, below = largest.as_integer_ratio()
    above, below = arrays[0].shape[1] * (2 * above) ** 2, below**2
    lowest, highest = (-500, 400) if bits == 53 else (-60, 40)  # no square of w leaves the range
    w = max((above.bit_length() - below.bit_length() - bits - 1) // 2, lowest)
    while above << max(-2 * w - bits, 0) > below << max(2 * w + bits, 0):
        w += 1
    return w <= highest and all(multiples(a, w) for a in arrays)


def multiples(array: Array, w: int) -> bool:
    """Return whether all entries are multiples of 2^w."""
    whole = array.dtype.kind in "iu"
    if whole and w <= 0:
        return True
    step = 1 + STRETCH // (1 + array.shape[1])
    for part in (array[i : i + step] for i in range(0, len(array), step)):
        if whole:
            if w > 63 or (part.astype(np.uint64) & np.uint64(2**w - 1)).any():
                return False
        else:
            part = part.astype(np.float64)
            # There and back: what underflows on the way is no multiple, though 0 is one.
            if not (np.ldexp(np.rint(np.ldexp(part, -w)), w) == part).all():
                return False
    return True


def conversion_error(*arrays: Array) -> float:
    """Return a bound on |float64(v) − v| over all entries v.

    Zero for every type that float64 contains, and for integers of at most 53 bits between the
    first and the last that is set; others are rounded by at most u |v|.
    """
    large = [a for a in arrays if a.dtype.kind in "iu" and largest_entry(a) > 2**53]
    if all(converts(a) for a in large):
        return 0.0
    return 2 * UNIT_ROUNDOFF * float(max(largest_entry(a) for a in large))


def converts(integers: Array) -> bool:
    """Return whether float64 holds all these integers."""
    step = 1 + STRETCH // (16 + 16 * integers.shape[1])
    for part in (integers[i : i + step] for i in range(0, len(integers), step)):
        sizes = np.where(part < 0, -part.astype(np.uint64), part.astype(np.uint64))
        odd = sizes // np.maximum(sizes & -sizes, 1)  # without the zeros behind the last bit
        if odd.max(initial=0) > 2**53:
            return False
    return True


def near_zero(queries: Array, rows: Array) -> tuple[Array, Array] | None:
    """Return integers moved by one vector of integers so that float64 holds them; None if none.

    Moving all points changes no difference. Times in nanoseconds are beyond 2⁵³ and yet near to
    each other. The arithmetic is modulo 2⁶⁴ and the results are between 0 and 2⁵³.
    """
    sides = queries, rows
    if not all(side.dtype.kind in "iu" and side.size for side in sides):
        return None
    low = [min(column) for column in zip(*(a.min(axis=0).tolist() for a in sides), strict=True)]
    high = [max(column) for column in zip(*(a.max(axis=0).tolist() for a in sides), strict=True)]
    if any(b - a > 2**53 for a, b in zip(low, high, strict=True)):
        return None
    center = np.array([a % 2**64 for a in low], np.uint64)
    return queries.astype(np.uint64) - center, rows.astype(np.uint64) - center


def cutoff(computed: NDArray[np.float64], d: int, input_error: float = 0.0) -> NDArray[np.float64]:
    """Return c′ for every c of `computed`: a row whose computed value exceeds c′ is truly
    farther from the query than every row whose computed value is at most c.

    Each term fl((x_j − t_j)²) is the true one times (1 + δ)³, |δ| ≤ u, plus an underflow of at
    most 2⁻¹⁰⁷⁵; adding d of them in any order multiplies each by at most d − 1 more such
    factors. With γ_n = n u / (1 − n u), m = d + 2 and η = d · 2⁻¹⁰⁷⁴,

        |computed − true| ≤ γ_m · true + η.

    So if b is truly no farther than a, then, since (1 + γ_m) / (1 − γ_m) = 1 + γ_2m,

        computed_b ≤ (1 + γ_m) true_a + η ≤ (1 + γ_2m) (computed_a + η) + η.

    The code adds 12 to 2m and makes it 3η, for the rounding of the bound itself. An overflow is
    no exception: where computed_b is infinite, so is the bound.

    Where the inputs were rounded on conversion, by at most `input_error` in each coordinate of
    either point, each distance is that of the rounded points within σ = 2 √d `input_error`
    (triangle inequality), and the square root of the bound grows by 2σ √(1 + γ_m).

    References
    ----------
    N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., SIAM, 2002,
    lemma 3.1 and section 3.1.
    """
    n = 2 * d + 16
    factor = 1 + n * UNIT_ROUNDOFF / (1 - n * UNIT_ROUNDOFF)
    with np.errstate(all="ignore"):
        bound: Any = computed * factor + 3 * d * SMALLEST
        if input_error:
            bound = (np.sqrt(bound) + 4 * np.sqrt(float(d)) * input_error * factor) ** 2 * factor
    return np.asarray(bound)


TINY = np.array([np.finfo(float).tiny])


def check_underflow() -> None:
    """Warn if this thread flushes numbers below 2⁻¹⁰²² to zero, which no bound here allows for.

    Some libraries switch that on for the thread that loads or calls them.
    """
    if not (TINY / 2).all():
        warnings.warn(
            "this thread flushes tiny numbers to zero, as another library has asked the processor; "
            "rows whose features differ by less than about 1e-154 cannot be told apart for certain",
            RuntimeWarning,
            stacklevel=5,  # past the search and its `np.errstate` to the caller of `k_nearest`
        )


class Frame(NamedTuple):
    """Where the product is taken: x ↦ x′ = scale · (x − center), and how far off it can be."""

    center: Array
    scale: float
    theta: float
    kappa: float


def choose_frame(rows: Array, queries: Array, input_error: float) -> Frame | None:
    """Return a frame in which a typical training row has norm 1, or None if none can help.

    Any center and any power of two are valid, so both come from a sample that outliers do not
    move: the center is its median in each coordinate, unless the origin will do, the scale from
    the median norm.
    """
    d = rows.shape[1]
    n = (d + SLACK) * UNIT_ROUNDOFF_32
    if n > 0.25:
        return None
    theta = n / (1 - n)
    dtype = working_dtype(rows, queries)
    sample = rows[:: 1 + len(rows) // SAMPLE].astype(dtype)
    center = np.sort(sample, axis=0)[len(sample) // 2]
    scale = 1.0
    for points in (sample, queries[:: 1 + len(queries) // SAMPLE]):
        lengths = np.abs(points - center).max(axis=1, initial=0)
        lengths = np.sort(lengths[lengths > 0])
        if len(lengths):
            typical = min(float(lengths[len(lengths) // 2]), float(np.finfo(dtype).max))
            most = np.finfo(dtype).maxexp - 8
            exponent = int(np.frexp(typical)[1]) + d.bit_length() // 2
            scale = 2.0 ** min(max(-exponent, -most), most)
            if np.abs(center).max() <= typical / 4:  # hardly worth a pass over all points
                center = np.zeros_like(center)
            break
    # Numbers that become subnormal round up to four times on the way: see `enter`.
    sigma = float(np.sqrt(d) * (scale * input_error * (1 + 2**-20) + 2.0**-147))
    kappa = 2.0**-39 + 5 * sigma / theta
    return Frame(center, scale, theta, kappa) if kappa < 1 else None


def leading_bit(frame: Frame) -> int:
    """Return an exponent e with room in 2^e for numbers 16 times as far out as usual."""
    largest = float(np.abs(frame.center).max(initial=0)) + 16 / frame.scale
    return 1 + int(np.frexp(largest)[1])


def enter(frame: Frame, points: Array, factor: float, inside: Array) -> Array:
    """Write factor · x̂ of `points` (n, d) to the first d columns of `inside`; return ‖x̂‖² (n,)."""
    n, d = points.shape
    moved = frame.center.any()
    for part in (np.s_[i : i + 1 + STRIP // (1 + d)] for i in range(0, n, 1 + STRIP // (1 + d))):
        if moved:
            # Between numbers at the end of the range a difference overflows, so they are made
            # smaller first, which is exact but for the last of those at the other end.
            first, then = (frame.scale, factor) if frame.scale < 1 else (1.0, factor * frame.scale)
            first = frame.center.dtype.type(first)
            z = points[part] * first
            z -= frame.center * first
            z *= then
            inside[part, :d] = z
        else:
            scale = frame.center.dtype.type(factor * frame.scale)
            np.multiply(points[part], scale, out=inside[part, :d], casting="same_kind")
    inside = inside[:, :d]
    return np.asarray(np.vecdot(inside, inside) / np.float32(factor**2))


def reach(frame: Frame, squares: Array) -> NDArray[np.float64]:
    """Return an upper bound (n,) on the true norms plus κ, from the squared ones as computed."""
    return (np.sqrt(squares * (1 + 2 * frame.theta)) + frame.kappa) * (1 + 8 * UNIT_ROUNDOFF_32)


def padded(d: int) -> int:
    """Return how many columns the product has: d + 2, and zeros up to a multiple of four.

    The zeros change no sum. Matrix products are made for such lengths and are up to a tenth
    faster.
    """
    return (d + 2 + 3) // 4 * 4


def row_side(frame: Frame, rows: Array, weights: Array) -> NDArray[np.float32]:
    """Write [−2t̂, b, c] of the rows to `weights` (length, width); return c, (length,).

    `weights` may be longer than the rows. What stands in for missing rows, and for rows too far
    out for float32, has t̂ = 0 and the bias FAR² / 4, a lower bound on the reduced distance of the
    latter from every query with a ≤ FAR / 4. They have no upper bound: their c is ∞.
    """
    n, d = rows.shape
    squares = enter(frame, rows, -2, weights[:n]).astype(np.float64)
    c = reach(frame, squares)
    weights[:n, d] = squares - 3 * frame.theta * c * c
    weights[:n, d + 1] = c
    outside = np.flatnonzero(~(c <= FAR))
    c[outside] = np.inf
    for unusable in (outside, np.s_[n:]):
        weights[unusable] = 0
        weights[unusable, d] = FAR**2 / 4
    return np.concatenate([c, np.zeros(len(weights) - n)]).astype(np.float32)


def query_side(frame: Frame, queries: Array) -> tuple[Array, Array]:
    """Return features [x̂, 1, −g, 0, …], (q, width), and g, (q,); g = ∞ for a query too far out."""
    q, d = queries.shape
    features = np.zeros((q, padded(d)), np.float32)
    a = reach(frame, enter(frame, queries, 1, features).astype(np.float64))
    g = 2 * frame.theta * (1 + 2 * frame.theta) * a
    features[:, d] = 1
    features[:, d + 1] = -g
    outside = np.flatnonzero(~(a <= FAR / 4))
    features[outside] = 0
    g[outside] = np.inf
    return features, g.astype(np.float32)


def gap(frame: Frame, c: float, g: Array) -> Array:
    """Return c (3g + 8θc), (q,): no reduced distance exceeds its lower bound by more."""
    return np.float32(c) * (3 * g + np.float32(8 * frame.theta * c))


def exact_squared_distance(x: Array, t: Array) -> "Fraction":
    """Return ‖x − t‖² of two points (d,) without rounding."""
    from fractions import Fraction  # its import takes a while

    total, common = over_common(x, t)
    return Fraction(total, common**2)


def over_common(x: Array, t: Array) -> tuple[int, int]:
    """Return integers n and c with ‖x − t‖² = n / c².

    Every finite number in a computer is a ratio of integers. Over the largest denominator, a
    power of two that all the others divide, the sum is one of Python integers.
    """
    query = [v.as_integer_ratio() for v in x.tolist()]
    template = [v.as_integer_ratio() for v in t.tolist()]
    common = max((denominator for _, denominator in query + template), default=1)
    total = sum(
        (a * (common // b) - p * (common // q)) ** 2
        for (a, b), (p, q) in zip(query, template, strict=True)
    )
    return total, common


def in_integers(x: Array, rows: Array, indices: NDArray[np.intp], k: int) -> list[int]:
    """Return the positions in `indices` of the `k` rows nearest to `x`, unrounded.

    Ordered by (distance, index). `rows` are all training rows; `indices` (m,) names those that
    compete. Of equal rows among the last few, the distance is computed once.
    """
    known: dict[bytes, int] = {}

    def rank(position: int) -> tuple[int, int]:
        row = rows[indices[position]]
        content = row.tobytes()
        if content not in known:
            if len(known) == REMEMBERED:
                known.clear()
            total, common = over_common(x, row)
            known[content] = total << 2 * (1075 - common.bit_length())  # times 2²¹⁴⁸ for all rows
        return known[content], int(indices[position])

    return nsmallest(k, range(len(indices)), key=rank)
