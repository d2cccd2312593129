"""Hostile data, and the truth about them in integers, which do not round.

Three collections. `WRONG` holds data on which computed distances name a wrong neighbor; every
contender is asked, and judged by integers. `COSTLY` holds data on which being exact could cost
far more than the direct form, because no quick proof tells the candidates apart. Both are for
`peers.py`. `CASES` holds more of these, each of one size and one number of neighbors: times as
others record them, rounded scores, clusters as narrow as rounding, many neighbors.

Run as a program it measures the cases: the exact search, by the algorithm that it chooses and by
each of the two, beside the direct form. What counts is the processor's time, of all threads, which
other work on the machine disturbs least. Cases that once suffered from such work are measured again
beside two loops without end, by the clock on the wall; and a fitted estimator is asked one query a
call, beside scikit-learn's. The result is stored in hostile.json, or where --output says.
Run: python benchmarks/hostile.py [--output FILE] [--before] [--quick] [--only WORD]
(--before keeps the ratios as those to be compared with, of a library before a change.)
"""

import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from math import factorial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from conditions import circumstances, clock, cores, interleaved, processor_seconds, ratio
from frame import program, say, store
from numpy.typing import NDArray
from sklearn.datasets import load_digits, load_iris
from sklearn.neighbors import KNeighborsClassifier

from nnlib import NearestNeighborClassifier, k_nearest

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


LARGEST = Fraction(sys.float_info.max)


class Verdict(NamedTuple):
    """How an answer differs from the truth: shares of the queries, and the size of the error."""

    other: float  # another row than the earliest of the nearest
    farther: float  # a row that is truly farther
    excess: float  # by how much at most, in squared distance


def judge(
    T: Rows, X: Rows, found: dict[str, NDArray[np.intp]], most: int = JUDGED
) -> dict[str, Verdict]:
    """Return the verdict on each answer to the first queries.

    The truth is the earliest of the rows at the least distance. An answer that names another
    row at the same distance differs by its tie rule only, and is not counted as farther.
    """
    n = min(most, len(X))
    rows, queries = whole(T, X[:n])
    other = dict.fromkeys(found, 0)
    farther: dict[str, list[float]] = {name: [] for name in found}
    for q, x in enumerate(queries):
        distances = ((rows - x) ** 2).sum(axis=1).tolist()
        least = min(distances)
        first = distances.index(least)
        excess: dict[int, float] = {}
        for name, answer in found.items():
            i = int(answer[q])
            other[name] += i != first
            if distances[i] != least:
                if i not in excess:
                    by = squared(T[i], X[q]) - squared(T[first], X[q])
                    excess[i] = float(min(by, LARGEST))
                farther[name].append(excess[i])
    return {
        name: Verdict(other[name] / n, len(sizes) / n, max(sizes, default=0.0))
        for name, sizes in farther.items()
    }


def squared(t: Rows, x: Rows) -> Fraction:
    """Return a squared distance, which does not round."""
    pairs = zip(map(Fraction, t.tolist()), map(Fraction, x.tolist()), strict=True)
    return sum(((a - b) ** 2 for a, b in pairs), Fraction())


def judge_apart(
    T: Rows, X: Rows, found: dict[str, NDArray[np.intp]], most: int = JUDGED
) -> dict[str, Verdict]:
    """Return what `judge` returns, on data where the direct form rules out nearly every row.

    In float64 that form errs by less than (d + 3)·2⁻⁵³ of the distance, as long as nothing over- or
    underflows; rows whose computed distance is above the least by four times that are farther.
    """
    n = min(most, len(X))
    wide = T.astype(np.float64)
    verdicts: dict[str, list[Verdict]] = {name: [] for name in found}
    for q in range(n):
        distances = np.square(wide - X[q]).sum(axis=1)
        limit = distances.min() * (1 + 4 * (T.shape[1] + 3) * 2.0**-53)
        named = [int(answer[q]) for answer in found.values()]
        rows = np.union1d(np.flatnonzero(distances <= limit), named)
        places = {name: np.searchsorted(rows, answer[q : q + 1]) for name, answer in found.items()}
        for name, verdict in judge(T[rows], X[q : q + 1], places).items():
            verdicts[name].append(verdict)
    return {
        name: Verdict(
            sum(v.other for v in each) / n,
            sum(v.farther for v in each) / n,
            max(v.excess for v in each),
        )
        for name, each in verdicts.items()
    }


def iris_halves(seed: int, offset: float = 0.0) -> Pair:
    """Return iris, moved by an offset, in two random halves."""
    order = np.random.default_rng(seed).permutation(150)
    data = load_iris().data + offset
    return data[order[:75]], data[order[75:]]


