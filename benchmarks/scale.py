"""A million rows: approximate engines beside exact search, and how pruning fades with d.

Four measurements, stored in scale.json, from which a chapter of the book draws its figures.

1. Engines: recall@1, queries a second, bytes and build time of faiss Flat, IVF, IVF-PQ (with and
   without re-ranking) and HNSW at 1M × 64 float32, beside the certified search and the bare
   matrix product. Rounds are interleaved; each round runs every operating point once.
2. Pruning: the share of the leaves that scikit-learn's k-d tree and ball tree open for a query,
   against the dimension, against the intrinsic dimension, and against the number of rows.
3. Contrast: how much farther the farthest row is than the nearest.
4. Roofline: the rate of the bare product against the number of queries that share it.

2 and 3 are counts and ratios of distances: they are the same on every run. 1 and 4 are rates of
one machine, stored round by round, so that their spread shows how quiet it was.
Takes about fifteen minutes on two cores. Needs the extra `scale`.
Run: python benchmarks/scale.py [--threads N] [--output FILE] [--quick]
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from conditions import afresh, circumstances, clock, cores, interleaved, written
from numpy.typing import NDArray
from peers import product
from sklearn.neighbors import BallTree, KDTree
from threadpoolctl import threadpool_limits

from nnlib import nearest

STORED = Path(__file__).with_name("scale.json")
Rows = NDArray[np.floating[Any]]
Search = Callable[[Rows], NDArray[np.intp]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How large everything is.

    Parameters
    ----------
    rows, features, queries : int
        Of the data on which the engines run.
    intrinsic, clusters : int
        Each cluster is a Gaussian on a random subspace of so many dimensions.
    lists : int
        Cells of the inverted file.
    codes : int
        Bytes of a row after product quantization.
    links : int
        Links of a node of the graph (M); twice as many in its lowest layer.
    width : int
        Candidates kept while the graph is built (efConstruction).
    patience : float
        Seconds after which no more rows are added to the graph.
    rerank : int
        Candidates whose true distance is computed after product quantization.
    probes, widths : tuple of int
        nprobe and efSearch.
    fewest, most : int
        Rounds.
    seconds : float
        For all rounds together, if they are more than the fewest.
    tree_rows : tuple of int
        Rows of the trees; the middle one for the curves against the dimension.
    tree_queries : int
    leaf : int
        Rows of a leaf, about.
    dimensions : tuple of int
        For trees on uniform data.
    inside : tuple of int
        Intrinsic dimensions.
    contrast_rows : int
    batches : tuple of int
        Queries that share one product.
    """

    rows: int = 1_000_000
    features: int = 64
    queries: int = 2000
    intrinsic: int = 16
    clusters: int = 100
    lists: int = 1024
    codes: int = 16
    links: int = 16
    width: int = 64
    patience: float = 480.0
    rerank: int = 64
    probes: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128)
    widths: tuple[int, ...] = (8, 16, 32, 64, 128, 256, 512)
    fewest: int = 5
    most: int = 7
    seconds: float = 240.0
    tree_rows: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    tree_queries: int = 200
    leaf: int = 32
    dimensions: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32)
    inside: tuple[int, ...] = (2, 4, 8)
    contrast_rows: int = 10_000
    batches: tuple[int, ...] = field(default=tuple(2**i for i in range(12)))


QUICK = Plan(
    rows=4000,
    features=16,
    queries=50,
    intrinsic=4,
    clusters=10,
    lists=16,
    codes=4,
    rerank=16,
    probes=(1, 4, 16),
    widths=(8, 64),
    fewest=2,
    most=2,
    tree_rows=(300, 1000, 3000),
    tree_queries=20,
    leaf=16,
    dimensions=(1, 2, 8, 16),
    inside=(2, 4),
    contrast_rows=500,
    batches=(1, 8, 64),
)


# --- The data ---------------------------------------------------------------------------------


def clustered(rng: np.random.Generator, plan: Plan) -> Callable[[int], Rows]:
    """Return a source of rows: clusters, each a Gaussian on a random subspace of its own.

    Centers lie about as far from each other as the rows of one cluster, so that clusters
    overlap in distance, and a little noise in all directions makes the rows no exact subspace.
    """
    d, m = plan.features, plan.intrinsic
    centers = rng.standard_normal((plan.clusters, d)) * np.sqrt(m / d)
    frames = [
        np.linalg.qr(rng.standard_normal((d, m)))[0].T.astype(np.float32)
        for _ in range(plan.clusters)
    ]

    def draw(count: int) -> Rows:
        owner = rng.integers(plan.clusters, size=count)
        rows = 0.05 * rng.standard_normal((count, d), dtype=np.float32)
        inside = rng.standard_normal((count, m), dtype=np.float32)
        for c in range(plan.clusters):
            mine = np.flatnonzero(owner == c)
            rows[mine] += inside[mine] @ frames[c] + centers[c].astype(np.float32)
        return rows

    return draw


