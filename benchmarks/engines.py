"""The engines of faiss, exact and approximate: built, searched for one neighbor, and weighed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import faiss
import numpy as np
from conditions import clock
from contenders import Indices, Rows, Search


@dataclass(frozen=True)
class Engine:
    """A search over training rows that says what it takes: what a contender makes of them."""

    search: Search
    rows: int  # how many it holds
    index: Any = None  # of faiss
    build: float = 0.0  # seconds
    beside: int = 0  # bytes of what it holds beside the index
    knob: str = ""  # the parameter that is turned at search time
    settings: dict[str, int] = field(default_factory=dict)  # what was fixed at build time

    def __call__(self, X: Rows) -> Indices:
        """Return the index of a row for each query."""
        return self.search(X)

    def turn(self, value: int) -> None:
        """Trade recall for speed, or speed for recall."""
        if self.knob:
            setattr(getattr(self.index, "hnsw", self.index), self.knob, value)

    @property
    def size(self) -> int:
        """Bytes of the index as it would be written to a file, and of what is held beside it."""
        written = int(faiss.serialize_index(self.index).nbytes) if self.index else 0
        return written + self.beside


def built(index: Any, build: Callable[[], object], knob: str = "", **settings: int) -> Engine:
    """Return an index with its rows in it, as an engine."""
    seconds = clock(build)

    def search(X: Rows) -> Indices:
        found: Indices = index.search(X.astype(np.float32, copy=False), 1)[1][:, 0]
        return found

    return Engine(search, index.ntotal, index, seconds, 0, knob, settings)


def flat(T: Rows) -> Engine:
    """Return exhaustive search, in float32 only."""
    index = faiss.IndexFlatL2(T.shape[1])
    return built(index, lambda: index.add(T.astype(np.float32, copy=False)))


def inverted(T: Rows, lists: int) -> Engine:
    """Return an inverted file: k-means cells, of which a query visits the nearest few."""
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(T.shape[1]), T.shape[1], lists)
    return built(index, lambda: (index.train(T), index.add(T)), "nprobe", nlist=lists)


def quantized(T: Rows, lists: int, codes: int) -> Engine:
    """Return an inverted file of product codes, each of so many bytes."""
    index = faiss.IndexIVFPQ(faiss.IndexFlatL2(T.shape[1]), T.shape[1], lists, codes, 8)
    fixed = {"nlist": lists, "bytes a code": codes}
    return built(index, lambda: (index.train(T), index.add(T)), "nprobe", **fixed)


def reranked(engine: Engine, T: Rows, candidates: int) -> Engine:
    """Return an engine whose candidates are compared once more, by their true distances."""

    def search(X: Rows) -> Indices:
        """The candidates in order of their rows, so that ties keep the earliest index."""
        found = np.sort(engine.index.search(X, candidates)[1], axis=1)
        best = np.empty(len(X), np.intp)
        for start in range(0, len(X), 256):
            part = slice(start, start + 256)
            known = found[part] >= 0  # a short list is filled up with −1
            difference = T[np.where(known, found[part], 0)] - X[part, None]
            distances = np.where(known, np.einsum("qcd,qcd->qc", difference, difference), np.inf)
            first = distances.argmin(axis=1)[:, None]
            best[part] = np.take_along_axis(found[part], first, axis=1)[:, 0]
        return best

    settings = engine.settings | {"candidates": candidates}
    return replace(engine, search=search, beside=T.nbytes, settings=settings)


def graph(
    T: Rows,
    links: int,
    width: int,
    patience: float = float("inf"),
    say: Callable[[str], None] = lambda line: None,
) -> Engine:
    """Return a hierarchical graph (M, efConstruction), with as many rows as the patience allows."""
    index = faiss.IndexHNSWFlat(T.shape[1], links)
    index.hnsw.efConstruction = width
    step, spent = max(1, len(T) // 20), 0.0

    def build() -> None:
        nonlocal spent
        for first in range(0, len(T), step):
            spent += clock(lambda first=first: index.add(T[first : first + step]))
            say(f"{'':13}graph of {index.ntotal} rows after {spent:.0f} s")
            if spent > patience:
                break

    return built(index, build, "efSearch", M=links, efConstruction=width)
