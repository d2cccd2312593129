"""Families of data on which a search could go wrong, drawn at random for `fuzz.py`.

A family takes a generator and returns training rows and queries of one width, of any dtype and
layout that counts as input. They are unlike those of ``tests/strategies.py``, which draw entries
from a few values: here whole rows are built so that distances agree, or nearly. `BLIND` holds the
families that were written before a look at the library's code, from the documentation of
`nnlib.k_nearest` alone; `AIMED` those that were written after it, against its borders.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Rows = NDArray[Any]
Pair = tuple[Rows, Rows]
Family = Callable[[Generator], Pair]
BLIND: dict[str, Family] = {}
AIMED: dict[str, Family] = {}


def named(name: str, among: dict[str, Family]) -> Callable[[Family], Family]:
    """Return a decorator that enters a family under its name."""

    def enter(family: Family) -> Family:
        among[name] = family
        return family

    return enter


def some(rng: Generator) -> int:
    """Return a number of rows: most often few, now and then around a power of two."""
    kind = rng.random()
    if kind < 0.75:
        return int(rng.integers(1, 40))
    if kind < 0.96:
        return int(rng.integers(40, 400))
    return around(rng, 8, 12)


def around(rng: Generator, low: int, high: int) -> int:
    """Return a number near 2**low … 2**high, where tiles may end."""
    return max(1, int(2 ** rng.integers(low, high + 1) + rng.integers(-18, 19)))


def picked(rng: Generator, rows: Rows, n: int) -> Rows:
    """Return n of the rows, any row any number of times."""
    return rows[rng.integers(0, len(rows), n)]


def ulps(rng: Generator, rows: Rows, most: int) -> Rows:
    """Return the rows with every entry moved by up to so many last places."""
    steps = rng.integers(-most, most + 1, rows.shape)
    return (rows + steps * np.spacing(np.abs(rows))).astype(rows.dtype)


def few(rng: Generator) -> int:
    """Return a number of queries."""
    return int(rng.integers(1, 8))


# --- Written without a look at the code -----------------------------------------------------


@named("cospherical lattice points", BLIND)
def cospherical(rng: Generator) -> Pair:
    """All lattice points of one sphere, around a center far away, asked from the center."""
    d = int(rng.integers(2, 5))
    reach = {2: 25, 3: 9, 4: 4}[d]
    grid = np.array(list(itertools.product(range(-reach, reach + 1), repeat=d)))
    norms = (grid**2).sum(axis=1)
    common = np.bincount(norms)[: reach**2 + 1]
    radius = rng.choice(np.argsort(common)[-12:])
    shell = grid[np.abs(norms - radius) <= rng.integers(0, 2)]
    center = rng.integers(-(2**20), 2**20, d) * 2 ** int(rng.integers(0, 30))
    unit = 2.0 ** int(rng.integers(-30, 31))
    T = picked(rng, shell, some(rng)) + center
    X = center + picked(rng, np.vstack([np.zeros((3, d), int), np.eye(d, dtype=int)]), few(rng))
    if rng.random() < 0.3:
        return T, X
    return T * unit, ulps(rng, X * unit, int(rng.integers(0, 2)))


@named("Pythagorean tuples", BLIND)
def pythagorean(rng: Generator) -> Pair:
    """Quadruples whose lengths agree, of up to 35 bits, some a last place off."""
    m, n, p, q = (rng.integers(-200, 201, 60) for _ in range(4))
    rows = np.stack([m * m + n * n - p * p - q * q, 2 * (m * q + n * p), 2 * (n * q - m * p)], 1)
    length = m * m + n * n + p * p + q * q
    target = int(np.lcm.reduce(rng.choice(length[length > 0], 2)))
    exact = rows[(length > 0) & (target % np.maximum(length, 1) == 0)]
    scale = target // np.sqrt((exact**2).sum(axis=1)).round().astype(int)
    turned = (exact * scale[:, None])[:, rng.permutation(3)] * rng.choice([-1, 1], 3)
    T = picked(rng, np.vstack([turned, exact * scale[:, None]]), some(rng)).astype(float)
    off = rng.random(len(T)) < rng.choice([0.0, 0.1, 0.5])
    T[off] = ulps(rng, T[off], 1)
    return T, np.zeros((few(rng), 3))


@named("compensating ulps", BLIND)
def compensating(rng: Generator) -> Pair:
    """One coordinate a few last places up, another as much down, seen along the diagonal."""
    d, dtype = int(rng.integers(2, 9)), rng.choice([np.float64, np.float32])
    n = some(rng)
    base = np.full(d, rng.uniform(1, 2), dtype)
    T = np.repeat(base[None], n, axis=0)
    step = np.spacing(base[0])
    for _ in range(int(rng.integers(1, 4))):
        size = (rng.integers(0, 6, n) * step).astype(dtype)
        up, down = rng.integers(0, d, n), rng.integers(0, d, n)
        T[np.arange(n), up] += size
        T[np.arange(n), down] -= size
    X = np.repeat(base[None], few(rng), axis=0) * rng.choice([0, 0.5, -1, 3], (1, 1))
    return T, X.astype(dtype)


@named("tile and shard borders", BLIND)
def borders(rng: Generator) -> Pair:
    """Rows of one value with a few better ones right at powers of two, in either order."""
    n, d = around(rng, 5, int(rng.choice([9, 12], p=[0.8, 0.2]))), int(rng.integers(1, 4))
    T = np.full((n, d), rng.choice([0.1, 1.0, 7.0]))
    at = 2 ** rng.integers(0, 13, 6) + rng.integers(-1, 2, 6)
    T[at[at < n]] -= rng.choice([0.0, 2.0**-50, 0.05])
    X = rng.choice([0.0, 0.05, 0.1], (few(rng), d))
    return T, np.repeat(X, int(rng.choice([1, 1, 1, 8])), axis=0)


@named("outliers in the last tile", BLIND)
def outliers(rng: Generator) -> Pair:
    """Equal rows, or nearly, and behind them a few that are far away."""
    n, d = around(rng, 4, int(rng.choice([8, 12], p=[0.8, 0.2]))), int(rng.integers(1, 5))
    T = np.full((n, d), 0.1)
    if rng.random() < 0.5:
        T = ulps(rng, T, 2)
    last = int(rng.integers(1, 20))
    T[-last:] = rng.choice([10.0, 1e3, 1e8, 1e30, 1e150]) * rng.choice([-1, 1], (last, d))[-n:]
    X = np.full(
        (int(rng.choice([1, 5, 200], p=[0.5, 0.4, 0.1])), d), rng.choice([0.1, 0.0, 0.1 + 2e-17])
    )
    dtype = np.float32 if np.abs(T).max() < 1e31 and rng.random() < 0.3 else np.float64
    return T.astype(dtype), X.astype(dtype)


@named("wide integers", BLIND)
def wide(rng: Generator) -> Pair:
    """Integers at the ends of int64 and uint64, apart by little."""
    d, n = int(rng.integers(1, 4)), some(rng)
    kinds = rng.choice(["int64", "uint64", "uint32", "int32"], 2)
    arrays = []
    for kind, count in zip(kinds, (n, few(rng)), strict=True):
        info = np.iinfo(kind)
        ends = [info.min, info.max, info.max // 2 + 1, 0]
        base = np.array(rng.choice(np.array(ends, dtype=object), (count, d)), dtype=object)
        step = rng.integers(-5, 6, (count, d)).astype(object)
        moved = np.minimum(np.maximum(base + step, info.min), info.max)
        arrays.append(moved.astype(kind))
    return arrays[0], arrays[1]


@named("many duplicates", BLIND)
def duplicates(rng: Generator) -> Pair:
    """A handful of rows of full precision, each very often; queries on them and between them."""
    d, n = int(rng.integers(1, 20)), some(rng)
    rows = rng.standard_normal((int(rng.integers(1, 5)), d)).astype(rng.choice(["f4", "f8"]))
    middle = (rows + rows[::-1]) / 2
    return picked(rng, rows, n), picked(rng, np.vstack([rows, middle]), few(rng))


@named("midpoints", BLIND)
def midpoints(rng: Generator) -> Pair:
    """Queries halfway between two rows, as nearly as they can be written."""
    d, n = int(rng.integers(1, 7)), some(rng)
    T = np.round(rng.standard_normal((n, d)), int(rng.integers(1, 17)))
    a, b = picked(rng, T, few(rng)), T[rng.integers(0, n)]
    return T, ulps(rng, (a + b) / 2, int(rng.integers(0, 2)))


@named("subnormals", BLIND)
def subnormal(rng: Generator) -> Pair:
    """A few times the least positive number, alone or beside the least normal one."""
    d, n, dtype = int(rng.integers(1, 4)), some(rng), rng.choice(["f2", "f4", "f8"])
    info = np.finfo(dtype)
    sizes = np.array([info.smallest_subnormal, info.tiny, 2 * info.smallest_subnormal], dtype)
    X = rng.integers(-3, 4, (few(rng), d)) * rng.choice(sizes)
    T = rng.integers(-9, 10, (n, d)) * rng.choice(sizes, d)
    return T.astype(dtype), X.astype(dtype)


@named("squares that underflow", BLIND)
def underflowing(rng: Generator) -> Pair:
    """Distances around the square root of the least number, in float32 and float64."""
    d, n = int(rng.integers(1, 5)), some(rng)
    dtype, size = [("f4", 1e-23), ("f8", 1e-162), ("f8", 1e-154)][rng.integers(0, 3)]
    scale = size * 2.0 ** rng.integers(-3, 4, d)
    T = rng.integers(-4, 5, (n, d)) * scale
    X = rng.integers(-1, 2, (few(rng), d)) * scale
    if rng.random() < 0.5:
        T = ulps(rng, T, 3)
    return T.astype(dtype), X.astype(dtype)


@named("great and tiny powers of two", AIMED)
def powers(rng: Generator) -> Pair:
    """One row far above the others, which vanish beside it; among them zeros."""
    d, n = int(rng.integers(1, 4)), some(rng)
    scale = 2.0 ** rng.integers(-1074, -200, (n, d))
    T = rng.integers(-2, 3, (n, d)) * scale
    T[rng.integers(0, n)] = 2.0 ** rng.integers(50, 500)
    X = rng.integers(-2, 3, (few(rng), d)) * 2.0 ** rng.integers(-1074, -200, d)
    return T, X


@named("one side of the range", AIMED)
def far_side(rng: Generator) -> Pair:
    """Rows near one end of the range, around which they are moved, and a few near the other end."""
    dtype = np.dtype(rng.choice(["f4", "f8", "f8"]))
    end, d, n = 0.6 * float(np.finfo(dtype).max), int(rng.integers(1, 3)), some(rng)
    T = end * (1 + 0.2 * rng.random((n, d)))
    T[rng.integers(0, n, 2)] *= -0.9
    X = end * rng.choice([-1, -0.6, 0, 0.7, 1.1], (few(rng), d))
    return T.astype(dtype), X.astype(dtype)


@named("mixed dtypes", BLIND)
def mixed(rng: Generator) -> Pair:
    """Rows and queries of any two dtypes, near the places where one no longer holds the other."""
    d, n = int(rng.integers(1, 5)), some(rng)
    dtypes = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
    base = float(2 ** rng.choice([0, 7, 8, 10, 11, 15, 23, 24, 31, 52, 53]))
    arrays = []
    for count in (n, few(rng)):
        dtype = np.dtype(rng.choice(dtypes))
        values = base + rng.integers(-2, 3, (count, d)) * rng.choice([0.5, 1.0, 2.0])
        if dtype.kind == "f":
            values = np.clip(values, -float(np.finfo(dtype).max), float(np.finfo(dtype).max))
        elif dtype.kind in "iu":
            values = np.clip(values, 0, min(np.iinfo(dtype).max, 2**62))
        arrays.append((values > base if dtype.kind == "b" else values).astype(dtype))
    return arrays[0], arrays[1]


@named("layouts", BLIND)
def layouts(rng: Generator) -> Pair:
    """Strided, reversed, Fortran-ordered, big-endian, misaligned, broadcast and frozen arrays."""

    def laid_out(rows: Rows) -> Rows:
        kind = rng.integers(0, 7)
        if kind == 0:
            return np.repeat(np.repeat(rows, 2, axis=0), 3, axis=1)[::2, ::3]
        if kind == 1:
            return np.ascontiguousarray(rows[::-1, ::-1])[::-1, ::-1]
        if kind == 2:
            return np.asfortranarray(rows)
        if kind == 3:
            return rows.astype(rows.dtype.newbyteorder(">"))
        if kind == 4:
            packed = np.empty(len(rows), [("pad", "u1"), ("row", rows.dtype, rows.shape[1:])])
            packed["row"] = rows
            return packed["row"]
        if kind == 5:
            return np.broadcast_to(rows[:1], rows.shape)
        frozen = rows.copy()
        frozen.flags.writeable = False
        return frozen

    d, n, dtype = int(rng.integers(1, 6)), some(rng), rng.choice(["?", "i2", "i8", "f4", "f8"])
    T, X = rng.integers(-2, 3, (n, d)), rng.integers(-2, 3, (few(rng), d))
    if dtype in ("f4", "f8"):
        return laid_out((T * 0.1).astype(dtype)), laid_out((X * 0.1).astype(dtype))
    return laid_out(T.astype(dtype)), laid_out(X.astype(dtype))


@named("huge offsets", BLIND)
def offsets(rng: Generator) -> Pair:
    """A small figure carried to where a last place is as large as its parts."""
    d, n = int(rng.integers(1, 9)), some(rng)
    dtype = rng.choice(["f4", "f8"])
    bits = int(rng.integers(18, 25) if dtype == "f4" else rng.integers(45, 54))
    where = rng.choice([-1.0, 1.0], d) * 2.0**bits * rng.choice([1.0, 1.5, 2.0], d)
    scale = 2.0 ** int(rng.integers(-60, 61))
    T = (rng.integers(-3, 4, (n, d)) + where) * scale
    X = (rng.integers(-3, 4, (few(rng), d)) + where * rng.choice([1, 1, 1, -1])) * scale
    return T.astype(dtype), X.astype(dtype)


@named("staircase of exponents", BLIND)
def staircase(rng: Generator) -> Pair:
    """Coordinates of very unlike sizes, where rows differ in the smallest ones only."""
    d, n = int(rng.integers(2, 7)), some(rng)
    sizes = 2.0 ** np.sort(rng.integers(-300, 300, d))[::-1]
    T = np.repeat(sizes[None], n, axis=0)
    first = int(rng.integers(1, d))
    T[:, first:] *= rng.integers(-3, 4, (n, d - first))
    return T, picked(rng, np.vstack([np.zeros(d), sizes, T[:1]]), few(rng))


@named("turned and reflected", BLIND)
def turned(rng: Generator) -> Pair:
    """One vector with its entries permuted and its signs changed, asked from the diagonal."""
    d, n = int(rng.integers(2, 12)), some(rng)
    vector = rng.standard_normal(d).astype(rng.choice(["f4", "f8"]))
    T = rng.permuted(np.repeat(vector[None], n, axis=0), axis=1)
    if rng.random() < 0.5:
        T = T * rng.choice(np.array([-1, 1], vector.dtype), T.shape)
        return T, np.zeros((few(rng), d), vector.dtype)
    off = rng.random(n) < 0.2
    T[off] = ulps(rng, T[off], 1)
    return T, np.repeat(vector[rng.integers(0, d, few(rng))][:, None], d, axis=1)


@named("circles as rounded", BLIND)
def circles(rng: Generator) -> Pair:
    """Points of a circle or sphere as computed: equally far but for the rounding."""
    d, n, dtype = int(rng.integers(2, 6)), some(rng), rng.choice(["f2", "f4", "f8"])
    rows = rng.standard_normal((n, d))
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    center = rng.choice([0.0, 1.0, 1000.0], (1, d))
    T = (center + rows * rng.choice([1.0, 1e-3, 3.0])).astype(dtype)
    return T, np.repeat(center, few(rng), axis=0).astype(dtype)


@named("largest numbers", BLIND)
def largest(rng: Generator) -> Pair:
    """Rows at the end of the range, where squares and differences overflow."""
    d, n, dtype = int(rng.integers(1, 4)), some(rng), rng.choice(["f2", "f4", "f8"])
    top = np.finfo(dtype).max
    values = np.array([top, -top, np.nextafter(top, top * 0), top / 2, 1, 0], dtype)
    return rng.choice(values, (n, d)), rng.choice(values, (few(rng), d))


@named("nothing and next to nothing", BLIND)
def degenerate(rng: Generator) -> Pair:
    """No columns, no queries, one row, zeros of both signs."""
    d = int(rng.integers(0, 3))
    n = int(rng.choice([1, 2, 3, some(rng)]))
    zeros = np.array([0.0, -0.0, 5e-324, -5e-324])
    return rng.choice(zeros, (n, d)), rng.choice(zeros, (int(rng.integers(0, 4)), d))


@named("growing rows", BLIND)
def growing(rng: Generator) -> Pair:
    """Every row nearer than the one before, or farther, by as little as can be."""
    d, n, dtype = int(rng.integers(1, 5)), some(rng), rng.choice(["f4", "f8"])
    base = np.full(d, rng.choice([1.0, 0.1, 1024.0]), dtype)
    order = np.arange(n)[:: int(rng.choice([-1, 1]))]
    T = np.repeat(base[None], n, axis=0)
    T[:, -1] += (order * np.spacing(base[-1])).astype(dtype)
    return T, (base * rng.choice([0.0, 1.0, 0.75])).astype(dtype) * np.ones((few(rng), 1), dtype)


# --- Written after a look at the code ---------------------------------------------------------


@named("numbers that no slices hold", AIMED)
def unsliced(rng: Generator) -> Pair:
    """Masses of ties with about as many rows of too many bits as a tile of products allows."""
    n, d = int(rng.choice([300, 700, 2047, 2049, 2063, 2070])), int(rng.integers(1, 4))
    T = np.full((n, d), 0.1)
    odd = rng.permutation(n)[: rng.integers(1, 20)] if rng.random() < 0.5 else np.arange(n)[-17:]
    T[odd[: rng.integers(1, 20)]] = rng.choice([1e3, 2.0**-200, 0.1 + 2.0**-56, 1e-30])
    return T, np.full((int(rng.choice([2, 90])), d), rng.choice([0.1, 0.0]))


@named("integers that just do not round", AIMED)
def nearly_rounding(rng: Generator) -> Pair:
    """Whole numbers around where d (2 max)² reaches 2²⁴ and 2⁵³, in every type that holds them."""
    d, bits = int(rng.integers(1, 9)), int(rng.choice([24, 53]))
    top = int((2**bits / d) ** 0.5 / 2)
    ends = np.array([top - 1, top, top + 1, -top, 0, 1])
    T, X = rng.choice(ends, (some(rng), d)), rng.choice(ends, (few(rng), d))
    dtypes = ["i4", "i8", "f8"] + ["f4"] * (bits == 24)
    return T.astype(rng.choice(dtypes)), X.astype(rng.choice(dtypes))


@named("around 2**500 and 2**62 spreads", AIMED)
def far_out(rng: Generator) -> Pair:
    """Rows at the border of what a tree takes, or set aside by the filter as too far out."""
    d, n = int(rng.integers(1, 4)), some(rng)
    T = rng.integers(-3, 4, (n, d)) * 0.1
    far = rng.random(n) < rng.choice([0.02, 0.3])
    T[far] *= 2.0 ** int(rng.choice([60, 62, 64, 499, 501, 511]))
    return T, np.vstack([picked(rng, T, few(rng)), np.zeros((1, d))])


@named("crowded neighbors", AIMED)
def crowded(rng: Generator) -> Pair:
    """More rows within rounding of each other than any query may keep, among a thin cloud."""
    d, n = int(rng.integers(1, 17)), int(rng.integers(200, 900))
    T = rng.standard_normal((n, d)).astype(rng.choice(["f4", "f8"]))
    near = rng.random(n) < rng.uniform(0.2, 1)
    T[near] = ulps(rng, np.repeat(T[:1], near.sum(), axis=0), int(rng.integers(0, 4)))
    return T, ulps(rng, picked(rng, T, int(rng.integers(1, 30))), 1)
