"""A float64 copy of the training set."""
VERDICT = "refused"
BREAKS = "Hold at most `max_bytes` at a time."
DEMAND = "budget"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    A = X_train.astype(np.float64)
    n, d = A.shape
    block = max(1, max_bytes // (24 * (n + d)))
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for i in range(0, len(X_test), block):
        q = X_test[i : i + block].astype(np.float64)
        out[i : i + block] = y_train[((A * A).sum(1) - 2 * q @ A.T).argmin(1)]
    return out
