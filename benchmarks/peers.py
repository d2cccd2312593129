"""The certified search beside its peers: time, and the share of wrong neighbors.

Everything is measured in one process, interleaved: a round runs each contender once, the next
round begins with another one, and what is compared are times of the same round. OpenMP threads
that spin after a call would steal the cores from the next contender; OMP_WAIT_POLICY=PASSIVE,
set before the process starts, puts them to sleep. OpenBLAS has threads of its own that spin for a
tenth of a second whatever is set, so each contender begins after a rest. The result, with machine
and date, goes to peers.json, from which a page of the book is made. Takes about a quarter of an
hour on two cores.
Run: python benchmarks/peers.py [--threads N] [--output FILE] [--quick] [--counts]
(--counts counts wrong neighbors anew and leaves the stored times as they were.)
"""

import json
import sys
import time
import tracemalloc
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frame
import numpy as np
from conditions import circumstances, clock, interleaved, ratio
from contenders import CONTENDERS, INSTALL, Indices, Rows, missing
from frame import Say, program, say, steps, store
from hostile import (
    COSTLY,
    DESCRIBED,
    JUDGED,
    LIMITS,
    WRONG,
    Shape,
    Verdict,
    iris_halves,
    judge,
    judge_apart,
    species_of_the_first_half,
)
from roofline import product

from nnlib import nearest
from nnlib.request import MEMORY_LIMIT

STORED = Path(__file__).with_name("peers.json")
PRODUCTS = {
    "gemm32": "bare float32 product",
    "gemm64": "bare float64 product",
    "product32": "bare float32 product, in blocks",
    "product64": "bare float64 product, in blocks",
}
"""The physical limit: every x·t, by one product of that precision or in blocks, and no argmin."""
ONE_RESULT = 2**30
"""Bytes of products above which there is no array for all of them, and blocks must do."""

# What the exact search is held to: its time over that of another, in the same rounds. Where one
# limit is set for the bare product, it holds for one call and for blocks; the largest shape, whose
# result would take 4 GB, has blocks only.
BIG, MIDDLE, WIDE, NARROW = (
    (10_000, 100_000, 128),
    (2000, 20_000, 64),
    (2000, 20_000, 784),
    (2000, 20_000, 4),
)
TARGETS: list[tuple[Shape, str, str, float]] = [
    (BIG, "float32", "product32", 1.2),
    (BIG, "float32", "faiss", 1.0),
    (MIDDLE, "float32", "gemm32", 1.5),
    (MIDDLE, "float32", "product32", 1.5),
    (MIDDLE, "float32", "faiss", 1.15),
    (MIDDLE, "float32", "sklearn brute", 0.4),
    (MIDDLE, "float64", "gemm64", 0.7),
    (MIDDLE, "float64", "product64", 0.7),
    (MIDDLE, "float64", "sklearn brute", 0.4),
    (WIDE, "float32", "gemm32", 1.35),
    (WIDE, "float32", "product32", 1.35),
    (WIDE, "float32", "sklearn brute", 0.45),
    (WIDE, "float64", "gemm32", 1.35),
    (WIDE, "float64", "product32", 1.35),
    (WIDE, "float64", "sklearn brute", 0.45),
    (NARROW, "float32", "sklearn brute", 0.3),
    (NARROW, "float32", "faiss", 0.3),
    (NARROW, "float64", "sklearn brute", 0.3),
    (NARROW, "float64", "faiss", 0.3),
]
DTYPES = ("float32", "float64")
SMALL_LIMIT = 3.0  # iris: exact over expanded
SWITCH = 128_000
"""From so many numbers in a call on (queries times features) faiss takes the expanded form."""
SIDES = [(1999, 64), (2000, 64), (31_999, 4), (32_000, 4), (249, 512), (250, 512)]
"""Queries and features on either side of it."""


