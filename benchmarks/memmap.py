"""The search over a file larger than its memory limit, beside the same rows in memory.

Makes a training file of random float32 rows in a temporary directory, searches it from an array,
from an `np.memmap` and from an HDF5 dataset, interleaved, with 256 MiB of working memory, and
deletes the file. The indices must agree. The result, with machine and date, goes to memmap.json.
Takes 4 GB of memory, 8 GB of disk and some minutes.
h5py has no wheel for Python 3.15 yet: there the dataset is left out, and it says so.
Run: python benchmarks/memmap.py [--size GB] [--queries N] [--rounds N] [--output FILE]
"""

import signal
import statistics
import sys
import tempfile
import tracemalloc
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
from conditions import circumstances, compared, ratio
from frame import program, store

from nnlib import nearest

STORED = Path(__file__).with_name("memmap.json")
LIMIT = 2**28
D = 64
LABELS = {"array": "array in memory", "memmap": "np.memmap"}
if sys.version_info < (3, 15):
    import h5py

    LABELS["hdf5"] = "HDF5 dataset"


def make(folder: Path, n_train: int) -> dict[str, Any]:
    """Write the rows to two files; return them as an array, a memory map and a dataset."""
    rng = np.random.default_rng(0)
    rows = np.empty((n_train, D), np.float32)
    for start in range(0, n_train, 2**16):
        part = rows[start : start + 2**16]
        part[:] = rng.standard_normal(part.shape, np.float32)
    rows.tofile(folder / "rows")
    sources = {
        "array": rows,
        "memmap": np.memmap(folder / "rows", np.float32, "r", shape=rows.shape),
    }
    if "hdf5" in LABELS:
        file = h5py.File(folder / "rows.h5", "w")
        sources["hdf5"] = file.create_dataset("rows", data=rows)
    else:
        print("No HDF5: h5py has no wheel for this Python.", flush=True)
    return sources


def peak(rows: Any, queries: Any) -> int:
    """Return the bytes that a search held at most beyond its inputs, as tracemalloc sees it."""
    tracemalloc.start()
    try:
        nearest(rows, queries, memory_limit=LIMIT)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure(folder: Path, size: float, n_test: int, rounds: int) -> dict[str, Any]:
    """Return seconds, processor seconds, peaks and disagreements of each kind of rows."""
    n_train = max(1, int(size * 1e9) // (4 * D))
    print(f"Making {n_train:,} rows of {D} float32, twice …", flush=True)
    sources = make(folder, n_train)
    queries = np.random.default_rng(1).standard_normal((n_test, D), np.float32)
    searches = {
        name: lambda rows=rows: nearest(rows, queries, memory_limit=LIMIT)
        for name, rows in sources.items()
    }
    try:
        for rows in sources.values():  # pages into the cache, threads awake
            nearest(rows, queries[:1], memory_limit=LIMIT)
        found = compared(searches, rounds)
        peaks = {name: peak(rows, queries) for name, rows in sources.items()}
    finally:
        if "hdf5" in sources:
            sources["hdf5"].file.close()
    rates = {name: n_test * n_train / statistics.median(s) for name, s in found["seconds"].items()}
    wrong = found.pop("wrong")
    return {
        "shape": [n_test, n_train, D],
        "dtype": "float32",
        "bytes": 4 * D * n_train,
        "limit": LIMIT,
        "labels": LABELS,
        **found,
        "pairs_per_second": {name: float(f"{rate:.4g}") for name, rate in rates.items()},
        "rate_over_memory": {name: round(ratio(found, "array", name), 3) for name in sources},
        "peak": peaks,
        "wrong": wrong,
    }


OPTIONS: dict[str, dict[str, Any]] = {
    "--size": {"type": float, "default": 4.0, "help": "of the file, in GB (10⁹ bytes)"},
    "--queries": {"type": int, "default": 500},
    "--rounds": {"type": int, "default": 5},
    "--folder": {"type": Path, "help": "where to make the file"},
}


@program(STORED, __doc__, OPTIONS, threads="for every search")
def main(options: Namespace) -> int:
    """Measure in a fresh process with sleeping threads; store what came out."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the files go, too
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measure(Path(folder), options.size, options.queries, options.rounds)
    about = circumstances(options.threads, "date", "machine", "threads", "wait_policy")
    store(options, about | found)
    for name, label in LABELS.items():
        print(
            f"{label:16} {found['pairs_per_second'][name]:.3g} pairs/s, "
            f"{found['rate_over_memory'][name]:.0%} of the rate in memory, "
            f"{found['peak'][name] / 2**20:.0f} MiB, {found['wrong'][name]} wrong"
        )
    return int(any(found["wrong"].values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
