"""Type hints, a future import, norms by einsum, the query's norm dropped."""

from __future__ import annotations

VERDICT = "passes"

import numpy as np
from numpy.typing import NDArray


def one_nn(X_train: NDArray, y_train: NDArray, X_test: NDArray) -> NDArray:
    train: NDArray[np.float64] = np.asarray(X_train, dtype=np.float64)
    test: NDArray[np.float64] = np.asarray(X_test, dtype=np.float64)
    sq_norms = np.einsum("ij,ij->i", train, train)
    cross = np.einsum("ij,kj->ik", test, train)
    return y_train[(sq_norms[None, :] - 2 * cross).argmin(axis=1)]