def flat_subspace(rng: np.random.Generator, n: int, m: int, d: int) -> Rows:
    """Return rows that are uniform in a cube of m dimensions, turned into d dimensions."""
    frame = np.linalg.qr(rng.standard_normal((d, m)))[0].T
    turned: Rows = rng.uniform(-0.5, 0.5, (n, m)) @ frame
    return turned


# --- The engines ------------------------------------------------------------------------------


@dataclass
class Engine:
    """An index that was built, and the knob by which it trades recall for speed.

    Parameters
    ----------
    label : str
    search : callable
        From queries to row indices.
    build : float
        Seconds.
    size : int
        Bytes of the index, with the rows if it holds them.
    rows : int
        How many it holds.
    knob : str
        The parameter that is turned at search time; empty if there is none.
    values : tuple of int
    turn : callable
    settings : dict
        What was fixed at build time.
    """

    label: str
    search: Search
    build: float
    size: int
    rows: int
    knob: str = ""
    values: tuple[int, ...] = (0,)
    turn: Callable[[int], None] = lambda value: None
    settings: dict[str, int] = field(default_factory=dict)


def size_of(index: Any) -> int:
    """Return the bytes of an index as it would be written to a file."""
    return int(faiss.serialize_index(index).nbytes)


def first_of(index: Any) -> Search:
    """Return the search for one neighbor."""
    return lambda X: index.search(X, 1)[1][:, 0]


def exact_engines(T: Rows) -> list[Engine]:
    """Return what looks at every row: the certified search and faiss Flat."""
    flat = faiss.IndexFlatL2(T.shape[1])
    seconds = clock(lambda: flat.add(T))
    return [
        Engine("nearest, exact", lambda X: nearest(T, X), 0.0, T.nbytes, len(T)),
        Engine("faiss Flat", first_of(flat), seconds, size_of(flat), len(T)),
    ]


def inverted(T: Rows, plan: Plan) -> Engine:
    """Return an inverted file: k-means cells, of which a query visits the nearest few."""
    quantizer = faiss.IndexFlatL2(T.shape[1])
    index = faiss.IndexIVFFlat(quantizer, T.shape[1], plan.lists)

    def build() -> None:
        index.train(T)
        index.add(T)

    return Engine(
        "faiss IVF",
        first_of(index),
        clock(build),
        size_of(index),
        len(T),
        "nprobe",
        plan.probes,
        lambda value: setattr(index, "nprobe", value),
        {"nlist": plan.lists},
    )


def quantized(T: Rows, plan: Plan) -> list[Engine]:
    """Return an inverted file of product codes, bare and with its candidates re-ranked."""
    quantizer = faiss.IndexFlatL2(T.shape[1])
    index = faiss.IndexIVFPQ(quantizer, T.shape[1], plan.lists, plan.codes, 8)

    def build() -> None:
        index.train(T)
        index.add(T)

    seconds = clock(build)

    def turn(value: int) -> None:
        index.nprobe = value

    def reranked(X: Rows) -> NDArray[np.intp]:
        """The candidates in order of their rows, so that ties keep the earliest index."""
        found = np.sort(index.search(X, plan.rerank)[1], axis=1)
        best = np.empty(len(X), np.intp)
        for start in range(0, len(X), 256):
            part = slice(start, start + 256)
            known = found[part] >= 0  # a short list is filled up with −1
            difference = T[np.where(known, found[part], 0)] - X[part, None]
            distances = np.where(known, np.einsum("qcd,qcd->qc", difference, difference), np.inf)
            best[part] = np.take_along_axis(found[part], distances.argmin(axis=1)[:, None], axis=1)[
                :, 0
            ]
        return best

    settings = {"nlist": plan.lists, "bytes a code": plan.codes}
    common = (seconds, size_of(index), len(T), "nprobe", plan.probes, turn)
    return [
        Engine("faiss IVF-PQ", first_of(index), *common, settings),
        Engine(
            "faiss IVF-PQ, re-ranked",
            reranked,
            seconds,
            size_of(index) + T.nbytes,
            *common[2:],
            settings | {"candidates": plan.rerank},
        ),
    ]


