"""Rows in lists beside all rows, the bare product and faiss: on clusters, and where there are none.

Five clouds of float32: clusters far from one another, of 64, 128 and 16 features, clusters as wide
as they are far from the origin, and one even cloud. In each round every search runs once, and
ratios are taken within a round. *Standing* searches lists that were made before, *made* makes them
in the call, *auto* chooses; all must give the answer of all rows in every bit. The product and
faiss's flat index, whose time is that of the pairs, are timed on a part of the queries, and the
time is scaled. On the first cloud faiss's IVF and HNSW are timed, too, each at its first setting
that finds RECALL of the nearest rows. Last, 1 to 512 queries far from every cluster, which no list
helps: what *auto* then loses to the comparing of all rows where lists stand.

The result, with machine and date, goes to lists.json. Takes a quarter of an hour on two cores.
Run: python benchmarks/lists.py [--output FILE] [--cases NAME …] [--rounds N] [--scale S] [--quick]
(--scale multiplies rows, queries and clusters; --quick tries the program out and stores nothing).
"""

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from conditions import circumstances, clock, load, ratio
from frame import Plan, Say, program, say, store
from numpy.typing import NDArray

from nnlib import k_nearest
from nnlib.memory import search
from nnlib.partition import Visits, list_count
from nnlib.request import Request
from nnlib.settle import filled
from nnlib.training import TrainingSet

STORED = Path(__file__).with_name("lists.json")
Rows = NDArray[np.float32]
Found = dict[str, Any]
Timers = dict[str, Callable[[], float]]

PART = 8
"""The product and the flat index are timed on one of so many queries."""

RECALL = 0.99
NPROBES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
BREADTHS = (16, 32, 64, 128, 256, 512, 1024)

