"""The contenders: every way to find the nearest row that is measured beside `nearest`.

A contender is a function of the training rows and a number of threads. It prepares what it can
without the queries, and returns the search: a function from queries to row indices. What would
need the whole matrix of distances works in blocks of queries, as its own documentation advises.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnlib import nearest

Rows = NDArray[np.floating]
Indices = NDArray[np.intp]
Search = Callable[[Rows], Indices]

BLOCK_BYTES = 16 * 2**20
"""Size of a block of distances, for contenders that return distances instead of indices."""


@dataclass(frozen=True)
class Contender:
    """One way to search.

    Parameters
    ----------
    label : str
        What a table calls it.
    prepare : callable
        From training rows and threads to a search.
    package : str
        What must be installed, by its name on the package index.
    linear : bool
        The cost of a query does not depend on how many come with it, so that a few hundred
        queries show the cost of all.
    note : str
        What a reader must know to judge its time.
    """

    label: str
    prepare: Callable[[Rows, int], Search]
    package: str = "numpy"
    linear: bool = False
    note: str = ""


def in_blocks(distances: Callable[[Rows], Rows], n_train: int, itemsize: int) -> Search:
    """Return the search that takes the argmin of the distances of a block of queries at a time."""
    step = max(1, BLOCK_BYTES // (itemsize * n_train))

    def search(X: Rows) -> Indices:
        parts = [distances(X[i : i + step]).argmin(axis=1) for i in range(0, len(X), step)]
        return np.concatenate(parts).astype(np.intp, copy=False)

    return search


def library(method: str) -> Callable[[Rows, int], Search]:
    """Return a contender's function for `nearest` with this method."""
    return lambda T, threads: lambda X: nearest(T, X, method=method)


def three_terms(T: Rows, threads: int) -> Search:
    """‖x‖² − 2x·t + ‖t‖² as everybody writes it."""
    t_norms = (T * T).sum(axis=1)

    def distances(X: Rows) -> Rows:
        return (X * X).sum(axis=1)[:, None] - 2 * (X @ T.T) + t_norms

    return in_blocks(distances, len(T), T.itemsize)


def neighbors(algorithm: str) -> Callable[[Rows, int], Search]:
    """Return a contender's function for scikit-learn's NearestNeighbors."""

    def prepare(T: Rows, threads: int) -> Search:
        from sklearn.neighbors import NearestNeighbors

        # A tree is searched by joblib's threads, the brute force by OpenMP's.
        jobs = threads if algorithm == "kd_tree" else None
        model = NearestNeighbors(n_neighbors=1, algorithm=algorithm, n_jobs=jobs).fit(T)
        return lambda X: model.kneighbors(X, return_distance=False)[:, 0]

    return prepare


def distances_argmin(T: Rows, threads: int) -> Search:
    """scikit-learn's one-call search."""
    from sklearn.metrics import pairwise_distances_argmin

    return lambda X: pairwise_distances_argmin(X, T)


def faiss_flat(T: Rows, threads: int) -> Search:
    """faiss, exhaustive search: float32 only."""
    import faiss
    from engines import flat

    faiss.omp_set_num_threads(threads)
    return flat(T)


def scipy_cdist(T: Rows, threads: int) -> Search:
    """The direct form of scipy, in compiled code, in float64."""
    from scipy.spatial.distance import cdist

    return in_blocks(lambda X: cdist(X, T, "sqeuclidean"), len(T), 8)


def scipy_tree(T: Rows, threads: int) -> Search:
    """The k-d tree of scipy."""
    from scipy.spatial import cKDTree

    tree = cKDTree(T)
    return lambda X: tree.query(X, workers=threads)[1]


def torch_cdist(T: Rows, threads: int) -> Search:
    """PyTorch's distances, by its own choice of form: a matrix product from 26 rows on."""
    import torch

    torch.set_num_threads(threads)
    rows = torch.from_numpy(T)
    step = max(1, BLOCK_BYTES // (T.itemsize * len(T)))

    def search(X: Rows) -> Indices:
        parts = [
            torch.cdist(torch.from_numpy(X[i : i + step]), rows).argmin(dim=1).numpy()
            for i in range(0, len(X), step)
        ]
        return np.concatenate(parts)

    return search


ONE_THREAD = "runs in one thread"
CONTENDERS = {
    "exact": Contender("nearest, exact", library("exact")),
    "expanded": Contender("nearest, expanded", library("expanded")),
    "direct": Contender("nearest, direct", library("direct"), linear=True, note=ONE_THREAD),
    "three terms": Contender("three terms in NumPy", three_terms, note="in blocks of 16 MiB"),
    "sklearn brute": Contender("scikit-learn brute", neighbors("brute"), "scikit-learn"),
    "sklearn argmin": Contender(
        "scikit-learn argmin", distances_argmin, "scikit-learn", note="pairwise_distances_argmin"
    ),
    "sklearn kd_tree": Contender(
        "scikit-learn kd_tree", neighbors("kd_tree"), "scikit-learn", linear=True
    ),
    "faiss": Contender(
        "faiss IndexFlatL2",
        faiss_flat,
        "faiss-cpu",
        note="float32 inside: float64 data are rounded first, which is timed",
    ),
    "scipy cdist": Contender(
        "scipy cdist, argmin",
        scipy_cdist,
        "scipy",
        linear=True,
        note=f"float64 inside, in blocks of 16 MiB; {ONE_THREAD}",
    ),
    "scipy cKDTree": Contender(
        "scipy cKDTree", scipy_tree, "scipy", linear=True, note="float64 inside"
    ),
    "torch": Contender("torch.cdist, argmin", torch_cdist, "torch", note="in blocks of 16 MiB"),
}

MODULES = {"faiss-cpu": "faiss", "scikit-learn": "sklearn"}
"""What a package is imported as, where that differs from its name."""

INSTALL = "pip install --constraint requirements.txt --editable .[bench]"


def missing() -> list[str]:
    """Return the packages that some contender needs and that are not installed."""
    packages = sorted({contender.package for contender in CONTENDERS.values()})
    return [p for p in packages if importlib.util.find_spec(MODULES.get(p, p)) is None]
