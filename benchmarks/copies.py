"""Do identical training rows get identical scores from a matrix product? It depends on the CPU.

Stores random float32 rows twice, scores queries with one product, and compares the copies, once
for each set of routines that OpenBLAS can be told to use. Run: python benchmarks/copies.py
"""

import os
import subprocess
import sys

import numpy as np

KERNELS = ("SkylakeX", "Haswell", "Nehalem")


def count(n: int = 1961, d: int = 16, n_test: int = 500) -> tuple[int, int]:
    """Return how many rows score differently as a copy, and how many queries take a later copy."""
    rng = np.random.default_rng(0)
    T = rng.standard_normal((n, d)).astype(np.float32)
    X = rng.standard_normal((n_test, d)).astype(np.float32)
    twice = np.concatenate([T, T])
    weights = np.c_[-2 * twice, (twice * twice).sum(axis=1)]
    reduced = np.c_[X, np.ones(n_test, np.float32)] @ weights.T
    different = (reduced[:, :n] != reduced[:, n:]).any(axis=0).sum()
    return int(different), int((reduced.argmin(axis=1) >= n).sum())


if __name__ == "__main__":
    if sys.argv[1:] == ["--here"]:
        print("{} rows whose copy scored differently, {} queries that chose it".format(*count()))
    else:
        for kernel in KERNELS:
            print(f"{kernel:>9}: ", end="", flush=True)
            environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
            subprocess.run([sys.executable, __file__, "--here"], env=environment, check=True)
