"""Ask this tree and another commit for the same neighbors: they are to answer with the same bits.

Draws random problems, of the hostile families in `families.py` and of clouds large enough for the
filter and the tree, each asked in two ways: `k_nearest` with and without distances, `nearest`,
`predict_1nn`, a source of rows, an estimator; every method, all rows, the tree, the lists if the
commit has them and what is chosen, neighbors from one to all, memory limits from too small to
ample, now and then a mistake. Two processes answer, one after the other: one with the `nnlib` of
this tree, one with that of the commit. Compared are indices, distances, their dtypes and shapes,
the words of errors and warnings.
Exit code 1 if any differs.
Run: python benchmarks/parent.py [COMMIT] [--problems N] [--seed S]
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from families import AIMED, BLIND, Pair, Rows
from numpy.random import Generator, default_rng

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = {**BLIND, **AIMED}
METHODS = ("exact", "exact", "exact", "expanded", "direct")
ALGORITHMS = ("auto", "auto", "brute", "tree", "partition")
WAYS = 2
"""In which each problem is asked."""

MOST = 200_000
"""Queries times rows times neighbors, up to which a limit may be tight: it is slow there."""


def cloud(rng: Generator) -> Pair:
    """Return rows and queries enough for the filter and the tree, even or on a lattice."""
    n, q = int(2 ** rng.uniform(5, 12)), int(2 ** rng.uniform(3, 9))
    d = int(rng.integers(1, 24))
    dtype = rng.choice(["f8", "f8", "f4", "f2", "u1", "i8"])
    sides = [rng.standard_normal((m, d)) * (40 if dtype in ("u1", "i8") else 1) for m in (n, q)]
    if rng.random() < 0.4:
        sides = [np.rint(side * 2) * (1 if dtype in ("u1", "i8") else 0.1) for side in sides]
    if rng.random() < 0.2:
        sides[0][:] = sides[0][rng.integers(0, max(1, n // 20), n)]
    return (np.abs(sides[0]).astype(dtype), np.abs(sides[1]).astype(dtype))


class Source:
    """Rows that can be had in slices only."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype

    def __getitem__(self, stretch: slice) -> Rows:
        return self.rows[stretch]


def estimated(T: Rows, X: Rows, k: int, **options: Any) -> Any:
    from nnlib import NearestNeighborClassifier

    weights = "distance" if k % 2 else "uniform"
    model = NearestNeighborClassifier(k, weights=weights, **options).fit(T, np.arange(len(T)) % 3)
    return *model.kneighbors(X), model.predict_proba(X), model.predict(X)


def entries() -> dict[str, Callable[..., Any]]:
    """Return the ways into the library, each a function of T, X, k and options."""
    from nnlib import k_nearest, nearest, predict_1nn

    return {
        "distances": lambda T, X, k, **o: k_nearest(T, X, k, return_distance=True, **o),
        "indices": lambda T, X, k, **o: (k_nearest(T, X, k, **o),),
        "nearest": lambda T, X, k, **o: (nearest(T, X, **o),),
        "predict": lambda T, X, k, **o: (predict_1nn(T, np.arange(len(T))[::-1], X, **o),),
        "source": lambda T, X, k, **o: k_nearest(Source(T), X, k, return_distance=True, **o),
        "estimator": estimated,
    }


def mistaken(rng: Generator, T: Rows, X: Rows, k: int, options: dict[str, Any]) -> tuple[Any, ...]:
    """Return the arguments with one mistake in them."""
    kind = rng.integers(0, 8)
    if kind == 0:
        k = int(rng.choice([0, -1, len(T) + 1]))
    elif kind == 1:
        k = [1.5, None, True][rng.integers(0, 3)]
    elif kind == 2:
        options["method"] = "exakt"
    elif kind == 3:
        options["algorithm"] = "k"
    elif kind == 4:
        options["memory_limit"] = [0, 1, "1", 2.0][rng.integers(0, 4)]
    elif kind == 5:
        X = np.concatenate([X, X[:, :1]], axis=1)
    elif kind == 6:
        T = T[:0]
    elif len(X):
        X = X.astype(float)
        X[-1:] = np.nan
    return T, X, k, options


def known(*trees: Path) -> tuple[str, ...]:
    """Return the algorithms that the libraries in all these trees name."""
    texts = [
        "".join(p.read_text(encoding="utf-8") for p in (tree / "nnlib").glob("*.py"))
        for tree in trees
    ]
    return tuple(name for name in ALGORITHMS if all(f'"{name}"' in text for text in texts))


