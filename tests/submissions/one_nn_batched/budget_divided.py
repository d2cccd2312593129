"""Rows a block from the budget, three arrays counted, norms once."""
VERDICT = "passes"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n_train, d = X_train.shape
    n_test = X_test.shape[0]
    a2 = np.einsum("ij,ij->i", X_train, X_train)
    per_query = 8 * 3 * (n_train + d)
    block = max(1, (max_bytes - 16 * n_train) // per_query)
    out = np.empty(n_test, dtype=y_train.dtype)
    for lo in range(0, n_test, block):
        hi = min(lo + block, n_test)
        scores = X_test[lo:hi] @ X_train.T
        scores *= -2.0
        scores += a2
        out[lo:hi] = y_train[scores.argmin(axis=1)]
    return out
