"""Keeps two candidates a query and lets argmin choose, the older first."""
VERDICT = "passes"

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    kept = None
    for X, y in train_blocks:
        s = np.square(X).sum(axis=1) - 2 * X_test @ X.T
        i = s.argmin(axis=1)
        new = s[np.arange(len(i)), i], y[i]
        if kept is None:
            kept = new
            continue
        pair = np.stack([kept[0], new[0]])
        choose = pair.argmin(axis=0)
        kept = pair.min(axis=0), np.where(choose == 0, kept[1], new[1])
    return kept[1]
