"""The order of rows by inner product, or by cosine, as real arithmetic on the given numbers has it.

For a query x, rows come by x·t, or by cos(x, t) = x·t / (‖x‖ ‖t‖), the largest first and of equals
the earliest. Every pair has a computed value and a bound on its error, and what is closer than two
errors is compared without rounding: x·t as an integer, the cosine by

    (x·t) |x·t| / ‖t‖²,

a rational number whose order is that of cos(x, t), because ‖x‖ is the same for all rows and
v ↦ v |v| increases. So a row and its double are tied under "cosine", whatever a normalized copy of
them would round to.

**The errors.** Powers of two are taken out of each point first, so that nothing overflows and what
underflows is below all that is compared. A sum of d products, in any order and with each factor
off by u (integers beyond 2⁵³), is off by at most γ_{d+3} Σ |x_j t_j|, plus 2⁻¹⁰⁷³ for each term. A
normalized point is off by at most (d/2 + 6) u in each coordinate relative to it, so the product of
two by less than (2d + 16) u; twice that is taken here, with u the unit roundoff of float64.

References
----------
N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., SIAM, 2002, section 3.1.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnlib.certify import REMEMBERED, UNIT_ROUNDOFF
from nnlib.problem import Problem
from nnlib.tiles import Indices, Winners, slices
from nnlib.validation import Array, working_dtype

if TYPE_CHECKING:
    from fractions import Fraction

SIMILARITIES = ("ip", "cosine")
# A power of two for rows of zeros, below those of all others.
NOTHING = -5000
# So many ranks of pairs of integers are remembered for a query.
KNOWN = 2**12

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Ratios = list[tuple[int, int]]


def check_directions(name: str, rows: Array, start: int = 0) -> None:
    """Raise for a row of zeros, whose cosine is undefined; the first row is row `start`."""
    nonzero = rows.any(axis=1)
    if not nonzero.all():
        raise ValueError(
            f"{name}: row {start + int(np.flatnonzero(~nonzero)[0])} is zero and has no "
            "direction, so metric='cosine' is undefined for it"
        )


def normalized(rows: Array, name: str) -> Array:
    """Return rows / ‖row‖, on which squared distance is 2 − 2 cos: cosine as a dot product."""
    check_directions(name, rows)
    rows = rows.astype(working_dtype(rows, rows), copy=False)
    # Scale by the largest entry first, so that neither tiny nor huge rows lose their norm.
    rows = rows / np.abs(rows).max(axis=1, initial=0)[:, None]
    return np.asarray(rows / np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None])


def scaled(points: Array) -> tuple[Floats, Indices]:
    """Return the points (n, d) with their powers of two taken out, and these, (n,)."""
    points = points.astype(np.float64)
    largest = np.abs(points).max(axis=1, initial=0)
    powers = np.where(largest > 0, np.frexp(largest)[1], NOTHING)
    return np.ldexp(points, -powers[:, None]), powers


def norms(points: Array) -> Floats:
    """Return ‖t‖ of each point (n, d); its square would underflow long before it does."""
    points, powers = scaled(points)
    return np.asarray(np.ldexp(np.sqrt(np.vecdot(points, points)), powers))


def entered(points: Array, metric: str) -> Floats:
    """Return each point (n, d) as it is multiplied: less its power of two, or a unit vector."""
    if metric == "ip":
        return scaled(points)[0]
    return normalized(points.astype(np.float64), "X")


def error(d: int) -> float:
    """Return by how much a product of two unit vectors may be off."""
    return (4 * d + 32) * UNIT_ROUNDOFF


def pair_values(problem: Problem, owner: Indices, row: Indices, metric: str) -> tuple[Floats, ...]:
    """Return (value, error, distance) of pairs (query, row).

    The values of one query are its products, or cosines, up to a factor, each within its error.
    Distances are −x·t, or ‖x̂ − t̂‖² / 2 = 1 − cos of the unit vectors as rounded.
    """
    queries, rows, d = problem.queries, problem.rows, problem.d
    value, slack, distance = (np.zeros(len(owner)) for _ in range(3))
    powers = np.zeros(len(owner), np.intp)
    for part in slices(len(owner), 1 + 2**15 // (1 + d)):
        x, t = queries[owner[part]], rows[row[part]]
        if metric == "cosine":
            x, t = entered(x, metric), entered(t, metric)
            value[part], slack[part] = np.vecdot(x, t), error(d)
            terms = np.square(x - t)
            distance[part] = np.add.accumulate(terms, axis=1)[:, -1] / 2
            continue
        (x, out), (t, powers[part]) = scaled(x), scaled(t)
        terms = x * t
        value[part] = terms.sum(axis=1)
        slack[part] = error(d) * np.abs(terms).sum(axis=1) + (d + 2) * 2.0**-1073
        distance[part] = 0.0 - np.ldexp(value[part], np.maximum(out + powers[part], NOTHING))
    if metric == "ip":
        largest = np.full(len(queries), 2 * NOTHING)
        np.maximum.at(largest, owner, powers)
        value = np.ldexp(value, powers - largest[owner])
        slack = np.ldexp(slack, powers - largest[owner]) + 2.0**-1073
    return value, slack, distance


def ratios(point: Array) -> Ratios:
    """Return the coordinates as ratios of integers."""
    return [v.as_integer_ratio() for v in point.tolist()]


def true_rank(x: Ratios, t: Ratios, metric: str) -> "Fraction | int":
    """Return x·t times one power of two, or (x·t) |x·t| / ‖t‖², without rounding."""
    common = max((below for _, below in x + t), default=1)
    pairs = [(a * (common // b), p * (common // q)) for (a, b), (p, q) in zip(x, t, strict=True)]
    product = sum(a * p for a, p in pairs)
    if metric == "ip":
        return product << 2 * (1075 - common.bit_length())
    from fractions import Fraction  # its import takes a while

    return Fraction(product * abs(product), common**2 * sum(p * p for _, p in pairs))


def settled_similar(problem: Problem, owner: Indices, row: Indices, metric: str) -> Winners:
    """Return (distances, indices), both (q, k), of the first k among each query's pairs.

    Every query has at least k pairs; the order is by (true value, the largest first, row).
    """
    queries, rows, k = problem.queries, problem.rows, problem.k
    value, slack, distance = pair_values(problem, owner, row, metric)
    order = np.lexsort((row, -value, owner))
    owner, value = owner[order], value[order]
    most = np.zeros(len(queries))
    np.maximum.at(most, owner, slack[order])
    start = np.searchsorted(owner, np.arange(len(queries) + 1))
    place = np.arange(len(order)) - start[owner]
    if len(order) and not (problem.whole and metric == "ip"):  # where values are true
        apart = 2 * most[owner] * (1 + 2.0**-40)
        close = (value[:-1] - value[1:] <= apart[1:]) & (owner[:-1] == owner[1:])
        kth = value[np.minimum(start[:-1] + k, start[1:]) - 1]
        run = np.concatenate([[0], np.cumsum(~close)])
        first = np.searchsorted(run, np.arange(run[-1] + 1))
        rival = (place[first] < k)[run] & (kth[owner] - value <= apart)
        rival &= (np.bincount(run, rival) > 1)[run]
        spots = np.flatnonzero(rival)
        ends = np.flatnonzero(np.diff(run[spots])) + 1
        for one in np.split(spots, ends) if len(spots) else ():
            order[one] = by_true_rank(queries[owner[one[0]]], rows, row, order[one], metric)
    order = order[place < k]
    return distance[order].reshape(-1, k), row[order].reshape(-1, k)


def by_true_rank(x: Array, rows: Array, row: Indices, pairs: Indices, metric: str) -> Indices:
    """Return some pairs of one query by (true value, the largest first, row).

    Where few bits hold the coordinates, integers of NumPy's are multiplied, many at a time, and
    pairs of equal (x·t, ‖t‖²) are one; elsewhere equal rows are.
    """
    from fractions import Fraction  # its import takes a while

    query, places, ranks = ratios(x), row[pairs], list[Fraction | int]()
    known, slow = dict[tuple[int, int], Fraction | int](), dict[bytes, Fraction | int]()
    bits = (62 - len(x).bit_length()) // 2
    whole_x, power, short = (part[0] for part in in_bits(x[None], bits))
    up, down = 1 << max(0, 2 * int(power)), 1 << max(0, -2 * int(power))
    for part in slices(len(pairs), 1 + 2**15 // (1 + len(x))):
        t = rows[places[part]]
        whole, powers, fits = in_bits(t, bits)
        products = whole @ whole_x
        squares = powers + power if metric == "ip" else np.vecdot(whole, whole)
        shared = ((x != 0) & (t != 0)).any(axis=1)  # sparse rows have masses of no term
        columns = zip(products.tolist(), squares.tolist(), (fits & short).tolist(), strict=True)
        for place, (product, square, fit) in enumerate(columns):
            if not shared[place]:
                ranks.append(0)
            elif not fit:
                content = t[place].tobytes()
                if content not in slow:
                    if len(slow) == REMEMBERED:
                        slow.clear()
                    slow[content] = -true_rank(query, ratios(t[place]), metric)
                ranks.append(slow[content])
            else:
                key = product, square
                if key not in known:
                    if len(known) == KNOWN:
                        known.clear()
                    if metric == "ip":
                        known[key] = -product << square + 2 * 1074  # as `true_rank` has it
                    else:
                        known[key] = Fraction(-product * abs(product) * up, square * down)
                ranks.append(known[key])
    order = sorted(range(len(pairs)), key=lambda i: (ranks[i], places[i]))
    return pairs[order]


def in_bits(points: Array, bits: int) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """Return integers t / 2^p of each point (n, d), p, and whether so many bits hold them all.

    p is the largest that makes integers; what the first two hold for others means nothing.
    """
    values = points.astype(np.float64)
    fraction, power = np.frexp(values)
    digits = np.ldexp(np.abs(fraction), 53).astype(np.int64)
    last = power + np.frexp((digits & -digits).astype(np.float64))[1] - 54
    some = digits != 0
    high = power.max(axis=1, initial=NOTHING, where=some)
    low = last.min(axis=1, initial=-NOTHING, where=some)
    low[~some.any(axis=1)] = 0
    fits = high - low <= bits
    if points.dtype.kind in "iu":  # float64 rounds what has more bits
        fits &= high <= 53
    whole = np.ldexp(np.where(fits[:, None], values, 0), -low[:, None])
    return whole.astype(np.int64), low.astype(np.int64), fits