def graph(T: Rows, plan: Plan, say: Say) -> Engine:
    """Return a hierarchical graph, with as many rows as could be added within the patience."""
    index = faiss.IndexHNSWFlat(T.shape[1], plan.links)
    index.hnsw.efConstruction = plan.width
    step = max(1, len(T) // 20)
    start = time.perf_counter()
    for first in range(0, len(T), step):
        index.add(T[first : first + step])
        spent = time.perf_counter() - start
        say(f"{'':13}graph of {index.ntotal} rows after {spent:.0f} s")
        if spent > plan.patience:
            break
    return Engine(
        "faiss HNSW",
        first_of(index),
        time.perf_counter() - start,
        size_of(index),
        index.ntotal,
        "efSearch",
        plan.widths,
        lambda value: setattr(index.hnsw, "efSearch", value),
        {"M": plan.links, "efConstruction": plan.width},
    )


def bare_product(T: Rows, X: Rows) -> None:
    """Multiply queries by all rows, a block at a time, each written over the one before."""
    step = 8192 if len(X) <= 256 else 2048
    out = np.empty((min(len(X), 512), min(step, len(T))), T.dtype)
    for i in range(0, len(X), 512):
        x = X[i : i + 512]
        for j in range(0, len(T), step):
            t = T[j : j + step]
            np.matmul(x, t.T, out=out[: len(x), : len(t)])


def engines(plan: Plan, say: Say) -> dict[str, Any]:
    """Return every operating point: recall, and the seconds of all queries, round by round."""
    draw = clustered(np.random.default_rng(0), plan)
    T, X = draw(plan.rows), draw(plan.queries)
    truths = {len(T): nearest(T, X)}
    say(f"{'':13}{len(T)} rows; building Flat, IVF")
    built = [*exact_engines(T), inverted(T, plan)]
    say(f"{'':13}building IVF-PQ")
    built += quantized(T, plan)
    say(f"{'':13}building HNSW, for {plan.patience:.0f} s at most")
    built.append(graph(T, plan, say))

    bare, _ = product(T, X)  # in the fastest of a few block shapes
    calls: dict[str, Callable[[], float]] = {"product": lambda: clock(lambda: bare(X))}
    points: dict[str, list[dict[str, Any]]] = {}
    for engine in built:
        if engine.rows not in truths:  # the graph stopped early: its truth is among its rows
            truths[engine.rows] = nearest(T[: engine.rows], X)
        points[engine.label] = []
        for value in engine.values:
            engine.turn(value)
            recall = float((engine.search(X) == truths[engine.rows]).mean())
            points[engine.label].append({"value": value, "recall": round(recall, 4)})

            def call(engine: Engine = engine, value: int = value) -> float:
                engine.turn(value)
                return clock(lambda: engine.search(X))

            calls[f"{engine.label} {value}"] = call
    say(f"{'':13}{len(calls)} operating points, interleaved")
    for call in calls.values():
        call()
    seconds = interleaved(calls, plan.seconds, plan.fewest, plan.most)
    for engine in built:
        for point in points[engine.label]:
            point["seconds"] = seconds[f"{engine.label} {point['value']}"]
    return {
        "shape": [plan.queries, plan.rows, plan.features],
        "intrinsic": plan.intrinsic,
        "clusters": plan.clusters,
        "dtype": "float32",
        "product": seconds["product"],
        "engines": [
            {
                "label": engine.label,
                "rows": engine.rows,
                "bytes": engine.size,
                "build": float(f"{engine.build:.3g}"),
                "settings": engine.settings,
                "knob": engine.knob,
                "points": points[engine.label],
            }
            for engine in built
        ],
    }


# --- Pruning, contrast, roofline --------------------------------------------------------------

TREES = {"k-d tree": KDTree, "ball tree": BallTree}


def leaves_opened(tree: Any, T: Rows, X: Rows, leaf: int) -> float:
    """Return the share of its leaves that a tree opens for a query, in the mean."""
    built = tree(T, leaf_size=leaf)
    built.query(X, k=1, dualtree=False, breadth_first=False)
    _, opened, _ = built.get_tree_stats()
    leaves = int(built.get_arrays()[2]["is_leaf"].sum())
    return float(f"{opened / len(X) / leaves:.4g}")


def pruning(plan: Plan, say: Say) -> dict[str, Any]:
    """Return the shares of leaves opened, for uniform data and for flat data in more dimensions."""
    few, middle, many = plan.tree_rows
    q = plan.tree_queries

    def uniform(n: int, d: int) -> list[dict[str, Any]]:
        rng = np.random.default_rng(d)
        T, X = rng.uniform(size=(n, d)), rng.uniform(size=(q, d))
        return [
            {"tree": name, "rows": n, "d": d, "leaves": leaves_opened(tree, T, X, plan.leaf)}
            for name, tree in TREES.items()
        ]

    found: dict[str, Any] = {"leaf": plan.leaf, "queries": q, "uniform": [], "intrinsic": []}
    for n in (few, middle, many):
        for d in plan.dimensions:
            if n == middle or d <= 16:
                found["uniform"] += uniform(n, d)
        say(f"{'':13}uniform, {n} rows")
    for m in plan.inside:
        for d in sorted({m, *(d for d in (8, 16, 32, 64, 128) if d > m)}):
            rng = np.random.default_rng(1000 * m + d)
            rows = flat_subspace(rng, middle + q, m, d)
            for name, tree in TREES.items():
                share = leaves_opened(tree, rows[:middle], rows[middle:], plan.leaf)
                found["intrinsic"].append(
                    {"tree": name, "rows": middle, "inside": m, "d": d, "leaves": share}
                )
        say(f"{'':13}intrinsic dimension {m}")
    return found


def contrast(plan: Plan) -> list[dict[str, Any]]:
    """Return (farthest − nearest) / nearest, the median over queries, against the dimension."""
    found = []
    n, q = plan.contrast_rows, 50

    def of(kind: str, d: int, rows: Rows) -> None:
        T, X = rows[:n], rows[n:]
        squares = np.stack([((T - x) ** 2).sum(axis=1) for x in X])
        low, high = np.sqrt(squares.min(axis=1)), np.sqrt(squares.max(axis=1))
        median = float(np.median((high - low) / low))
        found.append({"data": kind, "d": d, "contrast": float(f"{median:.4g}")})

    for d in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024):
        rng = np.random.default_rng(d)
        of("uniform", d, rng.uniform(size=(n + q, d)))
        of("normal", d, rng.standard_normal((n + q, d)))
        if d >= 8:
            of("uniform, intrinsic 8", d, flat_subspace(rng, n + q, 8, d))
    return found


