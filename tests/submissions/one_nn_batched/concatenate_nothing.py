"""Collects the blocks in a list; np.concatenate fails on the empty one."""
VERDICT = "refused"
BREAKS = "n_test may be 0"
DEMAND = "empty"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    block = max(1, max_bytes // (24 * (n + d)))
    a2 = (X_train**2).sum(1)
    parts = []
    for i in range(0, len(X_test), block):
        parts.append(y_train[(a2 - 2 * X_test[i : i + block] @ X_train.T).argmin(1)])
    return np.concatenate(parts)
