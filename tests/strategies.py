"""Data for property tests, and an oracle that shares no code with the library.

The oracle computes in `fractions.Fraction`, entry by entry, straight from the definition.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from nnlib.tiles import Tiles

FINITE = {"allow_nan": False, "allow_infinity": False}
# Squares that underflow, vanish, round, and overflow; neighbors one ulp apart.
EXTREMES = [
    0.0, -0.0, 5e-324, 1.5e-323, 1e-200, 1.6e-162, 2.3e-162, 1e-154, 2.0**-53, 1 - 2.0**-53,
    1.0, 1 + 2.0**-52, 3.0, 1e8, 1e8 + 0.1, 1e150, 9e153, 1.3e154, 1e300, -1e300, 1.7e308,
]  # fmt: skip

BITS = st.integers(0, 2**64 - 1).map(lambda i: float(np.uint64(i).view(np.float64)))

# Each family: how to draw a value, and the types that hold it (for training rows, for queries).
FAMILIES = {
    "bits": (st.integers(0, 1), ["bool", "uint8", "float16", "float32", "float64", "int64"]),
    "small integers": (
        st.integers(0, 255),
        ["uint8", "int16", "uint64", "int64", "float16", "float32", "float64"],
    ),
    "signed integers": (st.integers(-5, 5), ["int8", "int64", "float32", "float64"]),
    "integers beyond 2**53": (
        st.integers(-3, 3).map(lambda i: 2**53 + i)
        | st.integers(-3, 3).map(lambda i: 2**62 + i)
        | st.integers(-600, 600).map(lambda i: 2**60 + i),
        ["int64", "uint64"],
    ),
    "integers beyond 2**63": (st.integers(0, 2000).map(lambda i: 2**64 - 1 - i), ["uint64"]),
    "lattice": (st.integers(-3, 6).map(lambda i: i * 0.1), ["float16", "float32", "float64"]),
    "offset lattice": (st.integers(0, 6).map(lambda i: 1e8 + i * 0.1), ["float32", "float64"]),
    "iris-like": (st.integers(1, 79).map(lambda i: i / 10), ["float32", "float64"]),
    "halves": (st.floats(width=16, **FINITE), ["float16", "float32", "float64"]),
    "singles": (st.floats(width=32, **FINITE), ["float32", "float64"]),
    "doubles": (st.floats(**FINITE), ["float64"]),
    "random bits": (BITS.filter(np.isfinite), ["float64"]),
    "ulps apart": (st.integers(-9, 9).map(lambda i: 1 + i * 2.0**-52), ["float64"]),
    "offset 1e15": (st.integers(-9, 9).map(lambda i: 1e15 + i / 8), ["float64"]),
    "mixed magnitudes": (
        st.builds(lambda m, e: m * 10.0**e, st.integers(-3, 3), st.integers(-150, 150)),
        ["float64"],
    ),
    "extremes": (st.sampled_from(EXTREMES), ["float64"]),
}
TAME = ("bits", "small integers", "signed integers", "lattice", "offset lattice", "iris-like")


@dataclass(frozen=True)
class Problem:
    """Training rows and queries of one width."""

    T: np.ndarray
    X: np.ndarray

    def __repr__(self):
        sides = (f"np.array({a.tolist()}, {str(a.dtype)!r})" for a in (self.T, self.X))
        return f"Problem({', '.join(sides)})"


@st.composite
def problems(draw, families=tuple(FAMILIES), max_rows=9, max_queries=4, min_d=0, max_d=4):
    """Draw a `Problem` whose entries come from a few values, so that ties and copies abound."""
    values, dtypes = FAMILIES[draw(st.sampled_from(families))]
    d = draw(st.integers(min_d, max_d))
    pool = draw(st.lists(values, min_size=1, max_size=6))
    sides = []
    for n in (draw(st.integers(1, max_rows)), draw(st.integers(0, max_queries))):
        entries = draw(st.lists(st.sampled_from(pool), min_size=n * d, max_size=n * d))
        dtype = draw(st.sampled_from(dtypes))
        sides.append(np.array(entries, dtype=dtype).reshape(n, d))
    return Problem(*sides)


def neighbors_sought(test):
    """Give a test of (problem, k) drawn ones, and some where rounding misleads; k counts from 0."""
    for T, X, k in (
        (np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1, 0),
        (np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]]), 0),
        (np.array([[1.7e308], [1.6e308], [1e300]]), np.array([[-1e300]]), 2),
        (np.array([[2e-200], [1e-200], [5e-324]]), np.array([[0.0]]), 1),
    ):
        test = example(Problem(T, X), k)(test)
    return given(problems(max_rows=30, max_queries=5), st.integers(0, 29))(test)


def oracle_distance(x, t):
    """Return ‖x − t‖² as a Fraction."""
    pairs = zip(x.tolist(), t.tolist(), strict=True)
    return sum(((Fraction(a) - Fraction(b)) ** 2 for a, b in pairs), Fraction(0))


def oracle_distances(X, T):
    """Return all squared distances, as lists of Fractions."""
    return [[oracle_distance(x, t) for t in T] for x in X]


def added_up(x, t):
    """Return ‖x − t‖² as the direct form computes it, feature by feature."""
    total = 0.0
    with np.errstate(over="ignore"):
        for a, b in zip(x.tolist(), t.tolist(), strict=True):
            total += np.square(float(a) - float(b))
    return total


def oracle_k_nearest(T, X, k):
    """Return the indices of the k nearest rows of each query, by (distance, index)."""
    indices = [
        sorted(range(len(T)), key=lambda i: (row[i], i))[:k] for row in oracle_distances(X, T)
    ]
    return np.array(indices, dtype=np.intp).reshape(len(X), k)


def oracle_similarity(x, t, metric):
    """Return a Fraction by which rows are ordered: x·t, or the cosine up to what rows share."""
    x, t = ([Fraction(v) for v in point.tolist()] for point in (x, t))
    product = sum((a * b for a, b in zip(x, t, strict=True)), Fraction(0))
    return product if metric == "ip" else product * abs(product) / sum(b * b for b in t)


def oracle_k_similar(T, X, k, metric):
    """Return the indices of the k most similar rows of each query, the largest and earliest."""
    found = []
    for x in X:
        values = [oracle_similarity(x, t, metric) for t in T]
        found.append(sorted(range(len(T)), key=lambda i: (-values[i], i))[:k])
    return np.array(found, np.intp).reshape(len(X), k)


def smallest_limit(problem, k, method):
    """Return the least memory_limit that a search accepts."""
    low, high = 1, 2**30
    while low < high:
        middle = (low + high) // 2
        try:
            tiles = Tiles(problem.T.shape[1], k, method == "exact")
            tiles.shape(max(len(problem.X), 1), len(problem.T), middle)
            high = middle
        except ValueError:
            low = middle + 1
    return low


# Rows that break one stage or another, so many of so many features.
MAKERS = {
    "random": lambda rng, n, d: rng.standard_normal((n, d)),
    "single": lambda rng, n, d: rng.standard_normal((n, d)).astype(np.float32),
    "all equal": lambda rng, n, d: np.full((n, d), 0.1),
    "lattice": lambda rng, n, d: rng.integers(0, 3, (n, d)) * 0.1,
    "bytes": lambda rng, n, d: rng.integers(0, 3, (n, d)).astype(np.uint8),
    "integers beyond 2**53": lambda rng, n, d: 2**60 + rng.integers(0, 3, (n, 1)).repeat(d, 1),
}
