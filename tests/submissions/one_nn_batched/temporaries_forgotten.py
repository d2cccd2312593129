"""Counts the score matrix once though three are alive."""
VERDICT = "refused"
BREAKS = "Hold at most `max_bytes` bytes at a time besides the inputs and the result."
DEMAND = "budget"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    block = max(1, max_bytes // (8 * len(X_train)))
    a2 = (X_train**2).sum(1)
    out = np.empty(len(X_test), y_train.dtype)
    for i in range(0, len(X_test), block):
        q = X_test[i : i + block]
        out[i : i + block] = y_train[((q**2).sum(1)[:, None] - 2 * q @ X_train.T + a2).argmin(1)]
    return out
