"""Do identical training rows get identical scores from a matrix product? It depends on the CPU.

Stores random float32 rows twice, scores queries with one product, and compares the copies, once
for each set of routines that OpenBLAS can be told to use and that this processor has. The counts
go to copies.json, from which a chapter prints them.
Run: python benchmarks/copies.py [--output FILE]
"""

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
from conditions import circumstances
from frame import program, store

STORED = Path(__file__).with_name("copies.json")
KERNELS = ("Nehalem", "Sandybridge", "Haswell", "SkylakeX")
SHAPE = (500, 1961, 16)
"""Queries, rows that are stored twice, features."""


def count() -> dict[str, int]:
    """Return how many rows score differently as a copy, and how many queries take a later copy."""
    n_test, n, d = SHAPE
    rng = np.random.default_rng(0)
    T = rng.standard_normal((n, d)).astype(np.float32)
    X = rng.standard_normal((n_test, d)).astype(np.float32)
    twice = np.concatenate([T, T])
    weights = np.c_[-2 * twice, (twice * twice).sum(axis=1)]
    reduced = np.c_[X, np.ones(n_test, np.float32)] @ weights.T
    different = (reduced[:, :n] != reduced[:, n:]).any(axis=0).sum()
    return {"rows": int(different), "queries": int((reduced.argmin(axis=1) >= n).sum())}


def with_kernel(kernel: str) -> dict[str, int] | None:
    """Return the counts of a fresh process with these routines; None where it cannot run them."""
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--here"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


HERE = {"--here": {"action": "store_true", "help": "count once, with this process's own"}}


@program(STORED, __doc__, HERE)
def main(options: Namespace) -> None:
    """Count with every kernel, and store what came out."""
    if options.here:
        print(json.dumps(count()))
        return
    found = {kernel: with_kernel(kernel) for kernel in KERNELS}
    result = circumstances(1, "date", "machine") | {"numpy": np.__version__, "shape": list(SHAPE)}
    store(options, result | {"kernels": {k: v for k, v in found.items() if v is not None}})
    for kernel, counts in found.items():
        print(f"{kernel:>11}: {counts or 'not on this processor'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
