"""The forms of the distance side by side: cube, loop over features, expansion, bare product.

Interleaved in one run and compared by the median, as a ratio to the bare product.
Run: python benchmarks/forms.py
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # no thread spins on after its call

import statistics
import time
from collections.abc import Callable

import numpy as np

from nnlib import nearest, squared_distances


def cube(X: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Return squared distances through the (n_test, n_train, d) cube, 50 queries at a time."""
    return np.concatenate(
        [((X[i : i + 50, None] - T[None]) ** 2).sum(axis=2) for i in range(0, len(X), 50)]
    )


def main(n_test: int = 1000, n_train: int = 10_000, d: int = 64, rounds: int = 7) -> None:
    """Print each form's time over the bare product's."""
    rng = np.random.default_rng(0)
    X, T = rng.random((n_test, d)), rng.random((n_train, d))
    out = np.empty((n_test, n_train))
    forms: dict[str, Callable[[], object]] = {
        "bare product X Tᵀ": lambda: np.matmul(X, T.T, out=out),
        "expanded": lambda: squared_distances(X, T),
        "direct, loop over features": lambda: squared_distances(X, T, method="direct"),
        "cube, 50 queries at a time": lambda: cube(X, T),
        "nearest, method='expanded'": lambda: nearest(T, X, method="expanded"),
        "nearest, method='direct'": lambda: nearest(T, X, method="direct"),
    }
    times: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(rounds + 1):
        for name, form in forms.items():
            start = time.perf_counter()
            form()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}
    print(f"({n_test}, {n_train}, {d}) float64, NumPy {np.__version__}")
    for name, median in medians.items():
        print(f"{name:>28}: {median / medians['bare product X Tᵀ']:.1f}")


if __name__ == "__main__":
    main()
