"""A while loop over training rows with np.where for the running best."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    B = X_test.astype(float)
    best = np.full(len(B), np.inf)
    arg = np.zeros(len(B), dtype=int)
    j = 0
    while j < len(X_train):
        d = ((B - X_train[j]) ** 2).sum(axis=1)
        closer = d < best
        best = np.where(closer, d, best)
        arg = np.where(closer, j, arg)
        j += 1
    return y_train[arg]
