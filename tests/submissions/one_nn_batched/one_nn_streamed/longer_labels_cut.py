"""Fine in values, but the labels come out as objects."""
VERDICT = "refused"
BREAKS = "in the dtype of the `y`"
DEMAND = "best"

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    best = np.full(len(X_test), np.inf)
    labels = np.full(len(X_test), None, dtype=object)
    for X, y in train_blocks:
        d2 = (X * X).sum(axis=1) - 2 * X_test @ X.T
        where = d2.argmin(axis=1)
        value = d2.min(axis=1)
        closer = value < best
        best[closer] = value[closer]
        labels[closer] = y[where][closer]
    return labels