@dataclass(frozen=True)
class Plan(frame.Plan):
    """What to measure, and how long each part may take.

    The rounds are those of one shape and precision; one hostile data set has a tenth of their
    seconds. Contenders whose cost grows with the queries alone, and that would take longer than
    the seconds of the patience, are timed on so many queries as take a third of it.
    """

    seconds: float = 35.0
    fewest: int = 4
    most: int = 25
    rest: float = 0.15
    shapes: tuple[Shape, ...] = (NARROW, MIDDLE, WIDE, BIG)
    hostile_shapes: tuple[Shape, ...] = ((1000, 10_000, 8), (500, 5000, 64))
    memory_shape: Shape = BIG
    seeds: int = 10  # of every data set on which neighbors are counted
    patience: float = 3.0
    sides: Sequence[tuple[int, int]] = tuple(SIDES)

    def cases(self) -> list[tuple[Shape, str]]:
        """Return the shapes in both precisions."""
        return [(shape, dtype) for shape in self.shapes for dtype in DTYPES]


QUICK = Plan(
    shapes=((60, 500, 4), (60, 500, 64)), hostile_shapes=((30, 200, 8),),
    memory_shape=(200, 3000, 16), seeds=1, seconds=0.2, fewest=2, most=3, rest=0.0,
    sides=((30, 64),),
)  # fmt: skip


