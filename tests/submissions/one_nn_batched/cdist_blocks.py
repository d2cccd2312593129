"""cdist block by block, half the budget for the matrix."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    rows = max(1, (max_bytes // 2 - 8 * n * d) // (8 * (n + d)))
    out = np.empty(X_test.shape[0], dtype=y_train.dtype)
    for i in range(0, X_test.shape[0], rows):
        out[i : i + rows] = y_train[cdist(X_test[i : i + rows], X_train, "sqeuclidean").argmin(1)]
    return out