FAR_AWAY = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""How many queries far from every cluster are asked in a call."""


@dataclass(frozen=True)
class Cloud:
    """Rows and queries to search, in clusters of so many directions around normal centers.

    `spread` is how far a row is from its center, over how far that is from the origin (roots of
    mean squares); without clusters the cloud is even.
    """

    described: str
    n_test: int
    n_train: int
    d: int
    clusters: int = 0
    directions: int = 0
    spread: float = 0.3
    ks: tuple[int, ...] = (1,)
    modes: tuple[str, ...] = ("standing", "auto")
    rounds: int = 5
    beside: bool = False  # faiss's approximate indexes

    def drawn(self) -> tuple[Rows, Rows]:
        """Return rows and queries."""
        rng = np.random.default_rng(0)
        centers = rng.standard_normal((self.clusters, self.d), np.float32)
        axes = rng.standard_normal((self.clusters, self.directions, self.d), np.float32)
        axes *= np.float32(self.spread / max(1, self.directions) ** 0.5)

        def some(n: int) -> Rows:
            if not self.clusters:
                return rng.standard_normal((n, self.d), np.float32)
            which = rng.integers(0, self.clusters, n)
            made = centers[which]
            for number in range(self.clusters):
                of_it = np.flatnonzero(which == number)
                steps = rng.standard_normal((len(of_it), self.directions), np.float32)
                made[of_it] += steps @ axes[number]
            return made

        return some(self.n_train), some(self.n_test)

    def scaled(self, scale: float) -> "Cloud":
        """Return the cloud with so many times the rows, queries and clusters."""
        return replace(
            self,
            n_test=max(16, int(self.n_test * scale)),
            n_train=max(200, int(self.n_train * scale)),
            clusters=int(np.ceil(self.clusters * scale)),
        )


# fmt: off
CLOUDS = {
    "clusters": Cloud(
        "1000 clusters of 8 directions", 10_000, 10**6, 64, 1000, 8,
        modes=("standing", "made", "auto"), beside=True,
    ),
    "wide": Cloud(
        "100 clusters of 16 directions", 5000, 10**6, 128, 100, 16, ks=(1, 10), modes=("standing",)
    ),
    "narrow": Cloud("100 clusters of 8 directions", 10_000, 10**6, 16, 100, 8),
    "overlapping": Cloud(
        "1000 clusters of 8 directions, as wide as they are far from the origin",
        10_000, 10**6, 64, 1000, 8, 1.0, rounds=3,
    ),
    "even": Cloud("a normal cloud", 10_000, 10**6, 64, modes=("auto",)),
}
# fmt: on

TARGETS = (
    ("clusters", 1, "standing", "product", 0.12),
    ("clusters", 1, "standing", "faiss flat", 0.07),
    ("clusters", 1, "standing", "all rows", 0.12),
    ("clusters", 1, "made", "faiss flat", 0.5),
    ("clusters", 1, "made", "all rows", 0.8),
    ("wide", 1, "standing", "faiss flat", 0.1),
    ("wide", 10, "standing", "faiss flat", 0.15),
    ("narrow", 1, "standing", "faiss flat", 0.15),
    ("even", 1, "auto", "all rows", 1.05),
)
"""A cloud and k, a search, what it is measured against, and the greatest ratio allowed."""


def bare_product(T: Rows, X: Rows) -> Callable[[], float]:
    """Return a timer of X Tᵀ, written block by block into one array that stays in the cache."""
    some, step = X[: max(1, len(X) // PART)], 1024
    block = np.empty(len(some) * step, np.float32)

    def multiply() -> None:
        for start in range(0, len(T), step):
            rows = T[start : start + step]
            np.matmul(some, rows.T, out=block[: len(some) * len(rows)].reshape(len(some), -1))

    return lambda: clock(multiply) * len(X) / len(some)


def flat_index(T: Rows, X: Rows, k: int) -> Callable[[], float]:
    """Return a timer of faiss's flat index."""
    import faiss

    index = faiss.IndexFlatL2(T.shape[1])
    index.add(T)
    some = X[: max(1, len(X) // PART)]
    return lambda: clock(lambda: index.search(some, k)) * len(X) / len(some)


def approximate(T: Rows, X: Rows, truth: NDArray[np.intp], say: Say) -> tuple[Timers, Found]:
    """Return timers of faiss's IVF and HNSW, and their settings: the first that finds enough."""
    import faiss

    d = T.shape[1]
    quantizer = faiss.IndexFlatL2(d)
    lists = faiss.IndexIVFFlat(quantizer, d, list_count(len(T), d, 2**30))
    lists.train(T[:: 1 + len(T) // (64 * lists.nlist)])
    graph = faiss.IndexHNSWFlat(d, 16)
    indexes = {
        "faiss IVF": (lists, lists, "nprobe", NPROBES),
        "faiss HNSW": (graph, graph.hnsw, "efSearch", BREADTHS),
    }
    timers: Timers = {}
    chosen: Found = {}
    for name, (index, of, setting, values) in indexes.items():
        start = time.perf_counter()
        index.add(T)
        build, recall = round(time.perf_counter() - start, 2), 0.0
        for value in values:
            setattr(of, setting, value)
            recall = float(np.mean(index.search(X, 1)[1][:, 0] == truth))
            if recall >= RECALL:
                break
        chosen[name] = {setting: getattr(of, setting), "recall": round(recall, 4), "build": build}
        say(f"    {name}: {chosen[name]}")
        timers[name] = lambda index=index: clock(lambda: index.search(X, 1))
    timers["faiss IVF"].__dict__["quantizer"] = quantizer  # which faiss itself does not keep
    return timers, chosen


def visited(training: TrainingSet, X: Rows, request: Request) -> float:
    """Return the share of all pairs that a search by lists computes."""
    pairs = []
    visit = Visits._visit

    def counted(self: Any, found: Any, number: int, queries: Any) -> None:
        pairs.append(len(queries) * int(np.diff(self.lists.start)[number]))
        visit(self, found, number, queries)

    with mock.patch.object(Visits, "_visit", counted):
        search(training, X, request)
    return float(f"{sum(pairs) / (len(training) * len(X)):.3g}")


def case(name: str, cloud: Cloud, k: int, rounds: int, say: Say) -> Found:
    """Measure one cloud for one k; count the answers that differ from those of all rows."""
    T, X = cloud.drawn()
    training, request = TrainingSet(T), Request(k, algorithm="partition")

    def of(algorithm: str) -> Any:
        return k_nearest(T, X, k, algorithm=algorithm, return_distance=True)

    def standing() -> Any:
        queries, distances, indices = search(training, X, request)
        return filled(T, queries, distances, indices), indices

    def made() -> Any:
        return of("partition")

    def auto() -> Any:
        return of("auto")

    searches = {"standing": standing, "made": made, "auto": auto}
    expected, wrong = of("brute"), {}
    for mode in cloud.modes:
        pairs = zip(expected, searches[mode](), strict=True)
        wrong[mode] = int(sum(np.count_nonzero(a != b) for a, b in pairs))
    share = visited(training, X, request) if "standing" in cloud.modes else None
    say(f"{name}, k = {k}: {share} of the pairs computed, wrong {wrong}")
    calls: Timers = {
        "product": bare_product(T, X),
        "all rows": lambda: clock(lambda: of("brute")),
        "faiss flat": flat_index(T, X, k),
    }
    calls |= {mode: lambda mode=mode: clock(searches[mode]) for mode in cloud.modes}
    chosen: Found = {}
    if cloud.beside:
        timers, chosen = approximate(T, X, expected[1][:, 0], say)
        calls |= timers
    rounds = min(rounds, cloud.rounds)
    found: Found = {"cloud": name, "described": cloud.described, "k": k}
    found |= {"shape": [len(X), *T.shape], "share": share, "wrong": wrong, "chosen": chosen}
    found["seconds"] = Plan(0.0, rounds, rounds, rest=0.2).rounds(calls)
    for over in calls:
        ratios = {mode: round(ratio(found, mode, over), 3) for mode in cloud.modes}
        say(f"    over {over}: {ratios}")
    return found


def far_away(cloud: Cloud, rounds: int, say: Say) -> list[Found]:
    """Measure `auto` beside all rows, with lists that stand, for queries far from every cluster."""
    T, _ = cloud.drawn()
    rng, training = np.random.default_rng(1), TrainingSet(T)
    search(training, T[:1], Request(1, algorithm="partition"))
    cases = []
    for n_test in FAR_AWAY:
        X = rng.standard_normal((n_test, cloud.d), np.float32)

        def of(algorithm: str, X: Rows = X) -> tuple[Any, Any]:
            queries, distances, indices = search(training, X, Request(1, algorithm=algorithm))
            return filled(T, queries, distances, indices), indices

        found: Found = {"shape": [n_test, *T.shape]}
        pairs = zip(of("auto"), of("brute"), strict=True)
        found["wrong"] = int(sum(np.count_nonzero(a != b) for a, b in pairs))
        found["seconds"] = Plan(0.0, rounds, rounds).rounds(
            {
                "auto": lambda of=of: clock(lambda: of("auto")),
                "all rows": lambda of=of: clock(lambda: of("brute")),
            }
        )
        found["ratio"] = round(ratio(found, "auto", "all rows"), 3)
        say(f"{n_test} queries far away: {found['ratio']} times all rows, {found['wrong']} wrong")
        cases.append(found)
    return cases


def measure(clouds: dict[str, Cloud], apart: Cloud, rounds: int, threads: int, say: Say) -> Found:
    """Measure the clouds, and queries far from the clusters of one; return what is stored."""
    import faiss

    faiss.omp_set_num_threads(threads)
    result = circumstances(threads)
    result |= {"load": load(), "part": PART, "recall": RECALL}
    result["cases"] = [
        case(name, cloud, k, rounds, say) for name, cloud in clouds.items() for k in cloud.ks
    ]
    result["far away"] = far_away(apart, 3 * rounds, say)
    result["targets"] = [
        {"cloud": name, "k": k, "search": mode, "over": over, "limit": limit}
        | {"ratio": round(ratio(found, mode, over), 3)}
        for name, k, mode, over, limit in TARGETS
        for found in result["cases"]
        if (found["cloud"], found["k"]) == (name, k)
    ]
    return result


OPTIONS: dict[str, dict[str, Any]] = {
    "--cases": {"nargs": "+", "choices": CLOUDS, "default": list(CLOUDS)},
    "--rounds": {"type": int, "default": 5},
    "--scale": {"type": float, "default": 1.0, "help": "of rows, queries and clusters"},
}


@program(STORED, __doc__, OPTIONS, threads="of each search", quick="tiny sizes")
def main(options: Namespace) -> None:
    """Measure in a fresh process with sleeping threads; store what came out."""
    scale, rounds = (0.002, 1) if options.quick else (options.scale, options.rounds)
    clouds = {name: CLOUDS[name].scaled(scale) for name in options.cases}
    apart = CLOUDS["clusters"].scaled(scale)
    result = measure(clouds, apart, rounds, options.threads, say)
    for target in result["targets"]:
        met = "met" if target["ratio"] <= target["limit"] else "missed"
        say(", ".join([*(f"{key} {value}" for key, value in target.items()), met]))
    store(options, result)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