def times(
    shape: Shape, dtype: str, plan: Plan, threads: int, names: Iterable[str]
) -> dict[str, Any]:
    """Return the seconds of each contender on normal data: preparing the rows, and searching.

    A contender that was timed on a part of the queries stands in "queries"; its seconds are
    scaled to all of them.
    """
    n_test, n_train, _ = shape
    T, X = normal(shape, dtype)
    calls: dict[str, Callable[[], float]] = {}
    fewer: dict[str, int] = {}
    blocks: dict[str, list[int]] = {}
    left_out: dict[str, str] = {}

    for bits, kind in ((32, np.float32), (64, np.float64)):
        rows, queries = T.astype(kind), X.astype(kind)
        if n_test * n_train * bits <= 8 * ONE_RESULT:
            out = np.empty((n_test, n_train), kind)
            calls[f"gemm{bits}"] = lambda x=queries, t=rows, out=out: clock(
                lambda: np.matmul(x, t.T, out=out)
            )
            calls[f"gemm{bits}"]()  # the first call touches every page of the result
        else:
            left_out[f"gemm{bits}"] = "its result would not fit into a gigabyte"
        run, blocks[f"product{bits}"] = product(rows, queries)
        calls[f"product{bits}"] = lambda run=run, queries=queries: clock(lambda: run(queries))

    for name in names:
        contender = CONTENDERS[name]
        few = min(n_test, 32 if contender.linear else max(32, n_test // 16))
        start = time.perf_counter()
        search = contender.prepare(T, threads)
        preparing = time.perf_counter() - start
        search(X[:few])  # the first call loads libraries and wakes threads
        part = n_test
        if contender.linear:
            each = clock(lambda search=search, few=few: search(X[:few])) / few
            if each * n_test > plan.patience:
                part = min(n_test, max(few, int(plan.patience / 3 / each)))
        if part < n_test:  # a tree is built once: beside so long a search that counts for little
            fewer[name] = part
            calls[name] = lambda search=search, part=part, preparing=preparing: (
                preparing + clock(lambda: search(X[:part])) * n_test / part
            )
        else:
            calls[name] = lambda prepare=contender.prepare: clock(lambda: prepare(T, threads)(X))

    return {
        "shape": list(shape),
        "dtype": dtype,
        "seconds": plan.rounds(calls),
        "queries": fewer,
        "blocks": blocks,
        "left_out": left_out,
    }


def wrong(name: str, plan: Plan, threads: int, names: Iterable[str]) -> dict[str, Any]:
    """Return how often, and by how much, each contender names another row, seed by seed."""
    kinds = (*Verdict._fields, *(["labels"] if name.startswith("iris") else []))
    shares: dict[str, dict[str, list[float]]] = {n: {kind: [] for kind in kinds} for n in names}
    for seed in range(plan.seeds):
        T, X = WRONG[name](seed)
        found: dict[str, Indices] = {n: CONTENDERS[n].prepare(T, threads)(X) for n in shares}
        for n, verdict in judge(T, X, found).items():
            for kind, value in verdict._asdict().items():
                shares[n][kind].append(float(f"{value:.4g}"))
        if "labels" in kinds:  # of how many queries the label is another one than the true row's
            labels = species_of_the_first_half(seed)
            truth = labels[nearest(T, X)]
            for n, rows in found.items():
                shares[n]["labels"].append(int((labels[rows] != truth).sum()))
    return {
        "data": name,
        "described": DESCRIBED[name],
        "shape": [*X.shape[:1], *T.shape],
        "dtype": str(T.dtype),
        "judged": min(JUDGED, len(X)),
        "seeds": list(range(plan.seeds)),
        "shares": shares,
    }


def normal(shape: Shape, dtype: str) -> tuple[Rows, Rows]:
    """Return the data that are timed: training rows and queries, standard normal."""
    n_test, n_train, d = shape
    rng = np.random.default_rng(0)
    T = rng.standard_normal((n_train, d)).astype(dtype)
    X = rng.standard_normal((n_test, d)).astype(dtype)
    return T, X


def wrong_there(
    shape: Shape, dtype: str, threads: int, names: Iterable[str], most: int = JUDGED
) -> dict[str, Any]:
    """Return the same on the data that are timed.

    A contender whose work on a query does not depend on the others is asked the judged ones only,
    the others so many in a call that faiss takes the formula that it takes for all.
    """
    T, X = normal(shape, dtype)
    enough = max(most, min(len(X), SWITCH // shape[2]))
    found: dict[str, Indices] = {}
    for name in names:
        some = X[:most] if CONTENDERS[name].linear else X[:enough]
        found[name] = CONTENDERS[name].prepare(T, threads)(some)[:most]
    verdicts = judge_apart(T, X, found, most)
    nearest_rows = T[nearest(T, X[:most])].astype(np.float64)
    least = np.square(nearest_rows - X[:most]).sum(axis=1)
    return {
        "shape": list(shape),
        "dtype": dtype,
        "judged": min(most, len(X)),
        "least": float(f"{np.median(least):.4g}"),
        "shares": {
            name: {kind: float(f"{value:.4g}") for kind, value in verdict._asdict().items()}
            for name, verdict in verdicts.items()
        },
    }


def switch(queries: int, features: int, threads: int) -> dict[str, Any]:
    """Return how often faiss is wrong on a float32 cloud far from zero, with so many queries."""
    rng = np.random.default_rng(0)
    T, X = ((rng.standard_normal((n, features)) + 1e4).astype(np.float32) for n in (5000, queries))
    found = {"faiss": CONTENDERS["faiss"].prepare(T, threads)(X)}
    verdict = judge_apart(T, X, found)["faiss"]
    return {
        "queries": queries,
        "features": features,
        "rows": len(T),
        "judged": min(JUDGED, queries),
        "other": float(f"{verdict.other:.4g}"),
    }


def cost(name: str, shape: Shape, plan: Plan) -> dict[str, Any]:
    """Return the seconds of the exact and the direct search on hostile data.

    A few answers are judged in integers, so that nobody is fast by being wrong.
    """
    T, X = COSTLY[name](shape)

    def timed(method: str) -> Callable[[], float]:
        return lambda: clock(lambda: nearest(T, X, method=method))

    nearest(T, X[:8], method="exact")
    nearest(T, X[:8], method="direct")
    few = X[:5]
    truth = judge(T, few, {"exact": nearest(T, X, method="exact")[: len(few)]})
    calls = {method: timed(method) for method in ("exact", "direct")}
    return {
        "data": name,
        "shape": list(shape),
        "seconds": interleaved(calls, plan.seconds / 10, min(3, plan.fewest), plan.most),
        "judged": len(few),
        "wrong": truth["exact"].other,
        "limit": LIMITS[name],
    }


def small(plan: Plan, threads: int, names: Iterable[str]) -> dict[str, Any]:
    """Return the seconds of one search on iris, 75 queries on 75 rows, each a mean of many."""
    T, X = iris_halves(0)

    def timed(name: str) -> Callable[[], float]:
        contender = CONTENDERS[name]
        contender.prepare(T, threads)(X)
        once = clock(lambda: contender.prepare(T, threads)(X))
        many = max(1, min(200, int(0.02 / max(once, 1e-9))))

        def call() -> float:
            return clock(lambda: [contender.prepare(T, threads)(X) for _ in range(many)]) / many

        return call

    calls = {name: timed(name) for name in names}
    return {
        "shape": [len(X), *T.shape],
        "dtype": str(T.dtype),
        "seconds": interleaved(calls, plan.seconds / 5, plan.fewest, plan.most),
        "limit": SMALL_LIMIT,
    }


def memory(shape: Shape, dtype: str) -> dict[str, Any]:
    """Return the bytes that the exact search held at most, beyond its inputs.

    Python's allocator and NumPy's are traced; what the BLAS keeps for itself is not. Besides
    `memory_limit` a search may hold two numbers for every row and every query.
    """
    n_test, n_train, _ = shape
    T, X = normal(shape, dtype)
    nearest(T[:10], X[:10])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        nearest(T, X)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    return {
        "shape": list(shape),
        "dtype": dtype,
        "peak": peak,
        "limit": MEMORY_LIMIT,
        "constant": 16 * (n_train + n_test),
    }


def count(plan: Plan, threads: int, names: list[str], tell: Say) -> dict[str, Any]:
    """Return all that is counted and not timed: who names the right row, and by how much not."""
    result: dict[str, Any] = {"counted": circumstances(threads, "date", "machine", "versions")}
    result["wrong"] = []
    for name in WRONG:
        tell(f"wrong neighbors: {DESCRIBED[name]}")
        result["wrong"].append(wrong(name, plan, threads, names))
    result["there"] = []
    for shape, dtype in plan.cases():
        tell(f"wrong neighbors on the data that are timed: {shape}, {dtype}")
        result["there"].append(wrong_there(shape, dtype, threads, names))
    tell("faiss on both sides of its switch")
    result["switch"] = [switch(*sides, threads) for sides in plan.sides]
    return result


def measure(plan: Plan, threads: int, say: Say) -> dict[str, Any]:
    """Measure everything in the plan and return it in the form that is stored."""
    names = [name for name, c in CONTENDERS.items() if c.package not in missing()]
    cases = plan.cases()
    costs = [(name, shape) for shape in plan.hostile_shapes for name in COSTLY]
    tell = steps(2 * len(cases) + len(WRONG) + len(costs) + 4, say)
    result = count(plan, threads, names, tell)
    tell("small work: iris")
    result["small"] = small(plan, threads, names)
    say(f"{'':13}exact over expanded {ratio(result['small'], 'exact', 'expanded'):.2f}")
    result["memory"] = []
    for dtype in DTYPES:
        tell(f"peak memory at {plan.memory_shape}, {dtype}")
        result["memory"].append(memory(plan.memory_shape, dtype))
        say(f"{'':13}{result['memory'][-1]['peak'] / 2**20:.1f} MiB")
    result["hostile"] = []
    for name, shape in costs:
        tell(f"hostile cost: {name}, {shape}")
        result["hostile"].append(cost(name, shape, plan))
        say(f"{'':13}exact over direct {ratio(result['hostile'][-1], 'exact', 'direct'):.1f}")
    result["times"] = []
    for shape, dtype in cases:
        tell(f"times at {shape}, {dtype}")
        found = times(shape, dtype, plan, threads, names)
        result["times"].append(found)
        rounds = len(found["seconds"]["exact"])
        over = ratio(found, "exact", "product32")
        say(f"{'':13}exact over float32 product in blocks {over:.2f}, {rounds} rounds")
    limits = [
        {"shape": list(shape), "dtype": dtype, "over": over, "limit": limit}
        for shape, dtype, over, limit in TARGETS
        if (shape, dtype) in cases
    ]
    labels = {name: contender.label for name, contender in CONTENDERS.items()} | PRODUCTS
    notes = {name: contender.note for name, contender in CONTENDERS.items() if contender.note}
    first = circumstances(threads) | {"labels": labels, "notes": notes, "targets": limits}
    return first | result


OPTIONS: dict[str, dict[str, Any]] = {
    "--counts": {"action": "store_true", "help": "count anew, and keep the times"},
    "--seconds": {"type": float, "default": Plan.seconds, "help": "for a shape's rounds"},
}


@program(STORED, __doc__, OPTIONS, threads="for every contender", quick="tiny shapes")
def main(options: Namespace) -> int:
    """Measure in a fresh process with sleeping threads; store what came out."""
    if missing() and not options.quick:
        print(f"Not installed: {', '.join(missing())}. To measure against them:\n  {INSTALL}")
        return 1
    plan = QUICK if options.quick else Plan(seconds=options.seconds)
    if options.counts:
        result = json.loads(options.output.read_text(encoding="utf-8"))
        result |= count(plan, options.threads, list(CONTENDERS), say)
    else:
        result = measure(plan, options.threads, say)
    store(options, result, "; `make book` makes the page anew")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