def roofline(plan: Plan) -> dict[str, Any]:
    """Return the seconds of the bare product for batches of queries, interleaved."""
    rng = np.random.default_rng(0)
    T = rng.standard_normal((plan.rows, plan.features), dtype=np.float32)
    X = rng.standard_normal((max(plan.batches), plan.features), dtype=np.float32)
    calls = {
        str(batch): lambda batch=batch: clock(lambda: bare_product(T, X[:batch]))
        for batch in plan.batches
    }
    for call in calls.values():
        call()
    seconds = interleaved(calls, plan.seconds / 4, plan.fewest, 3 * plan.most)
    return {
        "rows": plan.rows,
        "features": plan.features,
        "batches": [{"queries": q, "seconds": seconds[str(q)]} for q in plan.batches],
    }


# --- The command ------------------------------------------------------------------------------


def measure(plan: Plan, threads: int, say: Say) -> dict[str, Any]:
    """Measure everything in the plan and return it in the form that is stored."""
    began = time.perf_counter()

    def tell(step: int, what: str) -> None:
        say(f"[{step}/4] {time.perf_counter() - began:4.0f} s  {what} …")

    faiss.omp_set_num_threads(threads)
    with threadpool_limits(threads):
        first = circumstances(threads)
        first["load"] = [load()]
        tell(1, "engines")
        result: dict[str, Any] = {"search": engines(plan, say)}
        tell(2, "leaves opened by trees")
        result["pruning"] = pruning(plan, say)
        tell(3, "contrast")
        result["contrast"] = contrast(plan)
        tell(4, "roofline")
        result["roofline"] = roofline(plan)
        first["load"].append(load())
    exact = result["search"]["engines"][0]["points"][0]["seconds"]
    pairs = zip(exact, result["search"]["product"], strict=True)
    over = statistics.median(a / b for a, b in pairs)
    say(f"{'':13}exact over the bare product {over:.2f}")
    return first | result


def load() -> float:
    """Return how many processes wanted to run, in the mean over the last minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else float("nan")


def main(arguments: list[str]) -> int:
    """Measure in a fresh process with sleeping threads; store what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=cores(), help="for every engine")
    parser.add_argument("--output", type=Path, default=STORED, help="the file to write")
    parser.add_argument("--quick", action="store_true", help="tiny sizes; nothing is stored")
    options = parser.parse_args(arguments)
    code = afresh(__file__, arguments, options.threads)
    if code is not None:
        return code
    plan = QUICK if options.quick else Plan()
    result = measure(plan, options.threads, lambda line: print(line, flush=True))
    if not options.quick:
        options.output.write_text(written(result), encoding="utf-8")
        print(f"Stored in {options.output.name}; `make refresh` draws the chapter anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
