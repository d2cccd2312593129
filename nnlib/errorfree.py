"""Squared distances in matrix products that do not round: every number is cut into slices.

A slice holds so few bits that a float64 matrix product of slices is exact, in whatever order
it sums. A distance is then a number of several digits, each of them such a product, and rows
are compared digit by digit. This settles masses of ties and near-ties, which no rounded
product can tell apart, at the speed of a few products.

References
----------
K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, "Error-free transformations of matrix multiplication
by using fast routines of matrix multiplication and its applications", Numerical Algorithms
59(1), 95–118, 2012.
"""

import numpy as np
from numpy.typing import NDArray

from nnlib.validation import Array

# At most so many slices a number: about 110 bits below the leading one.
SLICES = 5

Floats = NDArray[np.float64]


def slice_bits(d: int) -> int:
    """Return how many bits b a slice may have so that no digit of a distance leaves 53 bits.

    Slices are integers s with |s| ≤ 2^(b−1). A digit adds up to 3 · SLICES · d of their products
    and a carry of no more than that, so 6 · SLICES · d · 2^(2b−2) ≤ 2⁵³ suffices.
    """
    return (55 - (6 * SLICES * max(d, 1) - 1).bit_length()) // 2


def cut(points: Array, top: int, bits: int) -> tuple[list[Floats], NDArray[np.bool_]]:
    """Return slices s_0, s_1, … (n, d) and whether each point is exactly their sum, (n,).

    v = Σ_l s_l 2^(top − (l+1) bits). Each step rounds what is left to a multiple of the unit;
    the difference is a multiple of the last bit of v and smaller than v, hence exact.
    """
    rest = points.astype(np.float64)
    if not SLICES * bits - 1000 < top < 1000:  # units must neither vanish nor overflow
        return [], np.zeros(len(rest), np.bool_)
    rest[np.abs(rest).max(axis=1, initial=0) > 2.0 ** (top - 1)] = np.nan
    slices = []
    for place in range(1, SLICES + 1):
        unit = 2.0 ** (top - place * bits)
        part = np.rint(rest / unit)
        rest -= part * unit
        slices.append(part)
    return slices, (rest == 0).all(axis=1)


def reversed_rows(t: list[Floats]) -> list[tuple[Floats, Floats]]:
    """Return for each digit p the slices [t_p, …, t_0] side by side, and Σ_{a+b=p} t_a·t_b.

    Against [x_0, …, x_p], one product then adds up all x_a·t_b of a digit.
    """
    d, last = t[0].shape[1], len(t) - 1
    forward, backward = np.concatenate(t, axis=1), np.concatenate(t[::-1], axis=1)
    sides = []
    for place in range(2 * len(t) - 1):
        a, b = max(0, place - last), min(place, last)  # the first and the last of its slices
        rows = backward[:, (last - b) * d : (last - a + 1) * d]
        sides.append((rows, np.vecdot(forward[:, a * d : (b + 1) * d], rows)))
    return sides


def digits(x: list[Floats], sides: list[tuple[Floats, Floats]], bits: int) -> list[Floats]:
    """Return the reduced distances ‖t‖² − 2x·t (q, n), exact, as digits: the leading one first.

    Digit p is Σ_{a+b=p} (t_a·t_b − 2 x_a·t_b), and what the digit after it carries; all but the
    leading one then lie in [0, 2^bits). Slices of the queries that are all zero, as the leading
    ones are near the center, and the last ones of short numbers, take no part.
    """
    q, d = x[0].shape
    used = [a for a, part in enumerate(x) if part.any()]
    first, end = (used[0], used[-1] + 1) if used else (0, 0)
    twice = 2 * np.concatenate(x[first:end], axis=1) if used else np.empty((q, 0))
    found = []
    for place, (rows, norms) in enumerate(sides):
        begin = max(0, place - len(x) + 1)  # the slice of a query that the first columns meet
        a, b = max(begin, first), min(place + 1, end)
        digit = np.repeat(norms[None], q, axis=0)
        if a < b:
            columns = rows[:, (a - begin) * d : (b - begin) * d]
            digit -= twice[:, (a - first) * d : (b - first) * d] @ columns.T
        found.append(digit)
    return carried(found, bits)


def carried(found: list[Floats], bits: int) -> list[Floats]:
    """Return the same numbers with all digits but the leading one in [0, 2^bits)."""
    for place in range(len(found) - 1, 0, -1):
        carry = np.floor(found[place] * 2.0**-bits)
        found[place] -= carry * 2.0**bits
        found[place - 1] += carry
    return found


def first_k(number: list[Floats], k: int) -> NDArray[np.intp]:
    """Return the positions (k,) of the k smallest numbers, ordered by (digits, position).

    Digit by digit, what is below the kth is among them, and what equals it waits for the next.
    """
    sure, left = [np.empty(0, np.intp)], np.arange(len(number[0]))
    for digit in number:
        values = digit if len(left) == len(digit) else digit[left]
        kth = values.min()
        if np.count_nonzero(values == kth) < k:
            kth = np.partition(values, k - 1)[k - 1]
            below = left[values < kth]
            sure.append(below)
            k -= len(below)
        left = left[values == kth]
        if k == len(left):
            break
    chosen = np.sort(np.concatenate([*sure, left[:k]]))
    order = np.lexsort([digit[chosen] for digit in reversed(number)])
    return np.asarray(chosen[order])


def top_of(*sides: Array) -> int:
    """Return a `top` for which `cut` takes in all entries of these points."""
    largest = max((float(np.abs(side).max(initial=0)) for side in sides), default=0.0)
    return 1 + int(np.frexp(largest)[1])


def pair_digits(x: Array, t: Array, top: int) -> Floats | None:
    """Return ‖x − t‖² of pairs (n, d) as rows of digits, the leading one first; None if too wide.

    Digit p is the sum over a + b = p of δ_a·δ_b with δ = x − t in slices, |δ_a| ≤ 2^b: no more than
    4 SLICES d 2^(2b−2) and a carry.
    """
    bits = slice_bits(x.shape[1])
    (above, fits), (below, also) = cut(x, top, bits), cut(t, top, bits)
    if not (fits & also).all():
        return None
    parts = [a - b for a, b in zip(above, below, strict=True)]
    used = 1 + max((a for a, part in enumerate(parts) if part.any()), default=0)
    found = [np.zeros(len(x)) for _ in range(2 * SLICES - 1)]
    for a in range(used):
        for b in range(a, used):
            found[a + b] += (1.0 if a == b else 2.0) * np.vecdot(parts[a], parts[b])
    return np.array(carried(found, bits)).T
