"""Pruning: the share of the leaves that scikit-learn's k-d tree and ball tree open for a query.

Against the dimension, against the intrinsic dimension, and against the number of rows. Counted,
not timed: it is the same on every run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from clouds import flat_subspace
from contenders import Rows
from frame import Say
from sklearn.neighbors import BallTree, KDTree

TREES = {"k-d tree": KDTree, "ball tree": BallTree}


@dataclass(frozen=True)
class Plan:
    """How large everything is; the curves against the dimension are of the middle rows."""

    rows: tuple[int, int, int] = (10_000, 100_000, 1_000_000)
    queries: int = 200
    leaf: int = 32  # rows of a leaf, about
    dimensions: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32)  # if uniform
    inside: tuple[int, ...] = (2, 4, 8)  # intrinsic dimensions


QUICK = Plan(rows=(300, 1000, 3000), queries=20, leaf=16, dimensions=(1, 2, 8, 16), inside=(2, 4))


def leaves_opened(tree: Any, T: Rows, X: Rows, leaf: int) -> float:
    """Return the share of its leaves that a tree opens for a query, in the mean."""
    built = tree(T, leaf_size=leaf)
    built.query(X, k=1, dualtree=False, breadth_first=False)
    _, opened, _ = built.get_tree_stats()
    leaves = int(built.get_arrays()[2]["is_leaf"].sum())
    return float(f"{opened / len(X) / leaves:.4g}")


def measure(plan: Plan, say: Say) -> dict[str, Any]:
    """Return the shares of leaves opened, for uniform data and for flat data in more dimensions."""
    q, middle = plan.queries, plan.rows[1]

    def both(T: Rows, X: Rows, **what: int) -> list[dict[str, Any]]:
        return [
            {"tree": name, "rows": len(T)} | what | {"leaves": leaves_opened(tree, T, X, plan.leaf)}
            for name, tree in TREES.items()
        ]

    found: dict[str, Any] = {"leaf": plan.leaf, "queries": q, "uniform": [], "intrinsic": []}
    for n in plan.rows:
        for d in plan.dimensions:
            if n == middle or d <= 16:
                rng = np.random.default_rng(d)
                found["uniform"] += both(rng.uniform(size=(n, d)), rng.uniform(size=(q, d)), d=d)
        say(f"{'':13}uniform, {n} rows")
    for m in plan.inside:
        for d in sorted({m, *(d for d in (8, 16, 32, 64, 128) if d > m)}):
            rows = flat_subspace(np.random.default_rng(1000 * m + d), middle + q, m, d)
            found["intrinsic"] += both(rows[:middle], rows[middle:], inside=m, d=d)
        say(f"{'':13}intrinsic dimension {m}")
    return found
