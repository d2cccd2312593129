"""The problem that a search solves, and the candidates left on the way to the winners."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nnlib.certify import conversion_error, nothing_rounds
from nnlib.tiles import Indices, Tiles, Winners, slices
from nnlib.validation import Array


class Problem(NamedTuple):
    """Queries, and the rows among which the k nearest of each are sought."""

    rows: Array  # (n_train, d)
    queries: Array  # (n_test, d)
    k: int
    memory: int  # bytes that the search may take
    error: float = 0.0  # bounds the rounding of the inputs to float64
    whole: bool = False  # no squared distance rounds in float64

    @property
    def d(self) -> int:
        """Return the number of features."""
        return int(self.rows.shape[1])

    @property
    def products(self) -> int:
        """Return how many products of two numbers all distances take."""
        return len(self.queries) * len(self.rows) * self.d

    def examined(self) -> "Problem":
        """Return the problem with what its numbers tell of rounding."""
        if nothing_rounds(self.queries, self.rows):
            return self._replace(error=0.0, whole=True)
        return self._replace(error=conversion_error(self.queries, self.rows), whole=False)

    def only(self, part: Any) -> "Problem":
        """Return the problem of some queries: what is known of all holds for them."""
        return self._replace(queries=self.queries[part])

    def tile(self, exact: bool) -> tuple[int, int]:
        """Return how many queries and how many rows one tile may span."""
        tiles = Tiles(self.d, self.k, exact)
        return tiles.shape(max(len(self.queries), 1), len(self.rows), self.memory)

    def blank(self, dtype: Any = np.float64) -> Winners:
        """Return room for the winners."""
        shape = len(self.queries), self.k
        return np.empty(shape, dtype), np.empty(shape, np.intp)

    def in_parts(self, step: int, solve: "Solve", dtype: Any = np.float64) -> Winners:
        """Return what `solve` returns, asked for so many queries at a time."""
        distances, indices = self.blank(dtype)
        for part in slices(len(self.queries), step):
            distances[part], indices[part] = solve(self.only(part))
        return distances, indices


Solve = Callable[[Problem], Winners]


class Candidates(NamedTuple):
    """Pairs (query, row) that may be winners: parallel arrays."""

    owner: Indices  # the query
    row: Indices
    computed: Array  # the squared distance by the direct form

    def only(self, chosen: Any) -> "Candidates":
        """Return some of the pairs."""
        return Candidates(self.owner[chosen], self.row[chosen], self.computed[chosen])

    def beside(self, other: "Candidates") -> "Candidates":
        """Return these pairs, and then the others."""
        return Candidates(*map(np.append, self, other)) if len(self.owner) else other

    def table(self, k: int) -> Winners:
        """Return what is left, k pairs a query in their order, as winners."""
        return self.computed.reshape(-1, k), self.row.reshape(-1, k)
