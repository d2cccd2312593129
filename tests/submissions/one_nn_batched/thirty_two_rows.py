"""Always 32 rows, whatever the budget."""
VERDICT = "refused"
BREAKS = "Blocks of fewer than 64 rows, when thousands fit, are a loop over rows."
DEMAND = "blocks"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    a2 = (X_train**2).sum(1)
    out = np.empty(len(X_test), y_train.dtype)
    n, d = X_train.shape
    block = max(1, min(32, max_bytes // (24 * (n + d))))
    for i in range(0, len(X_test), block):
        out[i : i + block] = y_train[(a2 - 2 * X_test[i : i + block] @ X_train.T).argmin(1)]
    return out
