"""Halves the memory by float32."""
VERDICT = "refused"
BREAKS = "Compute in float64"
DEMAND = "precision"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = max(1, max_bytes // (24 * (n + d)))
    A = X_train.astype(np.float32)
    a2 = (A**2).sum(1)
    out = np.empty(len(X_test), y_train.dtype)
    for i in range(0, len(X_test), block):
        q = X_test[i : i + block].astype(np.float32)
        out[i : i + block] = y_train[(a2 - 2 * q @ A.T).argmin(1)]
    return out