def asked(
    rng: Generator, T: Rows, X: Rows, names: list[str], algorithms: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield the ways in which a problem is asked: entry, T, X, k, options."""
    n = max(1, len(T))
    for _ in range(WAYS):
        name = str(rng.choice(names))
        options: dict[str, Any] = {"method": str(rng.choice(METHODS))}
        if name != "source" and options["method"] == "exact":
            options["algorithm"] = str(rng.choice(algorithms))
        k = int(np.clip(rng.choice([1, 1, 2, 5, rng.integers(1, n + 1), n]), 1, n))
        if n * max(1, len(X)) * k <= MOST and rng.random() < 0.5:
            options["memory_limit"] = int(2 ** rng.uniform(9, 22))
        k = min(k, max(1, 5 * MOST // (n * max(1, len(X)))))
        if rng.random() < 0.04:
            yield name, *mistaken(rng, T, X, k, options)
        else:
            yield name, T, X, k, options


def answer(call: Callable[..., Any], T: Rows, X: Rows, k: int, options: dict[str, Any]) -> str:
    """Return dtype, shape and digest of each array that comes back, or the words of the error."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = [np.asarray(part) for part in call(T, X, k, **options)]
            words = [
                f"{a.dtype.str}{a.shape} {hashlib.sha256(a.tobytes()).hexdigest()[:20]}"
                for a in found
            ]
        except Exception as error:  # the same one is to come from both
            words = [f"{type(error).__name__}: {error}"]
    words += sorted({f"{one.category.__name__}: {one.message}" for one in told})
    return " | ".join(words).replace("\n", " ")


def answers(problems: int, seed: int, algorithms: tuple[str, ...] = ALGORITHMS) -> Iterator[str]:
    """Yield what was asked and what this process's library answers, a line each."""
    calls = entries()
    families = {**FAMILIES, "cloud": cloud}
    for number in range(problems):
        family = list(families)[number % len(families)]
        rng = default_rng([seed, number])
        T, X = families[family](rng)
        for name, *given, k, options in asked(rng, T, X, list(calls), algorithms):
            T_shape, X_shape = (tuple(side.shape) for side in given)
            said = answer(calls[name], *given, k, options)
            yield f"{number} {family}, {name} {T_shape} {X_shape} k={k} {options}\t{said}"


def told(tree: Path, problems: int, seed: int, algorithms: tuple[str, ...]) -> list[str]:
    """Return the lines of a process that answers with the library in a tree."""
    command = [sys.executable, __file__, "--answer", *algorithms]
    command += ["--problems", str(problems), "--seed", str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    where, *lines = done.stdout.splitlines()
    if done.returncode or Path(where) != tree:
        raise RuntimeError(f"the library of {tree} did not answer to the end, but that of {where}")
    return lines


def compared(here: list[str], there: list[str]) -> Counter[str]:
    """Return the counts of what was asked and what differs; print the first differences."""
    counts: Counter[str] = Counter()
    for ours, theirs in zip(here, there, strict=True):
        what, said = ours.split("\t", 1)
        counts["searches"] += 1
        counts["errors"] += "Error: " in said
        if ours != theirs:
            counts["differences"] += 1
            if counts["differences"] <= 10:
                print(f"\n{what}\n  here  {said}\n  there {theirs.split(chr(9), 1)[-1]}")
    return counts


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("commit", nargs="?", default="HEAD^")
    parser.add_argument("--problems", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    told_only = "answer only, by these algorithms; what a process does"
    parser.add_argument("--answer", nargs="+", help=told_only)
    options = parser.parse_args(arguments)
    if options.answer:
        import nnlib

        print(Path(nnlib.__file__).resolve().parent.parent)
        for line in answers(options.problems, options.seed, tuple(options.answer)):
            print(line)
        return 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = ["git", "-C", str(ROOT), "archive", options.commit, "nnlib"]
        packed = subprocess.run(command, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        trees = ROOT, Path(folder).resolve()
        by = known(*trees)
        lines = [told(tree, options.problems, options.seed, by) for tree in trees]
    for name in {*ALGORITHMS} - {*by}:  # an error names those that there are
        lines = [[line.replace(f", '{name}'", "") for line in side] for side in lines]
    counts = compared(*lines)
    print(
        f"{options.problems:,} problems, {counts['searches']:,} searches, {counts['errors']:,} of "
        f"them errors, seed {options.seed}, {time.monotonic() - begin:.0f} s: "
        f"{counts['differences']} differences from {options.commit}"
    )
    return bool(counts["differences"])


if __name__ == "__main__":
    sys.exit(main())
