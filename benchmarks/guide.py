"""What an approximate index must look at for a recall: the counts behind the decision guide.

The widget `IndexChooser` advises by arithmetic, and three numbers in it are no theorem: how many
lists an inverted file must look at, past how many rows a walk on a graph leads, and how much dearer
a row is where a walk jumps to it than where a list is read in a row. All are measured here, with
faiss, on rows that lie in one cloud and on rows that lie in a hundred, each cloud a Gaussian of
some intrinsic dimension among 64; and for one dimension on a tenth of the rows, to see how the
counts grow. Stored in guide.json; `tables` makes the constants of nnlib/advice.py of it.

The counts need no quiet machine: only the first measurement has times, as ratios within a round.
Takes about thirty-five minutes on two cores, most of them to build ten graphs of a million rows.
Run: python benchmarks/guide.py [--threads N] [--output FILE] [--quick]
"""

import statistics
import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import frame
import numpy as np
from clouds import clustered
from conditions import circumstances, clock
from contenders import Rows
from engines import Engine, graph, inverted
from frame import Say, program, say, steps, store
from roofline import product

from nnlib import nearest
from nnlib.advice import LINKS, RECALLS, lists_of

STORED = Path(__file__).with_name("guide.json")
WIDTH = 64
"""Candidates kept while a graph is built (efConstruction)."""
LADDER = sorted({2**i for i in range(13)} | {3 * 2**i for i in range(12)})
"""Settings to try: 1, 2, 3, 4, 6, 8, 12, …"""
CLOUDS = {"clusters": 100, "even": 1}


@dataclass(frozen=True)
class Plan(frame.Plan):
    """How large everything is."""

    seconds: float = 60.0
    fewest: int = 5
    most: int = 15
    rows: int = 1_000_000
    fewer: int = 100_000
    features: int = 64
    queries: int = 1000
    intrinsic: tuple[int, ...] = (4, 8, 16, 32, 64)
    growing: int = 16  # the dimension for which fewer rows are looked at, too
    widest: int = 1024  # the last efSearch tried


QUICK = Plan(
    fewest=2, most=2, rows=3000, fewer=1500, features=8, queries=40, intrinsic=(2, 4), growing=4,
    widest=32,
)  # fmt: skip


def climb(
    engine: Engine, X: Rows, truth: Any, values: Iterable[int], stats: Any
) -> list[dict[str, float]]:
    """Return recall and rows looked at, for larger and larger values until hardly any is missed."""
    points: list[dict[str, float]] = []
    for value in values:
        engine.turn(value)
        stats.reset()
        recall = float((engine(X) == truth).mean())
        looked = round(stats.ndis / len(X))
        points.append({engine.knob: value, "recall": round(recall, 4), "rows": looked})
        if recall >= max(r for r in RECALLS if r < 1):
            break
    return points


def cloud(
    spread: str, n: int, e: int, plan: Plan, timed: bool, say: Say
) -> tuple[dict[str, Any], dict[str, list[float]]]:
    """Return what both engines must look at; with `timed`, also seconds, round by round."""
    draw = clustered(np.random.default_rng(e), plan.features, e, CLOUDS[spread])
    T, X = draw(n), draw(plan.queries)
    truth = nearest(T, X)
    lists, walk = inverted(T, lists_of(n)), graph(T, LINKS, WIDTH)
    probes = [step for step in LADDER if step <= lists_of(n)]
    widths = [step for step in LADDER if 4 <= step <= plan.widest]
    found = {
        "spread": spread,
        "rows": n,
        "intrinsic": e,
        "lists": climb(lists, X, truth, probes, faiss.cvar.indexIVF_stats),
        "graph": climb(walk, X, truth, widths, faiss.cvar.hnsw_stats),
    }
    say(f"    {found['lists'][-1]}, {found['graph'][-1]}")
    if not timed:
        return found, {}
    usual = min(RECALLS)
    for engine, name in ((lists, "lists"), (walk, "graph")):
        engine.turn(least(found[name], engine.knob, usual))
    bare, _ = product(T, X)
    calls = {
        "product": lambda: clock(lambda: bare(X)),
        "lists": lambda: clock(lambda: lists(X)),
        "graph": lambda: clock(lambda: walk(X)),
    }
    return found, plan.rounds(calls)


def least(points: list[dict[str, float]], knob: str, recall: float) -> int:
    """Return the smallest value that reached the recall; 0 if none did."""
    return int(next((point[knob] for point in points if point["recall"] >= recall), 0))


def tables(stored: dict[str, Any]) -> dict[str, Any]:
    """Return the constants of the guide: lists and rows to look at, and what a jump costs.

    Returns
    -------
    dict
        ``"probes"`` and ``"visits"``: for each spread, for each recall below 1, one count for each
        intrinsic dimension; 0 where no setting tried reached the recall. ``"jump"``: the time of a
        row that a walk looks at over that of a row in a list, a whole number, where both reach the
        lowest recall.
    """
    counts: dict[str, Any] = {"probes": {}, "visits": {}}
    for spread in CLOUDS:
        full = [one for one in stored["clouds"] if one["rows"] == stored["rows"]]
        rows = [one for one in full if one["spread"] == spread]
        rows.sort(key=lambda one: int(one["intrinsic"]))
        for name, engine, knob in (("probes", "lists", "nprobe"), ("visits", "graph", "rows")):
            counts[name][spread] = [
                tuple(least(one[engine], knob, recall) for one in rows)
                for recall in RECALLS
                if recall < 1
            ]
    first, each = stored["clouds"][0], {}
    for name in ("lists", "graph"):
        rows = least(first[name], "rows", min(RECALLS))
        each[name] = statistics.median(stored["seconds"][name]) / rows
    return counts | {"jump": round(each["graph"] / each["lists"])}


def measure(plan: Plan, threads: int, say: Say) -> dict[str, Any]:
    """Measure everything in the plan and return it in the form that is stored."""
    wanted = [("clusters", plan.rows, plan.growing)]
    wanted += [(spread, plan.fewer, plan.growing) for spread in CLOUDS]
    every = [(spread, plan.rows, e) for spread in CLOUDS for e in plan.intrinsic]
    wanted += [one for one in every if one != wanted[0]]
    result = circumstances(threads) | {"clouds": [], "seconds": {}}
    result |= {"rows": plan.rows, "features": plan.features, "queries": plan.queries}
    tell = steps(len(wanted), say)
    for i, (spread, n, e) in enumerate(wanted):
        tell(f"{spread}, {n} rows, {e} dimensions")
        found, seconds = cloud(spread, n, e, plan, i == 0, say)
        result["clouds"].append(found)
        result["seconds"] |= seconds
    return result


@program(STORED, __doc__, threads="for both engines", quick="tiny sizes")
def main(options: Namespace) -> None:
    """Measure in a fresh process with sleeping threads; store what came out."""
    result = measure(QUICK if options.quick else Plan(), options.threads, say)
    store(options, result)
    for name, value in tables(result).items():
        print(f"{name} = {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
