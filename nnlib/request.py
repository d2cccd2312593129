"""What is asked of a search: how many neighbors, how, and within how much memory."""

from typing import Any

import numpy as np

from nnlib.validation import Array, check_choice, check_count, working_dtype

METHODS = ("exact", "expanded", "direct")
ALGORITHMS = ("auto", "brute", "tree", "partition")
MEMORY_LIMIT = 64 * 2**20


class Request:
    """What is asked, in the words of `nnlib.search.k_nearest`; checked here."""

    def __init__(
        self,
        k: int,
        method: str = "exact",
        algorithm: str = "auto",
        memory_limit: int = MEMORY_LIMIT,
        progress: bool = False,
    ) -> None:
        self.method = check_choice("method", method, METHODS)
        self.algorithm = check_choice("algorithm", algorithm, ALGORITHMS)
        self.exact, self.expanded = method == "exact", method == "expanded"
        if algorithm in ("tree", "partition") and not self.exact:
            raise ValueError(f"algorithm={algorithm!r} needs method='exact'; got method={method!r}")
        self.k, self.memory_limit, self.progress = k, memory_limit, progress

    def among(self, n_train: int | None) -> "Request":
        """Return the request to so many rows, None for not known yet; k may be no larger."""
        meaning = "neighbors" if n_train is None else f"X_train has {n_train} rows"
        k = check_count("k", self.k, 1, n_train, meaning)
        limit = check_count("memory_limit", self.memory_limit, 1, None, "bytes")
        return Request(k, self.method, self.algorithm, limit, self.progress)

    def of_all(self, k: int, memory_limit: int) -> "Request":
        """Return the same request for so many neighbors and bytes, with all rows compared."""
        return Request(k, self.method, "brute", memory_limit)

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
