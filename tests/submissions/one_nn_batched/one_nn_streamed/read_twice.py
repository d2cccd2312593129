"""First a pass for the distances, then one for the labels."""
VERDICT = "refused"
BREAKS = "Go through it once"
DEMAND = "best"

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    best = np.full(len(X_test), np.inf)
    block = np.zeros(len(X_test), int)
    where = np.zeros(len(X_test), int)
    for b, (X, y) in enumerate(train_blocks):
        d = (X**2).sum(1) - 2 * X_test @ X.T
        closer = d.min(1) < best
        best[closer] = d.min(1)[closer]
        block[closer], where[closer] = b, d.argmin(1)[closer]
    for b, (X, y) in enumerate(train_blocks):
        if b == 0:
            out = np.empty(len(X_test), y.dtype)
        out[block == b] = y[where[block == b]]
    return out