def species_of_the_first_half(seed: int) -> NDArray[np.intp]:
    """Return the labels of the training rows of `iris_halves`."""
    labels: NDArray[np.intp] = load_iris().target
    return labels[np.random.default_rng(seed).permutation(150)[:75]]


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


class Case(NamedTuple):
    """Data for one search: how to make them, of what size, and how many neighbors are sought."""

    data: Callable[[Shape], Pair]
    shape: Shape
    k: int = 1
    limit: float = 10.0  # how many times the direct form's time the search may take
    tree: bool = True  # whether a tree is worth trying

    def small(self) -> "Case":
        """Return the same of a size for trying out."""
        n_test, n_train, d = self.shape
        n_train = min(n_train, 300)
        return self._replace(
            shape=(min(n_test, 5), n_train, min(d, 64)), k=min(self.k, n_train // 3)
        )


def nanoseconds(within: int) -> Callable[[Shape], Pair]:
    """Return moments of one day in nanoseconds since 1970: beyond 2⁵³, and near to each other."""

    def data(shape: Shape) -> Pair:
        n_test, n_train, d = shape
        rng = np.random.default_rng(0)
        start = 1_700_000_000_000_000_000
        T, X = (start + rng.integers(0, within, (n, d)) for n in (n_train, n_test))
        return T, X

    return data


def digits_over(divisor: float, dtype: str = "float64") -> Callable[[Shape], Pair]:
    """Return images of digits with a little noise, their gray levels divided."""

    def data(shape: Shape) -> Pair:
        n_test, n_train, d = shape
        rng = np.random.default_rng(0)
        images = load_digits().data[:, :d].astype(np.int64)
        rows = images[rng.integers(0, len(images), n_train + n_test)]
        most = int(divisor)
        noisy = rows * (most // 16) + rng.integers(-1, 2, rows.shape)
        shades = (noisy.clip(0, most) / divisor).astype(dtype)
        return shades[:n_train], shades[n_train:]

    return data


def rounded_scores(shape: Shape) -> Pair:
    """Scores rounded to four decimals: few values, each many times."""
    n_test, n_train, d = shape
    rng = np.random.default_rng(0)
    return rng.random((n_train, d)).round(4), rng.random((n_test, d)).round(4)


def sphere(size: float) -> Callable[[Shape], Pair]:
    """Return rows of length one, up to rounding, and queries of about a size around the center."""

    def data(shape: Shape) -> Pair:
        T, X, _ = normal(shape)
        return T / np.linalg.norm(T, axis=1)[:, None], X * size

    return data


def narrow_clusters(count: int, spread: float) -> Callable[[Shape], Pair]:
    """Return rows and queries around a few centers, much nearer to these than these are."""

    def data(shape: Shape) -> Pair:
        T, X, rng = normal(shape)
        centers = rng.standard_normal((count, shape[2]))
        T, X = (centers[rng.integers(0, count, len(A))] + spread * A for A in (T, X))
        return T, X

    return data


def cloud_around_zero(shape: Shape) -> Pair:
    """A standard normal cloud."""
    return normal(shape)[:2]


CASES: dict[str, Case] = {
    "nanoseconds within 2 µs": Case(nanoseconds(2000), (200, 20_000, 1)),
    "nanoseconds within 10 µs": Case(nanoseconds(10_000), (200, 20_000, 1)),
    "nanoseconds within 100 µs": Case(nanoseconds(100_000), (200, 20_000, 1)),
    "digits/255": Case(digits_over(255), (50, 10_000, 64), 1000),
    "digits/255, float32": Case(digits_over(255, "float32"), (50, 10_000, 64), 1000),
    "digits/16": Case(digits_over(16), (50, 10_000, 64), 1000),
    "0.1 lattice": Case(tenth_lattice, (100, 10_000, 8), 1000),
    "permutations, k = 100": Case(permutations, (100, 10_000, 8), 100, 20.0),
    "permutations, k = 1000": Case(permutations, (50, 10_000, 8), 1000, 20.0),
    "permutations, d = 100,000": Case(permutations, (10, 40, 100_000), 1, 20.0, False),
    "scores of four decimals": Case(rounded_scores, (1000, 294_392, 1)),
    "sphere, near the center": Case(sphere(1e-3), (300, 1_000_000, 3)),
    "unit rows, query zero": Case(sphere(0.0), (20, 10_000, 64), 100),
    "10 clusters of 1e-4": Case(narrow_clusters(10, 1e-4), (1000, 50_000, 8)),
    "30 clusters of 1e-5": Case(narrow_clusters(30, 1e-5), (1000, 50_000, 8)),
    "100 clusters of 1e-6": Case(narrow_clusters(100, 1e-6), (1000, 50_000, 8)),
    "many neighbors": Case(cloud_around_zero, (200, 10_000, 8), 2600),
    "most as neighbors": Case(cloud_around_zero, (100, 10_000, 8), 9000),
}
BUSY = [name for name in CASES if "clusters" in name or name.endswith("neighbors")]
"""Cases that are measured again on a busy machine."""
SINGLE: Shape = (200, 1_000_000, 2)
"""For the estimators that are asked one query a call."""
SINGLE_LIMIT = 1.5
"""How many times scikit-learn's time such a call may take."""
CHOICE = 2.0
"""How many times the better algorithm's time the one that is chosen may take."""
STORED = Path(__file__).with_name("hostile.json")


Timer = Callable[[Callable[[], object]], float]


@contextmanager
def loops_beside(count: int) -> Iterator[None]:
    """Keep so many cores busy."""
    command = [sys.executable, "-c", "while True: pass"]
    with ExitStack() as stack:
        for _ in range(count):
            stack.callback(stack.enter_context(subprocess.Popen(command)).kill)
        yield


def one_by_one(shape: Shape, seconds: float) -> dict[str, Any]:
    """Return the seconds of estimators that are asked one query a call, once their trees stand."""
    T, X, _ = normal(shape)
    y = (T[:, 0] > 0).astype(int)
    estimators = {
        "exact": NearestNeighborClassifier().fit(T, y),
        "scikit-learn": KNeighborsClassifier(1, algorithm="kd_tree").fit(T, y),
    }
    found = {}
    for method in ("predict", "kneighbors"):
        asks = {name: getattr(estimator, method) for name, estimator in estimators.items()}

        def asking(ask: Callable[[Rows], object]) -> Callable[[], float]:
            return lambda: clock(lambda: [ask(x[None]) for x in X])

        calls = {name: asking(ask) for name, ask in asks.items()}
        for call in calls.values():
            call()  # the first queries plant the tree
        found[method] = {"seconds": interleaved(calls, seconds, 2, 9)}
    return {"shape": list(shape), **found}


def measured(
    name: str, case: Case, seconds: float, by: Timer = processor_seconds
) -> dict[str, Any]:
    """Return the seconds of every way to search one case, and how many answers were wrong."""
    T, X = case.data(case.shape)
    ways: dict[str, dict[str, str]] = {
        "auto": {},
        "brute": {"algorithm": "brute"},
        "direct": {"method": "direct", "algorithm": "brute"},
    }
    if case.tree:
        ways["tree"] = {"algorithm": "tree", "memory_limit": 2**28}

    def timed(options: dict[str, Any]) -> Callable[[], float]:
        return lambda: by(lambda: k_nearest(T, X, case.k, **options))

    calls = {way: timed(options) for way, options in ways.items()}
    first = judge(T, X[:3], {"auto": k_nearest(T, X, case.k)[:3, 0]})
    return {
        "data": name,
        "shape": list(case.shape),
        "k": case.k,
        "limit": case.limit,
        "wrong": first["auto"].other,
        "seconds": interleaved(calls, seconds, 2, 9),
    }


def over_direct(case: dict[str, Any]) -> float:
    """Return how many times as long as the direct form the exact search took."""
    return float(f"{ratio(case, 'auto', 'direct'):.3g}")


def over_better(case: dict[str, Any]) -> float:
    """Return how many times as long as the better algorithm the chosen one took."""
    others = [ratio(case, "auto", way) for way in ("brute", "tree") if way in case["seconds"]]
    return float(f"{max(others):.3g}")


OPTIONS: dict[str, dict[str, Any]] = {
    "--before": {"action": "store_true", "help": "store ratios to be compared with"},
    "--only": {"default": "", "help": "cases with this in their name; nothing is stored"},
}


@program(STORED, __doc__, OPTIONS, threads=cores(), quick="tiny sizes")
def main(options: Namespace) -> None:
    """Measure in a fresh process with sleeping threads; store what came out."""
    found = []
    for name, case in CASES.items():
        if options.only in name:
            some = case.small() if options.quick else case
            found.append(measured(name, some, 0.01 if options.quick or options.before else 10.0))
            over = over_direct(found[-1]), over_better(found[-1])
            say(f"{name:28} over direct {over[0]:7}, over the better {over[1]:7}")
    if options.quick or options.only:
        return
    result = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    if options.before:
        result["before"] = {case["data"]: over_direct(case) for case in found}
    else:
        busy = []
        with loops_beside(cores()):
            for name in BUSY:
                busy.append(measured(name, CASES[name], 10.0, by=clock))
                say(f"{name:28} on a busy machine {over_direct(busy[-1]):7}")
        single = one_by_one(SINGLE, 10.0)
        for method in ("predict", "kneighbors"):
            over_peer = ratio(single[method], "exact", "scikit-learn")
            say(f"one query a call, {method:10} over scikit-learn {over_peer:.3g}")
        result |= circumstances(cores()) | {"cases": found, "busy": busy, "single": single}
    store(options, result)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
