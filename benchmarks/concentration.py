"""Concentration of distances: how much farther the farthest row is than the nearest.

Ratios of distances: the same on every run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from clouds import flat_subspace
from contenders import Rows
from frame import Say


@dataclass(frozen=True)
class Plan:
    """How large everything is."""

    rows: int = 10_000
    queries: int = 50
    dimensions: tuple[int, ...] = tuple(2**i for i in range(11))


QUICK = Plan(rows=500)


def contrast(T: Rows, X: Rows) -> float:
    """Return (farthest − nearest) / nearest, the median over queries."""
    squares = np.stack([((T - x) ** 2).sum(axis=1) for x in X])
    low, high = np.sqrt(squares.min(axis=1)), np.sqrt(squares.max(axis=1))
    return float(f"{float(np.median((high - low) / low)):.4g}")


def measure(plan: Plan, say: Say) -> list[dict[str, Any]]:
    """Return the contrast against the dimension, and of flat data in more dimensions."""
    found = []
    both = plan.rows + plan.queries
    for d in plan.dimensions:
        rng = np.random.default_rng(d)
        data = {"uniform": rng.uniform(size=(both, d)), "normal": rng.standard_normal((both, d))}
        if d >= 8:
            data["uniform, intrinsic 8"] = flat_subspace(rng, both, 8, d)
        for kind, rows in data.items():
            value = contrast(rows[: plan.rows], rows[plan.rows :])
            found.append({"data": kind, "d": d, "contrast": value})
    return found
