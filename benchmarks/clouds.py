"""Rows whose intrinsic dimension is known, in more dimensions than that."""

from collections.abc import Callable

import numpy as np
from contenders import Rows


def clustered(
    rng: np.random.Generator, features: int, intrinsic: int, clusters: int
) -> Callable[[int], Rows]:
    """Return a source of rows: clusters, each a Gaussian on a random subspace of its own.

    Centers lie about as far from each other as the rows of one cluster, so that clusters
    overlap in distance, and a little noise in all directions makes the rows no exact subspace.
    """
    d, m = features, intrinsic
    centers = rng.standard_normal((clusters, d)) * np.sqrt(m / d)
    frames = [
        np.linalg.qr(rng.standard_normal((d, m)))[0].T.astype(np.float32) for _ in range(clusters)
    ]

    def draw(count: int) -> Rows:
        owner = rng.integers(clusters, size=count)
        rows = 0.05 * rng.standard_normal((count, d), dtype=np.float32)
        inside = rng.standard_normal((count, m), dtype=np.float32)
        for c in range(clusters):
            mine = np.flatnonzero(owner == c)
            rows[mine] += inside[mine] @ frames[c] + centers[c].astype(np.float32)
        return rows

    return draw


def flat_subspace(rng: np.random.Generator, n: int, m: int, d: int) -> Rows:
    """Return rows that are uniform in a cube of m dimensions, turned into d dimensions."""
    frame = np.linalg.qr(rng.standard_normal((d, m)))[0].T
    turned: Rows = rng.uniform(-0.5, 0.5, (n, m)) @ frame
    return turned
