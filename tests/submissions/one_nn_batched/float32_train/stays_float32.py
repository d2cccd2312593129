"""Computes in float32."""
VERDICT = "refused"
BREAKS = "The arithmetic shall still be float64."
DEMAND = "float64"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    n, d = X_train.shape
    a2 = np.empty(n, np.float32)
    for j in range(0, n, 128):
        t = X_train[j : j + 128]
        a2[j : j + 128] = (t * t).sum(1)
    block = max(1, max_bytes // (24 * (n + d)))
    for i in range(0, len(X_test), block):
        q = np.asarray(X_test[i : i + block], np.float32)
        out[i : i + block] = y_train[(a2 - 2 * q @ X_train.T).argmin(1)]
    return out
