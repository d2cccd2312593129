"""Puts the whole stream together first."""
VERDICT = "refused"
BREAKS = "Hold no more than three blocks at a time, and their scores."
DEMAND = "memory"

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    Xs, ys = zip(*train_blocks)
    X, y = np.concatenate(Xs), np.concatenate(ys)
    return y[((X**2).sum(1) - 2 * X_test @ X.T).argmin(1)]
