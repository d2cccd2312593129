"""Hostile data, and the truth about them in integers, which do not round.

Two collections. `WRONG` holds data on which computed distances name a wrong neighbor; every
contender is asked, and judged by integers. `COSTLY` holds data on which being exact could cost
far more than the direct form, because no quick proof tells the candidates apart.
"""

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_iris

Rows = NDArray[np.floating]
Pair = tuple[Rows, Rows]


JUDGED = 300
"""Queries that are judged; all are asked, since some libraries work otherwise on few."""


def whole(*arrays: Rows) -> list[NDArray[Any]]:
    """Return the arrays as integers over one common power of two.

    Python integers in object arrays, or int64 where no squared distance can overflow it.
    """
    ratios = [[v.as_integer_ratio() for v in array.ravel().tolist()] for array in arrays]
    scale = max((below for pairs in ratios for _, below in pairs), default=1)
    integers = [[above * (scale // below) for above, below in pairs] for pairs in ratios]
    largest = max((abs(v) for values in integers for v in values), default=0)
    fits = arrays[0].shape[1] * (2 * largest) ** 2 < 2**63
    return [
        np.array(values, dtype=np.int64 if fits else object).reshape(array.shape)
        for values, array in zip(integers, arrays, strict=True)
    ]


def judge(
    T: Rows, X: Rows, found: dict[str, NDArray[np.intp]], most: int = JUDGED
) -> dict[str, tuple[float, float]]:
    """Return two shares of the first queries for each answer: another row than the truth, farther.

    The truth is the earliest of the rows at the least distance. An answer that names another
    row at the same distance differs by its tie rule only, and is not counted as farther.
    """
    n = min(most, len(X))
    rows, queries = whole(T, X[:n])
    other = dict.fromkeys(found, 0)
    farther = dict.fromkeys(found, 0)
    for q, x in enumerate(queries):
        distances = ((rows - x) ** 2).sum(axis=1).tolist()
        least = min(distances)
        first = distances.index(least)
        for name, answer in found.items():
            other[name] += int(answer[q]) != first
            farther[name] += distances[int(answer[q])] != least
    return {name: (other[name] / n, farther[name] / n) for name in found}


def iris_halves(seed: int, offset: float = 0.0) -> Pair:
    """Return iris, moved by an offset, in two random halves."""
    order = np.random.default_rng(seed).permutation(150)
    data = load_iris().data + offset
    return data[order[:75]], data[order[75:]]


def cloud(seed: int, offset: float = 1e4) -> Pair:
    """Return a standard normal cloud far from zero, in float32."""
    rng = np.random.default_rng(seed)
    T, X = rng.standard_normal((5000, 64)), rng.standard_normal((2000, 64))
    return (T + offset).astype(np.float32), (X + offset).astype(np.float32)


def lattice(seed: int, step: float) -> Pair:
    """Return points whose coordinates are 0 to 9 steps: many true ties, and many near-ties."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 10, (2000, 4)) * step, rng.integers(0, 10, (2000, 4)) * step


WRONG: dict[str, Callable[[int], Pair]] = {
    "iris": iris_halves,
    "iris + 1e8": lambda seed: iris_halves(seed, 1e8),
    "cloud at 1e4": cloud,
    "0.1 lattice": lambda seed: lattice(seed, 0.1),
    "integer lattice": lambda seed: lattice(seed, 1.0),
}
DESCRIBED = {
    "iris": "iris as it is, in random halves, float64",
    "iris + 1e8": "the same, every measurement plus 1e8, float64",
    "cloud at 1e4": "a standard normal cloud moved by 1e4, float32",
    "0.1 lattice": "coordinates 0 to 9 times 0.1, float64",
    "integer lattice": "coordinates 0 to 9, float64",
}

Shape = tuple[int, int, int]


def normal(shape: Shape) -> tuple[Rows, Rows, np.random.Generator]:
    """Return normal training rows, normal queries, and the generator for what comes next."""
    n_test, n_train, d = shape
    rng = np.random.default_rng(0)
    return rng.standard_normal((n_train, d)), rng.standard_normal((n_test, d)), rng


def all_equal(shape: Shape) -> Pair:
    """One row, n_train times."""
    T, X, _ = normal(shape)
    return np.repeat(T[:1], len(T), axis=0), X


def each_twenty_times(shape: Shape) -> Pair:
    """Every row 20 times, the copies far apart in the order."""
    T, X, _ = normal(shape)
    distinct = T[: -(-len(T) // 20)]
    return np.tile(distinct, (20, 1))[: len(T)], X


def tenth_lattice(shape: Shape) -> Pair:
    """Coordinates 0 to 9 times 0.1, which binary cannot hold."""
    T, X, rng = normal(shape)
    return rng.integers(0, 10, T.shape) * 0.1, rng.integers(0, 10, X.shape) * 0.1


def near_ties(shape: Shape) -> Pair:
    """Every row the same but for a few last places of each coordinate."""
    T, X, rng = normal(shape)
    steps = rng.integers(-4, 5, T.shape)
    return T[0] + steps * np.spacing(np.abs(T[0])), X


def outlier(size: float) -> Callable[[Shape], Pair]:
    """Return data with one row far away, which spoils a scale that is common to all."""

    def data(shape: Shape) -> Pair:
        T, X, _ = normal(shape)
        T[len(T) // 2] = size
        return T, X

    return data


def permutations(shape: Shape) -> Pair:
    """Rows that permute one vector, queries on the diagonal: equally far, and no row repeats."""
    T, X, rng = normal(shape)
    if factorial(shape[2]) < len(T):
        raise ValueError(f"{shape[2]} coordinates have fewer than {len(T)} permutations")
    seen: dict[bytes, Rows] = {}
    while len(seen) < len(T):
        row = rng.permutation(T[0])
        seen.setdefault(row.tobytes(), row)
    return np.array(list(seen.values())), np.repeat(X[:, :1], X.shape[1], axis=1)


COSTLY: dict[str, Callable[[Shape], Pair]] = {
    "all rows equal": all_equal,
    "each row 20 times": each_twenty_times,
    "0.1 lattice": tenth_lattice,
    "mass near-ties": near_ties,
    "one outlier at 1e6": outlier(1e6),
    "one outlier at 1e200": outlier(1e200),
    "permutations, queries on the diagonal": permutations,
}
LIMITS = {name: 60.0 if name.startswith("permutations") else 10.0 for name in COSTLY}
"""How many times the direct form's time an exact search may take."""
