"""Searches of adversarial data, each judged by integers, until as many are done as asked for.

Draws problems of the families in `families.py` and asks the library for the neighbors in every
way that it has: brute force, tree, lists and auto; `k_nearest` with and without distances,
`nearest`, `predict_1nn`, a source of rows, several threads at once, tiles in threads of the
search's own, and shards on a Dask cluster; memory limits from the least allowed up; and each matrix
kernel of OpenBLAS that this processor can run, in a process of its own. Warnings count as errors.
Indices must be those of exact integers; distances must be within the direct form's bound on
rounding and the same bits in all ways. The first finding of each kind is cut down while it stays
one, and printed. Exit code 1 if anything was wrong or raised.
Run: python benchmarks/fuzz.py [--searches N] [--seed S] [--family NAME] [--quick]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from families import AIMED, BLIND, Pair, Rows
from numpy.random import Generator, default_rng
from threadpoolctl import threadpool_info

import nnlib
import nnlib.distributed

FAMILIES = {**BLIND, **AIMED}
KERNELS = (
    *("Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake"),
    *("ARMV8", "NEOVERSEN1", "NEOVERSEV1"),
)
ALGORITHMS = ("brute", "tree", "partition", "auto")
ROUND = 8
"""Ways in which each problem is asked."""

WORK = 2000
"""Queries times rows times neighbors, up to which limits may be the least."""

MOST = 1_000_000
"""The same, at most."""

Answer = tuple[Any, Any]
"""Indices, one row a query, and distances or None."""


# --- The truth ------------------------------------------------------------------------------


def significands(values: Rows) -> tuple[Rows, Rows]:
    """Return odd integers, or 0, and the powers of two that make the values out of them."""
    if values.dtype.kind != "f":
        return values.astype(object), np.zeros(values.shape, int)
    fractions, powers = np.frexp(values.astype(float))
    whole = np.ldexp(fractions, 53).astype(np.int64)
    trailing = np.frexp((whole & -whole).astype(float))[1] - 1
    trailing[whole == 0] = 0
    return (whole >> trailing).astype(object), powers - 53 + trailing


def integers(T: Rows, X: Rows) -> tuple[Rows, Rows, int]:
    """Return rows and queries as integers, less a common one, in units of 2**power; the power.

    In int64 where no squared distance can leave it, else Python's own.
    """
    parts = [significands(rows) for rows in (T, X)]
    powers = [int(power[whole != 0].min()) for whole, power in parts if (whole != 0).any()]
    unit = min(powers, default=0)
    moved = []
    for whole, power in parts:
        shift = np.where(whole != 0, power - unit, 0).astype(object)
        moved.append(whole << shift)
    origin = moved[0].min(axis=0, initial=2**4000)
    moved = [rows - origin for rows in moved]
    reach = sum(int(abs(rows).max(initial=0)) for rows in moved)
    if T.shape[1] * reach**2 < 2**63:
        moved = [rows.astype(np.int64) for rows in moved]
    return moved[0], moved[1], unit


class Truth:
    """All neighbors in order, and the distances, of one problem."""

    def __init__(self, T: Rows, X: Rows) -> None:
        self.d = T.shape[1]
        rows, queries, _ = integers(T, X)
        order: dict[tuple[int, ...], Rows] = {}
        for query in map(tuple, queries.tolist()):
            if query not in order:
                apart = ((rows - np.array(query, rows.dtype)) ** 2).sum(axis=1)
                order[query] = np.argsort(apart, kind="stable")
        listed = [order[query] for query in map(tuple, queries.tolist())]
        self.order = np.array(listed, np.intp).reshape(len(X), len(T))
        self.rows, self.queries, self.unit = integers(T.astype(float), X.astype(float))

    def bounds(self, q: int, i: int) -> tuple[float, float]:
        """Return between what the direct form in float64 lies, however it rounds and adds."""
        difference = self.rows[i].astype(object) - self.queries[q].astype(object)
        whole, power = int((difference**2).sum()), 2 * self.unit
        # In units of 2**-1200: nothing that is lost here is as large as what is allowed below.
        exact = whole << (power + 1200) if power >= -1200 else whole >> (-1200 - power)
        error = exact * (self.d + 4) // 2**52 + (self.d + 1) * 2**126
        return ratio(exact - error), ratio(exact + error)


def ratio(whole: int) -> float:
    """Return whole / 2**1200 as a float, infinite if it is too large for one."""
    try:
        return whole / 2**1200
    except OverflowError:
        return float("inf")


# --- The ways to ask --------------------------------------------------------------------------


class Source:
    """Rows that can be had in slices only."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype

    def __getitem__(self, stretch: slice) -> Rows:
        return self.rows[stretch]


