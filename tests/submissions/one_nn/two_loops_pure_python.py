"""The textbook's two loops and a running best."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for i, x in enumerate(X_test):
        best, where = float("inf"), 0
        for j, t in enumerate(X_train):
            d = sum((float(a) - float(b)) ** 2 for a, b in zip(x, t))
            if d < best:
                best, where = d, j
        out[i] = y_train[where]
    return out
