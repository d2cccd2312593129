"""<= where < is meant."""
VERDICT = "refused"
BREAKS = "A query that is equally close to several rows takes the earliest."
DEMAND = "earliest"

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    best, labels = None, None
    for X, y in train_blocks:
        d2 = (X**2).sum(axis=1) - 2 * X_test @ X.T
        value, found = d2.min(1), y[d2.argmin(1)]
        if best is None:
            best, labels = value, found
        else:
            labels = np.where(value <= best, found, labels)
            best = np.minimum(value, best)
    return labels
