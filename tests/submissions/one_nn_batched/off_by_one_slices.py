"""Each block ends one row early."""
VERDICT = "refused"
BREAKS = "Return for every row of `X_test` the label of its nearest row of `X_train`"
DEMAND = "nearest"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = max(2, max_bytes // (24 * (n + d)))
    a2 = (X_train**2).sum(1)
    out = np.full(len(X_test), y_train[0], y_train.dtype)
    for i in range(0, len(X_test), block):
        s = slice(i, min(i + block, len(X_test)) - 1)
        out[s] = y_train[(a2 - 2 * X_test[s] @ X_train.T).argmin(1)]
    return out
