"""np.array_split into so many parts that one fits."""
VERDICT = "passes"

import math

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    if len(X_test) == 0:
        return np.empty(0, dtype=y_train.dtype)
    need = len(X_test) * 8 * 3 * (X_train.shape[0] + X_train.shape[1])
    parts = max(1, math.ceil(need / (max_bytes / 2)))
    b = (X_train**2).sum(axis=1)
    out = np.empty(len(X_test), y_train.dtype)
    start = 0
    for q in np.array_split(X_test, parts):
        out[start : start + len(q)] = y_train[(b - 2 * q @ X_train.T).argmin(1)]
        start += len(q)
    return out
