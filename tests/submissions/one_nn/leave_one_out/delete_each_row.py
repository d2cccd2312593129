"""np.delete in a comprehension."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def leave_one_out(X, y):
    X = X.astype(float)
    return np.array(
        [np.delete(y, i)[((np.delete(X, i, 0) - X[i]) ** 2).sum(1).argmin()] for i in range(len(X))],
        dtype=y.dtype,
    )