class Way(NamedTuple):
    """One way to ask for the neighbors."""

    entry: str
    algorithm: str
    k: int
    more: int | None
    """Bytes beyond the least that is allowed; None: the default limit."""

    cut: int = 0
    """Where shards are cut."""


def k_nearest(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    return nnlib.k_nearest(T, X, way.k, algorithm=way.algorithm, **limit), None


def with_distances(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    options: dict[str, Any] = {"algorithm": way.algorithm, "return_distance": True, **limit}
    distances, indices = nnlib.k_nearest(T, X, way.k, **options)
    return indices, distances


def nearest(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    return nnlib.nearest(T, X, algorithm=way.algorithm, **limit)[:, None], None


def labels(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    y = np.arange(len(T))[::-1] * 3
    found = nnlib.predict_1nn(T, y, X, algorithm=way.algorithm, **limit)
    return (len(T) - 1 - found // 3)[:, None], None


def source(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    distances, indices = nnlib.k_nearest(Source(T), X, way.k, return_distance=True, **limit)
    return indices, distances


def at_once(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(with_distances, T, X, way, **limit) for _ in range(3)]
        answers = [call.result() for call in calls]
    return np.vstack([i for i, _ in answers]), np.vstack([d for _, d in answers])


def raising(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    with np.errstate(all="raise"):
        return with_distances(T, X, way, **limit)


def small_tiles(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    """Ask with the filter and threads that are otherwise for large searches only."""
    at_once = {"SMALL_WORK": 0, "THREADED_WORK": 0, "others_run": lambda: False}
    with (
        mock.patch.multiple("nnlib.exact", **at_once),
        mock.patch("nnlib.choice.SMALL_WORK", 0),
    ):
        return with_distances(T, X, way, **limit)


def shards(T: Rows, X: Rows, way: Way, **limit: int) -> Answer:
    parts = [T[: way.cut], T[way.cut :]]
    distances, indices = nnlib.distributed.k_nearest(parts, X, way.k, return_distance=True, **limit)
    return indices, distances


ENTRIES: dict[str, tuple[Callable[..., Answer], int]] = {
    "k_nearest": (k_nearest, 6),
    "with distances": (with_distances, 10),
    "nearest": (nearest, 6),
    "predict_1nn": (labels, 3),
    "source": (source, 6),
    "threads at once": (at_once, 2),
    "errstate raise": (raising, 2),
    "filter and threads": (small_tiles, 14),
    "shards": (shards, 1),
}
"""Each entry, and how often it is drawn."""


def ways(rng: Generator, n: int, n_test: int) -> Iterator[Way]:
    """Yield the ways in which a problem is asked: each algorithm, and limits of all sizes.

    The least limits are for small problems: with one row a tile, the work is n_test n_train k.
    """
    weights = np.array([weight for _, weight in ENTRIES.values()], float)
    for turn in range(ROUND):
        entry = str(rng.choice(list(ENTRIES), p=weights / weights.sum()))
        near = 2 ** int(rng.integers(0, 12)) + int(rng.integers(-1, 2))
        k = int(np.clip(rng.choice([1, 1, 2, 5, near, n // 2, n - 1, n]), 1, n))
        k = 1 if entry in ("nearest", "predict_1nn") else min(k, max(1, MOST // (1 + n * n_test)))
        more = [None, 0, int(rng.integers(0, 64)), int(2 ** rng.uniform(5, 18))][rng.integers(0, 4)]
        if more is not None and n * n_test * k > WORK:
            more += int(2 ** rng.uniform(14, 20))
        yield Way(entry, ALGORITHMS[turn % len(ALGORITHMS)], k, more, int(rng.integers(0, n + 1)))


def answer(T: Rows, X: Rows, way: Way) -> Answer:
    """Return what the library says, with the least limit that it takes and some more."""
    call = ENTRIES[way.entry][0]
    if way.more is None:
        return call(T, X, way)
    limit = 1
    while True:
        try:
            return call(T, X, way, memory_limit=limit + (way.more if limit > 1 else 0))
        except ValueError as refusal:
            told = re.search(r"at least (\d+) bytes|about (\d+) bytes", str(refusal))
            if not told:
                raise
            least = int(told[1]) if told[1] else int(told[2]) * 4 // 3
            if told[1] and limit >= least:
                raise
            limit = max(least, limit * 9 // 8)  # the share of a tree or of lists is known roughly


# --- Judging ----------------------------------------------------------------------------------


def verdict(T: Rows, X: Rows, way: Way, truth: Truth, bits: dict[tuple[int, int], float]) -> str:
    """Return what is wrong with an answer, "" if nothing is; `bits` are the distances so far."""
    try:
        indices, distances = answer(T, X, way)
    except Exception as error:  # whatever it is, a valid search has raised
        return f"raised {type(error).__name__}: {error}"
    right = np.tile(truth.order[:, : way.k], (3 if way.entry == "threads at once" else 1, 1))
    if indices.shape != right.shape or not np.array_equal(indices, right):
        return "wrong indices"
    if distances is None:
        return ""
    for at in np.ndindex(*(min(6, size) for size in distances.shape)):
        q, i = at[0] % len(X), int(indices[at])
        low, high = truth.bounds(q, i)
        if not low <= distances[at] <= high:
            return "wrong distance"
        if bits.setdefault((q, i), distances[at]) != distances[at]:
            return "other bits"
    return ""


def cut_down(T: Rows, X: Rows, way: Way, kind: str) -> Pair:
    """Return fewer rows and queries on which the finding is of the same kind."""

    def holds(rows: Rows, queries: Rows) -> bool:
        if not (len(rows) and len(queries)):
            return False
        smaller = way._replace(k=min(way.k, len(rows)), cut=min(way.cut, len(rows)))
        told = verdict(rows, queries, smaller, Truth(rows, queries), {})
        return told.split(":")[0] == kind

    tries = 300
    for which in (1, 0, 1):
        step = len((T, X)[which])
        while step and tries:
            start = 0
            while start < len((T, X)[which]) and tries:
                tries -= 1
                pair = [T, X]
                pair[which] = np.delete(pair[which], slice(start, start + step), axis=0)
                if holds(*pair):
                    T, X = pair
                else:
                    start += step
            step //= 2
    return T, X


def draw(family: str, seed: int, number: int) -> tuple[Pair, Generator]:
    """Return a problem, and the generator for how it is asked."""
    rng = default_rng([seed, zlib.crc32(family.encode()), number])
    return FAMILIES[family](rng), rng


class Tally:
    """What has been searched so far, and what was found."""

    def __init__(self) -> None:
        self.searches: Counter[str] = Counter()
        self.ways: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()

    def enter(self, family: str, way: Way, told: str) -> bool:
        """Count a search; return whether it is the first finding of its kind."""
        self.searches[family] += 1
        self.ways[f"{way.algorithm}, {way.entry}"] += 1
        if told:
            self.findings[f"{family}: {told.split(':')[0]}"] += 1
        return bool(told) and self.findings[f"{family}: {told.split(':')[0]}"] == 1


def search(families: list[str], searches: int, seed: int, note: str) -> Tally:
    """Ask until as many searches are done, the families in turn."""
    tally, number, shown = Tally(), 0, time.monotonic()
    while sum(tally.searches.values()) < searches:
        for family in families:
            (T, X), rng = draw(family, seed, number)
            truth, bits = Truth(T, X), {}
            for way in ways(rng, len(T), len(X)):
                told = verdict(T, X, way, truth, bits)
                if tally.enter(family, way, told):
                    show(T, X, way, told, f"{family}, seed {seed}, problem {number}")
            if time.monotonic() - shown > 5:
                shown = time.monotonic()
                done, found = sum(tally.searches.values()), sum(tally.findings.values())
                print(f"{note}: {done:,} of {searches:,}, {found} findings", file=sys.stderr)
        number += 1
    return tally


def show(T: Rows, X: Rows, way: Way, told: str, where: str) -> None:
    """Print a finding, as small as it gets."""
    with np.printoptions(threshold=60, floatmode="unique"):
        less = cut_down(T, X, way, told.split(":")[0])
        print(f"\n{where}: {told}\n{way}\nT = {less[0]!r}, {less[0].shape}", file=sys.stderr)
        print(f"X = {less[1]!r}, {less[1].shape}\n", file=sys.stderr)


# --- Kernel after kernel ----------------------------------------------------------------------


def kernel() -> str:
    """Return the kernel of the BLAS in this process."""
    return next((str(pool.get("architecture", pool["internal_api"])) for pool in threadpool_info()
                 if pool["user_api"] == "blas"), "unknown")  # fmt: skip


def kernels() -> list[str]:
    """Return the kernels that can do a product here, each once; the machine's own is the first."""
    program = "import fuzz, numpy; a = numpy.ones((99, 99)); a @ a; print(fuzz.kernel())"
    found: dict[str, str] = {}
    for name in ("", *KERNELS):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment(name), capture_output=True, text=True)
        if done.returncode == 0:
            found.setdefault(done.stdout.strip(), name)
    return list(found.values())


def environment(name: str) -> dict[str, str]:
    """Return the environment of a process with that kernel, "" for the machine's own."""
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    forced = {"OPENBLAS_CORETYPE": name} if name else {}
    return {**os.environ, **forced, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@contextmanager
def cluster() -> Iterator[None]:
    """Have a Dask cluster in this process, for the searches over shards."""
    from distributed import Client

    with Client(
        processes=False, n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0"
    ):
        yield


def alone(families: list[str], searches: int, seed: int) -> Tally:
    """Search in this process, with its kernel; warnings are errors."""
    with ExitStack() as stack:
        stack.enter_context(cluster())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error")
        return search(families, searches, seed, kernel())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--searches", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--family", action="append", choices=list(FAMILIES))
    parser.add_argument("--quick", action="store_true", help="a few, with this kernel only")
    parser.add_argument("--here", action="store_true", help="with this kernel only; print JSON")
    options = parser.parse_args(arguments)
    families = options.family or list(FAMILIES)
    if options.quick or options.here:
        searches = ROUND * len(families) if options.quick else options.searches
        tally = alone(families, searches, options.seed)
        print(json.dumps(vars(tally)))
        return bool(tally.findings)
    names, total, start = kernels(), Tally(), time.monotonic()
    print(f"Seed {options.seed}, kernels {[name or 'own' for name in names]}", flush=True)
    for i, name in enumerate(names):
        share = str(-(-options.searches // len(names)))
        command = [sys.executable, __file__, "--here", "--searches", share]
        command += ["--seed", str(options.seed + i)]
        command += [part for family in families for part in ("--family", family)]
        done = subprocess.run(command, env=environment(name), stdout=subprocess.PIPE, text=True)
        if not done.stdout:
            total.findings[f"process with kernel {name or 'own'} died: {done.returncode}"] += 1
            continue
        for key, counts in json.loads(done.stdout).items():
            getattr(total, key).update(counts)
    for counts in (total.searches, total.ways, total.findings):
        print("\n".join(f"{count:8,}  {name}" for name, count in sorted(counts.items())), "\n")
    print(f"{sum(total.searches.values()):,} searches, {sum(total.findings.values())} wrong or "
          f"raised, seed {options.seed}, {time.monotonic() - start:.0f} s")  # fmt: skip
    return bool(total.findings)


if __name__ == "__main__":
    sys.exit(main())
