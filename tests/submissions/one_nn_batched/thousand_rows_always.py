"""Always 1024 rows, whatever the budget."""
VERDICT = "refused"
BREAKS = "Hold at most `max_bytes` bytes at a time besides the inputs and the result."
DEMAND = "budget"

import numpy as np

BATCH = 1024


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    a2 = (X_train**2).sum(1)
    out = np.empty(len(X_test), y_train.dtype)
    for i in range(0, len(X_test), BATCH):
        out[i : i + BATCH] = y_train[(a2 - 2 * X_test[i : i + BATCH] @ X_train.T).argmin(1)]
    return out
