"""Votes by distance: what each neighbor counts, and which label has the most, by exact numbers.

A neighbor at distance ‖x − t‖ = √D counts 1/√D, and no float holds that. The votes of a label are
added as floats, with a relative error of at most `margin`; where two labels are closer than that,
the difference of their sums is looked at anew, in integers. D is an integer times a power of four
that all share, so it is of the form

    Σ c_i / √D_i,   with integers c_i and D_i > 0.

*Its sign can be found out.* Take more and more bits until the sum exceeds its own error. That ends
unless the sum is zero, and zero can be told: √D and √E are multiples of each other, by a rational
factor, if and only if DE is a square; roots of which no two are that are linearly independent over
the rationals. So put together what is a multiple of one root: the sum is zero if and only if
every one of these coefficients is.

References
----------
A. S. Besicovitch, "On the linear independence of fractional powers of integers", Journal of the
London Mathematical Society s1-15(1), 3–6, 1940, doi 10.1112/jlms/s1-15.1.3.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt, ldexp

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import UNIT_ROUNDOFF, conversion_error, exact_squared_distance
from nnlib.errorfree import pair_digits, slice_bits, top_of
from nnlib.merge import MERGED
from nnlib.tiles import Indices, slices
from nnlib.validation import Array

# Squares from here on have lost nothing to underflow.
LEAST = 2.0**-960
# From so many rows on, squares are found in digits, many at a time.
MANY = 64


def margin(d: int, k: int) -> float:
    """Return by which factor sums of votes must differ for floats to tell which is larger.

    A square is right up to γ_{d+4}, which counts its differences being rounded twice; the vote of
    it, a quotient of roots, up to γ_{d+8}; and a sum of k of them up to γ_{d+k+8}.
    """
    return 4 * (d + k + 16) * UNIT_ROUNDOFF


def distance_votes(
    queries: Array, rows: Array, indices: Indices, squared: Array
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what each neighbor counts, (q, k), and for which queries that is exact, (q,).

    Each counts 1/‖x − t‖ up to a factor for each query, with a relative error of at most γ_{d+8}.
    Where a row lies at the query, such rows count 1, all others 0, and that is exact.

    Parameters
    ----------
    queries, rows : ndarray, shapes (q, d) and (n_train, d)
    indices : ndarray, shape (q, k)
    squared : ndarray, shape (q, k)
        ‖x − t‖² by the direct form in float64, or NaN.
    """
    error = conversion_error(queries, rows)
    squares = squared.astype(np.float64)
    certain = np.ones(squares.shape, np.bool_)
    again = np.flatnonzero(~(squares >= LEAST).all(axis=1) | (error > 0))
    for part in slices(len(again), 1 + MERGED // (1 + indices.shape[1] * queries.shape[1])):
        some = again[part]
        squares[some], certain[some] = scaled_squares(queries[some], rows[indices[some]], error)
    distances = np.sqrt(squares)
    smallest = distances.min(axis=1, keepdims=True)
    # Dividing by the smallest first cannot overflow.
    with np.errstate(all="ignore"):
        votes = np.where(smallest == 0, distances == 0, smallest / distances)
    exact = smallest[:, 0] == 0
    for i in np.flatnonzero(~certain.all(axis=1)):
        found = exact_squares(queries[i], rows[indices[i]])
        votes[i], exact[i] = votes_of(found), 0 in found
    return votes, exact


def scaled_squares(
    queries: Array, rows: Array, error: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return ‖x − t‖² (q, k) of rows (q, k, d) times a power of four a query; which are certain.

    Integers of one type are subtracted as such, modulo 2⁶⁴.
    """
    x = queries[:, None, :]
    whole = error > 0 and x.dtype.kind == rows.dtype.kind
    if whole:
        a, b = x.astype(np.uint64), rows.astype(np.uint64)
        gaps = np.where(x > rows, a - b, b - a).astype(np.float64)
    else:
        gaps = np.abs(x.astype(np.float64) - rows.astype(np.float64))
    apart = gaps.any(axis=2)
    exponents = np.frexp(gaps.max(axis=(1, 2), initial=0))[1]
    gaps = np.ldexp(gaps, -exponents[:, None, None])
    squares = np.vecdot(gaps, gaps)
    return squares, ((squares >= LEAST) | ~apart) & (whole or error == 0)


def exact_squares(x: Array, rows: Array) -> list[int]:
    """Return ‖x − t‖² of each of the rows (n, d), unrounded, times one power of two."""
    rows, places = np.unique(rows, axis=0, return_inverse=True)
    numbers = None
    if len(rows) >= MANY and not conversion_error(x[None], rows):
        numbers = pair_digits(np.broadcast_to(x, rows.shape), rows, top_of(x, rows))
    if numbers is not None:
        bits = slice_bits(rows.shape[1])
        found = [sum(int(v) << i * bits for i, v in enumerate(row[::-1])) for row in numbers]
    else:
        exact = [exact_squared_distance(x, t) for t in rows]
        common = max(square.denominator for square in exact)
        found = [square.numerator * (common // square.denominator) for square in exact]
    return [found[place] for place in places.ravel()]


def votes_of(squares: Sequence[int]) -> list[float]:
    """Return √(least / D) for each D, to the last place or so; 1 and 0 where one is zero."""
    least = min(squares)
    if least == 0:
        return [float(square == 0) for square in squares]
    votes = []
    for square in squares:
        shift = 64 + square.bit_length() // 2 - least.bit_length() // 2
        votes.append(ldexp(isqrt((least << 2 * shift) // square), -shift))
    return votes


def leaders(x: Array, rows: Array, codes: Array, close: Array) -> NDArray[np.bool_]:
    """Return which neighbors (k,) have a label of the most votes Σ 1/‖x − t‖, no distance zero.

    Parameters
    ----------
    x, rows : ndarray, shapes (d,) and (k, d)
    codes : ndarray, shape (k,)
        The labels of the rows.
    close : ndarray
        Labels of which one has the most.
    """
    some = np.isin(codes, close)
    votes: dict[int, Counter[int]] = {}
    for code, square in zip(codes[some].tolist(), exact_squares(x, rows[some]), strict=True):
        votes.setdefault(code, Counter())[square] += 1
    best: list[int] = []
    for code, counts in votes.items():
        ahead = Counter(counts)
        ahead.subtract(votes[best[0]] if best else {})
        sign = sign_of_sum(ahead)
        if sign >= 0:
            best = [code] if sign > 0 else [*best, code]
    return np.isin(codes, best)


def sign_of_sum(terms: Mapping[int, int]) -> int:
    """Return the sign of Σ c/√D over the terms {D: c}, without rounding."""
    terms = {square: count for square, count in terms.items() if count}
    bits = 64
    while terms and (bits == 64 or not cancels(terms)):
        shift = max(square.bit_length() for square in terms) // 2 + bits
        total = sum(count * isqrt((1 << 2 * shift) // square) for square, count in terms.items())
        if abs(total) > sum(map(abs, terms.values())):  # each root was cut by less than 1
            return 1 if total > 0 else -1
        bits *= 4
    return 0


def cancels(terms: Mapping[int, int]) -> bool:
    """Return whether Σ c/√D is zero: whether, for each root, its rational coefficients add to 0."""
    sums: dict[int, Fraction] = {}
    for square, count in terms.items():
        for other in sums:
            root = isqrt(square * other)
            if root * root == square * other:  # 1/√D = (√(DE) / D) / √E
                sums[other] += Fraction(count * root, square)
                break
        else:
            sums[square] = Fraction(count)
    return not any(sums.values())
