"""The loop runs over the training set's length."""
VERDICT = "refused"
BREAKS = "Return for every row of `X_test` the label of its nearest row of `X_train`"
DEMAND = "all_blocks"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = max(1, max_bytes // (24 * (n + d)))
    a2 = (X_train**2).sum(1)
    out = np.full(len(X_test), y_train[-1], y_train.dtype)
    for i in range(0, n, block):
        q = X_test[i : i + block]
        out[i : i + block] = y_train[(a2 - 2 * q @ X_train.T).argmin(1)]
    return out
