"""Recall against speed: approximate engines beside exact search, on a million rows in clusters.

recall@1, queries a second, bytes and build time of faiss Flat, IVF, IVF-PQ (with and without
re-ranking) and HNSW, beside the certified search and the bare product. Rounds are interleaved;
each round runs every operating point once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frame
import numpy as np
from clouds import clustered
from conditions import clock
from contenders import CONTENDERS, Rows
from engines import Engine, flat, graph, inverted, quantized, reranked
from roofline import product

from nnlib import nearest


@dataclass(frozen=True)
class Plan(frame.Plan):
    """How large everything is."""

    seconds: float = 240.0
    fewest: int = 5
    most: int = 7
    rows: int = 1_000_000
    features: int = 64
    queries: int = 2000
    intrinsic: int = 16  # dimensions of the subspace of each cluster
    clusters: int = 100
    lists: int = 1024  # cells of the inverted file
    codes: int = 16  # bytes of a row after product quantization
    links: int = 16  # of a node of the graph (M); twice as many in its lowest layer
    width: int = 64  # candidates kept while the graph is built (efConstruction)
    patience: float = 480.0  # seconds after which no more rows are added to the graph
    rerank: int = 64  # candidates whose true distance is computed after product quantization
    probes: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128)  # nprobe
    widths: tuple[int, ...] = (8, 16, 32, 64, 128, 256, 512)  # efSearch

    def values(self, knob: str) -> tuple[int, ...]:
        """Return what a knob is turned to; 0 stands for none."""
        return {"nprobe": self.probes, "efSearch": self.widths}.get(knob, (0,))


QUICK = Plan(
    fewest=2, most=2, rows=4000, features=16, queries=50, intrinsic=4, clusters=10, lists=16,
    codes=4, rerank=16, probes=(1, 4, 16), widths=(8, 64),
)  # fmt: skip


def engines(T: Rows, plan: Plan, say: frame.Say) -> dict[str, Engine]:
    """Return all engines, built, by their labels."""
    exact = CONTENDERS["exact"]
    say(f"{'':13}{len(T)} rows; building Flat, IVF, IVF-PQ")
    found = {
        exact.label: Engine(exact.prepare(T, 0), len(T), beside=T.nbytes),
        "faiss Flat": flat(T),
        "faiss IVF": inverted(T, plan.lists),
        "faiss IVF-PQ": quantized(T, plan.lists, plan.codes),
    }
    found["faiss IVF-PQ, re-ranked"] = reranked(found["faiss IVF-PQ"], T, plan.rerank)
    say(f"{'':13}building HNSW, for {plan.patience:.0f} s at most")
    found["faiss HNSW"] = graph(T, plan.links, plan.width, plan.patience, say)
    return found


def measure(plan: Plan, say: frame.Say) -> dict[str, Any]:
    """Return every operating point: recall, and the seconds of all queries, round by round."""
    rng = np.random.default_rng(0)
    draw = clustered(rng, plan.features, plan.intrinsic, plan.clusters)
    T, X = draw(plan.rows), draw(plan.queries)
    built = engines(T, plan, say)
    # A graph that stopped early has its truth among its rows.
    truths = {n: nearest(T[:n], X) for n in {engine.rows for engine in built.values()}}

    bare, _ = product(T, X)
    calls: dict[str, Callable[[], float]] = {"product": lambda: clock(lambda: bare(X))}
    points: dict[str, list[dict[str, Any]]] = {label: [] for label in built}
    for label, engine in built.items():
        for value in plan.values(engine.knob):
            engine.turn(value)
            recall = float((engine(X) == truths[engine.rows]).mean())
            points[label].append({"value": value, "recall": round(recall, 4)})

            def call(engine: Engine = engine, value: int = value) -> float:
                engine.turn(value)
                return clock(lambda: engine(X))

            calls[f"{label} {value}"] = call
    say(f"{'':13}{len(calls)} operating points, interleaved")
    for call in calls.values():
        call()
    seconds = plan.rounds(calls)
    for label in built:
        for point in points[label]:
            point["seconds"] = seconds[f"{label} {point['value']}"]
    return {
        "shape": [plan.queries, plan.rows, plan.features],
        "intrinsic": plan.intrinsic,
        "clusters": plan.clusters,
        "dtype": "float32",
        "product": seconds["product"],
        "engines": [
            {
                "label": label,
                "rows": engine.rows,
                "bytes": engine.size,
                "build": float(f"{engine.build:.3g}"),
                "settings": engine.settings,
                "knob": engine.knob,
                "points": points[label],
            }
            for label, engine in built.items()
        ],
    }
