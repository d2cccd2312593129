"""Cuts the training rows and lets a later block win a tie."""
VERDICT = "refused"
BREAKS = "The smallest index of equals counts."
DEMAND = "earliest"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    out = np.empty(len(X_test), y_train.dtype)
    rows = max(1, max_bytes // (8 * 4 * (n + d)))
    half = (n + 1) // 2
    for i in range(0, len(X_test), rows):
        q = X_test[i : i + rows]
        best = np.full(len(q), np.inf)
        label = np.empty(len(q), y_train.dtype)
        for j in range(0, n, half):
            T = X_train[j : j + half]
            s = (T**2).sum(1) - 2 * q @ T.T
            win = s.argmin(1)
            value = s[np.arange(len(q)), win]
            better = value <= best
            best[better] = value[better]
            label[better] = y_train[j + win[better]]
        out[i : i + rows] = label
    return out
