"""Which computed comparisons can be trusted, and exact arithmetic for the rest.

A squared distance computed by the direct form is off by a known small amount. If the computed
value of one row exceeds that of another by more than both can be off, it is truly farther:
proved. The few rows that are left are compared as Python integers, which do not round.
"""

from fractions import Fraction
from heapq import nsmallest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array

UNIT_ROUNDOFF = 2.0**-53
SMALLEST = 2.0**-1074
# Entries looked at in one go, and distances remembered: together a few hundred kilobytes.
STRETCH = 2**12
REMEMBERED = 64


def largest_entry(array: Array) -> int:
    """Return the largest |v| of all entries v, without its fraction."""
    if not array.size:
        return 0
    return max(abs(int(array.min())), abs(int(array.max())))


def nothing_rounds(queries: Array, rows: Array) -> bool:
    """Return whether float64 computes these squared distances exactly, in either form.

    It does for integers v (in a type of integers or of floats) if d (2 max |v|)² ≤ 2⁵³: then
    every difference, product and sum, in whatever order, is an integer that float64 holds. For
    the expanded form this is 4 max ‖v‖² ≥ ‖x‖² + 2 |x|·|t| + ‖t‖².
    """
    largest = max(largest_entry(queries), largest_entry(rows))
    if queries.shape[1] * (2 * largest) ** 2 > 2**53:
        return False
    step = 1 + STRETCH // (1 + queries.shape[1])
    return all(
        bool((array[i : i + step] == np.rint(array[i : i + step])).all())
        for array in (queries, rows)
        if array.dtype.kind == "f"
        for i in range(0, len(array), step)
    )


def conversion_error(*arrays: Array) -> float:
    """Return a bound on |float64(v) − v| over all entries v.

    Zero for every type that float64 contains, and for integers up to 2⁵³ in absolute value;
    beyond that, converting v rounds it by at most u |v|.
    """
    largest = max((largest_entry(a) for a in arrays if a.dtype.kind in "iu"), default=0)
    return 0.0 if largest <= 2**53 else 2 * UNIT_ROUNDOFF * float(largest)


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
    with np.errstate(over="ignore"):
        bound: Any = computed * factor + 3 * d * SMALLEST
        if input_error:
            bound = (np.sqrt(bound) + 4 * np.sqrt(float(d)) * input_error * factor) ** 2 * factor
    return np.asarray(bound)


def exact_squared_distance(x: Array, t: Array) -> Fraction:
    """Return ‖x − t‖² of two points (d,) without rounding.

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
    return Fraction(total, common**2)


def settle(x: Array, rows: Array, indices: NDArray[np.intp], k: int) -> list[int]:
    """Return the positions in `indices` of the `k` rows nearest to `x`, unrounded.

    Ordered by (distance, index). `rows` are all training rows; `indices` (m,) names those that
    compete. Of equal rows among the last few, the distance is computed once.
    """
    known: dict[bytes, Fraction] = {}

    def rank(position: int) -> tuple[Fraction, int]:
        row = rows[indices[position]]
        content = row.tobytes()
        if content not in known:
            if len(known) == REMEMBERED:
                known.clear()
            known[content] = exact_squared_distance(x, row)
        return known[content], int(indices[position])

    return nsmallest(k, range(len(indices)), key=rank)
