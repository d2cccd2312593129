"""Roofline: the rate of the bare product, of queries with all rows and no argmin.

It is the yardstick of searches: one that computes all products takes at least so long. How much
a query costs depends on how many share what is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frame
import numpy as np
from conditions import clock
from contenders import Rows


@dataclass(frozen=True)
class Plan(frame.Plan):
    """How large everything is."""

    seconds: float = 60.0
    fewest: int = 5
    most: int = 21
    rows: int = 1_000_000
    features: int = 64
    batches: tuple[int, ...] = tuple(2**i for i in range(12))  # queries that share a product


QUICK = Plan(fewest=2, most=6, rows=4000, features=16, batches=(1, 8, 64))


def blocked(T: Rows, queries: int, rows: int) -> Callable[[Rows], None]:
    """Return what multiplies queries by all rows, blocks of so many at a time.

    Each block is written over the one before: a result of its own for every pair would be paid
    for in page faults.
    """
    out = np.empty((queries, rows), T.dtype)

    def run(X: Rows) -> None:
        for i in range(0, len(X), queries):
            x = X[i : i + queries]
            for j in range(0, len(T), rows):
                t = T[j : j + rows]
                np.matmul(x, t.T, out=out[: len(x), : len(t)])

    return run


def product(T: Rows, X: Rows) -> tuple[Callable[[Rows], None], list[int]]:
    """Return the products of queries with all rows, in the fastest of a few block shapes."""
    shapes = [(512, 2048), (1024, 4096), (256, 8192), (1024, 1024)]
    shapes = sorted({(min(a, len(X)), min(b, len(T))) for a, b in shapes})
    part = X[:1024]
    for shape in shapes:
        blocked(T, *shape)(part)
    trials = {s: min(clock(lambda s=s: blocked(T, *s)(part)) for _ in range(2)) for s in shapes}
    best = min(trials, key=trials.__getitem__)
    return blocked(T, *best), list(best)


def measure(plan: Plan, say: frame.Say) -> dict[str, Any]:
    """Return the seconds of the bare product for batches of queries, interleaved."""
    rng = np.random.default_rng(0)
    T = rng.standard_normal((plan.rows, plan.features), dtype=np.float32)
    X = rng.standard_normal((max(plan.batches), plan.features), dtype=np.float32)

    def timed(batch: int) -> Callable[[], float]:
        step = 8192 if batch <= 256 else 2048
        run = blocked(T, min(batch, 512), min(step, len(T)))
        run(X[:batch])
        return lambda: clock(lambda: run(X[:batch]))

    seconds = plan.rounds({str(batch): timed(batch) for batch in plan.batches})
    return {
        "rows": plan.rows,
        "features": plan.features,
        "batches": [{"queries": q, "seconds": seconds[str(q)]} for q in plan.batches],
    }
