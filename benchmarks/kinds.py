"""Searches of each kind beside the k nearest, in hostile data, judged by fractions.

Draws problems of the families in `families.py` and asks for neighbors without oneself, within a
radius, by inner product and by cosine: in memory by all rows and by the tree, with the filter and
two threads where they would not pay, under small memory limits, and from a source of slices. A
radius is most often the distance of a pair, or an ulp from it. Warnings count as errors. Every
index is compared with what `fractions.Fraction` says of the numbers. Exit code 1 if any is wrong.
Run: python benchmarks/kinds.py [--problems N, of each kind] [--seed S]
"""

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from math import isqrt, nextafter
from typing import Any
from unittest import mock

import numpy as np
from families import AIMED, BLIND, Rows
from numpy.random import Generator, default_rng

import nnlib
from nnlib.stream import share_out

FAMILIES = {**BLIND, **AIMED}
Numbers = list[list[Fraction]]
Found = list[list[int]]
# Most rows and queries of a problem: fractions take their time.
ROWS, QUERIES = 40, 4


class Source:
    """Rows that can be had in slices only."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype

    def __getitem__(self, stretch: slice) -> Rows:
        return self.rows[stretch]


# --- The truth --------------------------------------------------------------------------------


def fractions(points: Rows) -> Numbers:
    return [[Fraction(v) for v in point] for point in points.tolist()]


def squares(T: Rows, X: Rows) -> Numbers:
    """Return ‖x − t‖² of every pair."""
    rows = fractions(T)
    return [
        [sum(((a - b) ** 2 for a, b in zip(x, t, strict=True)), Fraction(0)) for t in rows]
        for x in fractions(X)
    ]


def products(T: Rows, X: Rows) -> Numbers:
    """Return −x·t of every pair."""
    rows = fractions(T)
    return [
        [-sum((a * b for a, b in zip(x, t, strict=True)), Fraction(0)) for t in rows]
        for x in fractions(X)
    ]


def cosines(T: Rows, X: Rows) -> Numbers:
    """Return −(x·t) |x·t| / ‖t‖² of every pair, which is in the order of 1 − cos(x, t)."""
    norms = [sum(v * v for v in t) for t in fractions(T)]
    return [[v * abs(v) / n for v, n in zip(row, norms, strict=True)] for row in products(T, X)]


def ordered(values: Numbers, keep: Callable[[int, int], bool] = lambda q, i: True) -> Found:
    """Return for each query the rows that are kept, by (value, index)."""
    return [
        [i for i in sorted(range(len(row)), key=lambda i: (row[i], i)) if keep(q, i)]
        for q, row in enumerate(values)
    ]


def at_border(rng: Generator, values: list[Fraction]) -> float:
    """Return a radius: most often the root of one of the squares, or an ulp or two from it."""
    kind = rng.random()
    if kind < 0.1 or not values:
        return float(rng.choice([0.0, 5e-324, 1e-160, 0.5, 1e160, 1.7e308]))
    square = values[rng.integers(0, len(values))]
    length = square.numerator.bit_length() - square.denominator.bit_length()
    shift = max(0, 120 - length) // 2
    try:
        radius = float(Fraction(isqrt(int(square * 4**shift)), 2**shift))
    except OverflowError:
        radius = sys.float_info.max
    for _ in range(int(rng.integers(0, 3))):
        radius = nextafter(radius, rng.choice([0.0, sys.float_info.max]))
    return radius


# --- The ways to ask --------------------------------------------------------------------------


def ways(
    rng: Generator, n: int, d: int, tree: bool
) -> Iterator[tuple[str, Callable[[Rows], Any], dict[str, Any]]]:
    """Yield in which ways a problem is asked: a name, what becomes of the rows, options."""
    limit = 60_000 + 40 * (n + 1) * (16 + 8 * d) + int(2 ** rng.uniform(5, 18))
    yield "brute", np.asarray, {"algorithm": "brute"}
    yield "small limit", np.asarray, {"algorithm": "brute", "memory_limit": limit}
    yield "filter", np.asarray, {"algorithm": "brute"}
    yield "source", Source, {"memory_limit": limit}
    if tree:
        yield "tree", np.asarray, {"algorithm": "tree"}


def as_lists(found: Any) -> Found:
    return [row.tolist() for row in found]


Ask = Callable[[Any, dict[str, Any]], Any]


def questions(rng: Generator, T: Rows, X: Rows) -> Iterator[tuple[str, Found, Ask, bool]]:
    """Yield each kind, the truth, how to ask, and whether a tree may answer."""
    n = len(T)
    directed = T[T.any(axis=1)], X[X.any(axis=1)]
    k = int(rng.integers(1, n + 1))
    if n > 1:
        k_others = min(k, n - 1)
        truth = [row[:k_others] for row in ordered(squares(T, T), lambda q, i: q != i)]
        yield (
            "exclude_self",
            truth,
            lambda rows, o: nnlib.k_nearest(rows, T, k_others, exclude_self=True, **o),
            True,
        )
    values = squares(T, X)
    radius = at_border(rng, [v for row in values for v in row])
    truth = ordered(values, lambda q, i: values[q][i] <= Fraction(radius) ** 2)
    yield "radius", truth, lambda rows, o: nnlib.radius_neighbors(rows, X, radius, **o), True
    truth = [row[:k] for row in ordered(products(T, X))]
    yield "ip", truth, lambda rows, o: nnlib.k_nearest(rows, X, k, metric="ip", **o), False
    T, unit_X = directed
    if len(T):
        few = min(k, len(T))
        truth = [row[:few] for row in ordered(cosines(T, unit_X))]
        yield (
            "cosine",
            truth,
            lambda rows, o: nnlib.k_nearest(rows, unit_X, few, metric="cosine", **o),
            False,
        )


def seven_rows(*arguments: Any) -> Any:
    """Share out the memory as ever, but read seven rows at a time."""
    return share_out(*arguments)._replace(rows=7)


def told(ask: Ask, rows: Any, name: str, options: dict[str, Any]) -> Found | str:
    """Return what the library finds, or what it raises."""
    with ExitStack() as stack:
        if name == "filter":  # and threads, which are otherwise for large searches only
            for module in ("exact", "radius", "similarity"):
                stack.enter_context(mock.patch(f"nnlib.{module}.SMALL_WORK", 0))
            for module in ("radius", "similarity"):
                stack.enter_context(mock.patch(f"nnlib.{module}.threads_for", return_value=2))
        if name == "source":  # a few rows at a time, so that ties lie across the cuts
            stack.enter_context(mock.patch("nnlib.radius.rows_read", return_value=7))
            stack.enter_context(mock.patch("nnlib.stream.share_out", seven_rows))
        try:
            return as_lists(ask(rows, options))
        except Exception as error:  # whatever it is, a valid search has raised
            return f"{type(error).__name__}: {error}"


def run(problems: int, seed: int) -> tuple[Counter[str], Counter[str], list[str]]:
    """Return how many problems and searches of each kind there were, and what was wrong."""
    done, searches, wrong, number = Counter[str](), Counter[str](), list[str](), 0
    while not done or min(done[kind] for kind in KINDS) < problems:
        family = list(FAMILIES)[number % len(FAMILIES)]
        rng = default_rng([seed, number])
        T, X = FAMILIES[family](rng)
        start = int(rng.integers(0, max(1, len(T) - ROWS)))
        T, X = T[start : start + ROWS], X[:QUERIES]
        for kind, truth, ask, tree in questions(rng, T, X):
            if done[kind] >= problems:
                continue
            done[kind] += 1
            rows = T[T.any(axis=1)] if kind == "cosine" else T
            for name, into, options in ways(rng, *rows.shape, tree):
                searches[kind] += 1
                found = told(ask, into(rows), name, options)
                if found != truth:
                    wrong.append(f"{kind}, {name}, {family}, problem {number}: {found!s:.300}")
        number += 1
    return done, searches, wrong


KINDS = ("exclude_self", "radius", "ip", "cosine")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--problems", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args(arguments)
    begin = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done, searches, wrong = run(options.problems, options.seed)
    print("\n".join(wrong[:20]))
    for kind in KINDS:
        count = sum(line.startswith(f"{kind},") for line in wrong)
        print(f"{kind:>12}: {done[kind]:,} problems, {searches[kind]:,} searches, {count} wrong")
    print(f"seed {options.seed}, {time.monotonic() - begin:.0f} s")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
