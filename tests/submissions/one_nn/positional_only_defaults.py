"""Positional-only parameters and a default argument for the block size; blocks of queries."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test, /, block=512):
    T = np.asarray(X_train, float)
    half = 0.5 * np.sum(T**2, axis=1)
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for start in range(0, len(X_test), block):
        stop = start + block
        scores = np.asarray(X_test[start:stop], float) @ T.T - half
        out[start:stop] = y_train[scores.argmax(axis=1)]
    return out
