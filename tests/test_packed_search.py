"""The search in the page's Python, on data made to mislead it, judged by fractions: 0 wrong.

The problems are drawn here and judged here, by `fractions.Fraction` and sorting alone; what is
packed only answers. The page's Python has another NumPy, without a fast matrix product and with
32-bit indices, and all sums in its own order.
"""

from __future__ import annotations

import base64
import io
import sys
from fractions import Fraction
from functools import cache
from math import lcm
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from families import AIMED, BLIND, Pair, Rows
from numpy.random import default_rng

HERE = Path(__file__).parent
# The page's Python, whichever way pytest imports this file.
sys.path[:0] = [str(HERE), str(HERE.parent)]

from in_node import start, unpacked  # noqa: E402

EACH = 27  # problems of each family
MOST = 50  # neighbors

# What is asked there: every problem, laid out in some way, for one, a few and many neighbors.
PROGRAM = """
import base64
import io
import json
import warnings

import numpy as np

from nnlib import k_nearest

warnings.simplefilter("error")
LAYOUTS = [
    lambda rows: rows,
    np.asfortranarray,
    lambda rows: np.repeat(np.repeat(rows, 2, axis=0), 3, axis=1)[::2, ::3],
    lambda rows: np.ascontiguousarray(rows[::-1, ::-1])[::-1, ::-1],
    lambda rows: rows.astype(rows.dtype.newbyteorder(">")),
]


def found(number):
    T, X = (LAYOUTS[number % len(LAYOUTS)](given[f"{side}{number}"]) for side in "TX")
    counts = sorted({1, min(3, len(T)), min(MOST, len(T))})
    return {k: k_nearest(T, X, k, **WAYS[number % len(WAYS)]).tolist() for k in counts}


given = np.load(io.BytesIO(base64.b64decode(DATA)))
json.dumps([found(number) for number in range(len(given) // 2)])
"""


@cache
def drawn() -> list[Pair]:
    """Return problems of every family."""
    families = {**BLIND, **AIMED}
    return [
        families[name](default_rng([crc32(name.encode()), seed]))
        for name in families
        for seed in range(EACH)
    ]


def whole(*arrays: Rows) -> list[list[tuple[int, ...]]]:
    """Return the very numbers that the arrays hold, in the largest unit that makes all whole."""
    exact = [[list(map(Fraction, row)) for row in rows.tolist()] for rows in arrays]
    unit = lcm(*(value.denominator for rows in exact for row in rows for value in row))
    return [[tuple(int(value * unit) for value in row) for row in rows] for rows in exact]


def in_order(T: Rows, X: Rows) -> list[list[int]]:
    """Return the nearest rows of each query by (distance, index), straight from the definition."""
    rows, queries = whole(T, X)
    orders: dict[tuple[int, ...], list[int]] = {}
    for query in {*queries}:
        apart = {row: sum((a - b) ** 2 for a, b in zip(query, row, strict=True)) for row in {*rows}}
        distances = [apart[row] for row in rows]
        orders[query] = sorted(range(len(rows)), key=distances.__getitem__)[:MOST]  # stable
    return [orders[query] for query in queries]


@cache
def truth() -> list[list[list[int]]]:
    """Return what is right for each problem, whichever way it is asked."""
    return [in_order(T, X) for T, X in drawn()]


def program(problems: list[Pair], ways: list[dict[str, object]]) -> str:
    """Return what asks for the neighbors in all problems in these ways."""
    content = io.BytesIO()
    sides = {
        f"{side}{number}": rows
        for number, pair in enumerate(problems)
        for side, rows in zip("TX", pair, strict=True)
    }
    np.savez_compressed(content, **sides)
    data = base64.b64encode(content.getvalue())
    return f"MOST, WAYS, DATA = {MOST}, {ways!r}, {data!r}\n{PROGRAM}"


@pytest.mark.parametrize(
    ("ways", "with_extras"),
    [([{}, {"memory_limit": 2**20}], False), ([{"algorithm": "tree"}], True)],
    ids=["all rows", "tree"],
)
def test_no_neighbor_is_wrong(
    ways: list[dict[str, object]], with_extras: bool, tmp_path: Path
) -> None:
    problems = drawn()
    answers = start(unpacked(tmp_path, with_extras), program(problems, ways))
    right = truth()  # meanwhile
    assert sum(len(np.unique(X, axis=0)) for _, X in problems) >= 2000
    wrong = [
        (number, k)
        for number, (order, answer) in enumerate(zip(right, answers(), strict=True))
        for k, indices in answer.items()
        if indices != [nearest[: int(k)] for nearest in order]
    ]
    assert wrong == []
