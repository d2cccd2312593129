"""Fills W and b in a loop over the rows."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def nn_layer(X_train):
    n, d = X_train.shape
    W, b = np.zeros((n, d)), np.zeros(n)
    for i in range(n):
        t = X_train[i].astype(float)
        W[i] = 2 * t
        b[i] = -np.dot(t, t)
    return W, b
