"""What is asked of a search: how many neighbors, how, and within how much memory."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnlib.validation import Array, check_choice, check_count, working_dtype

METHODS = ("exact", "expanded", "direct")
ALGORITHMS = ("auto", "brute", "tree", "partition")
METRICS = ("sqeuclidean", "ip", "cosine")
MEMORY_LIMIT = 64 * 2**20


@dataclass(frozen=True)
class Request:
    """What is asked, in the words of `nnlib.search.k_nearest`; checked here."""

    k: int
    method: str = "exact"
    algorithm: str = "auto"
    memory_limit: int = MEMORY_LIMIT
    progress: bool = False
    exclude_self: bool = False
    metric: str = "sqeuclidean"

    def __post_init__(self) -> None:
        check_choice("method", self.method, METHODS)
        check_choice("algorithm", self.algorithm, ALGORITHMS)
        if not isinstance(self.exclude_self, bool | np.bool_):
            raise ValueError(f"exclude_self must be True or False; got {self.exclude_self!r}")
        alone = self.algorithm in ("tree", "partition")
        if alone and not self.exact:
            raise ValueError(
                f"algorithm={self.algorithm!r} needs method='exact'; got method={self.method!r}"
            )
        if check_choice("metric", self.metric, METRICS) != METRICS[0]:
            if not self.exact:
                raise ValueError(
                    f"metric={self.metric!r} needs method='exact'; got method={self.method!r}"
                )
            if alone:
                raise ValueError(
                    f"algorithm={self.algorithm!r} needs metric='sqeuclidean'; "
                    f"got metric={self.metric!r}"
                )

    @property
    def exact(self) -> bool:
        """Return whether true distances decide."""
        return self.method == "exact"

    @property
    def expanded(self) -> bool:
        """Return whether values of the expanded form decide."""
        return self.method == "expanded"

    @property
    def order(self) -> str:
        """Return by what neighbors are ordered: a method's distances, or another metric."""
        return self.method if self.metric == METRICS[0] else self.metric

    @property
    def sought(self) -> int:
        """Return how many rows are sought for each query: one more where one may be itself."""
        return self.k + bool(self.exclude_self)

    def among(self, n_train: int | None, n_test: int | None = None) -> "Request":
        """Return the request to so many rows, None for not known yet; k may be no larger."""
        meaning = "neighbors" if n_train is None else f"X_train has {n_train} rows"
        most = n_train
        if self.exclude_self and n_train is not None:
            self.check_paired(n_train, n_test)
            most, meaning = n_train - 1, f"{meaning}, none of them its own neighbor"
            if n_train == 1:
                raise ValueError("exclude_self=True leaves no neighbor: X_train has one row")
        k = check_count("k", self.k, 1, most, meaning)
        limit = check_count("memory_limit", self.memory_limit, 1, None, "bytes")
        # The very ints that were given: a small search would pay for a copy.
        as_given = k is self.k and limit is self.memory_limit
        return self if as_given else replace(self, k=k, memory_limit=limit)

    def check_paired(self, n_train: int, n_test: int | None) -> None:
        """Raise if rows are to be left out for queries that are not as many."""
        if self.exclude_self and n_test not in (n_train, None):
            raise ValueError(
                "exclude_self=True needs the training rows as queries, row i as query i; "
                f"X_train has {n_train} rows, X_test has {n_test}"
            )

    def of_part(self, k: int, memory_limit: int, algorithm: str = "brute") -> "Request":
        """Return what is asked of a part of the rows, for so many neighbors and bytes."""
        return Request(k, self.method, algorithm, memory_limit, metric=self.metric)

    def dtype(self, queries: Array, rows: Array) -> Any:
        """Return the dtype of the distances."""
        return np.float64 if self.exact else working_dtype(queries, rows)

    def check_told_apart(self, distances: Array) -> None:
        """Raise if a neighbor's distance has overflowed, where distances as computed decide."""
        if not self.exact and not np.isfinite(distances.max(initial=0)):
            raise ValueError(
                f"squared distances overflow {distances.dtype}, so that neighbors cannot be told "
                "apart; rescale the data or use method='exact'"
            )
