"""The bias as the first column."""
VERDICT = "refused"
BREAKS = "feeds `[x, 1]`: x with a 1 appended"
DEMAND = "matrix"

import numpy as np


def one_matrix(X_train):
    T = X_train.astype(float)
    return np.hstack([-(T**2).sum(1, keepdims=True), 2 * T])
