"""Do identical training rows get identical scores from a matrix product? It depends on the CPU.

Stores random float32 rows twice, scores queries with one product, and compares the copies, once
for each set of routines that OpenBLAS can be told to use and that this processor has. The counts
go to copies.json, from which a chapter prints them.
Run: python benchmarks/copies.py [--output FILE]
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from conditions import circumstances, written

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


def main(arguments: list[str]) -> int:
    """Count with every kernel, and store what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=STORED, help="the file to write")
    parser.add_argument("--here", action="store_true", help="count once, with this process's own")
    options = parser.parse_args(arguments)
    if options.here:
        print(json.dumps(count()))
        return 0
    found = {kernel: with_kernel(kernel) for kernel in KERNELS}
    here = circumstances(1)
    result = {"date": here["date"], "machine": here["machine"], "numpy": np.__version__}
    result |= {"shape": list(SHAPE), "kernels": {k: v for k, v in found.items() if v is not None}}
    options.output.write_text(written(result), encoding="utf-8")
    for kernel, counts in found.items():
        print(f"{kernel:>11}: {counts or 'not on this processor'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
