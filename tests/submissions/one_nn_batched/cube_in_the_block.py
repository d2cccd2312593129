"""Blocks as for a matrix, but with the cube of differences inside."""
VERDICT = "refused"
BREAKS = "Hold at most `max_bytes` bytes at a time besides the inputs and the result."
DEMAND = "budget"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = max(1, max_bytes // (24 * (n + d)))
    out = np.empty(len(X_test), y_train.dtype)
    for i in range(0, len(X_test), block):
        diff = X_test[i : i + block, None, :] - X_train[None, :, :]
        out[i : i + block] = y_train[(diff**2).sum(2).argmin(1)]
    return out
