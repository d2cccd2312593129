"""n_test // block blocks, and the rest is forgotten."""
VERDICT = "refused"
BREAKS = "The last block counts as well, however few rows it has."
DEMAND = "all_blocks"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = min(max(1, max_bytes // (24 * (n + d))), max(1, len(X_test)))
    a2 = (X_train**2).sum(1)
    out = np.zeros(len(X_test), y_train.dtype)
    for i in range(len(X_test) // block):
        s = slice(i * block, (i + 1) * block)
        out[s] = y_train[(a2 - 2 * X_test[s] @ X_train.T).argmin(1)]
    return out
