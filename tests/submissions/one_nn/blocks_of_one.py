"""A loop over "batches" whose size is one."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test, batch_size=1):
    A = X_train.astype(float)
    out = np.empty(len(X_test), y_train.dtype)
    for s in range(0, len(X_test), batch_size):
        batch = X_test[s : s + batch_size].astype(float)
        out[s : s + batch_size] = y_train[((A**2).sum(1) - 2 * batch @ A.T).argmin(1)]
    return out
