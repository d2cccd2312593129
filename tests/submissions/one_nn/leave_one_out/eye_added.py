"""Infinity on the diagonal by np.where and np.eye."""
VERDICT = "passes"

import numpy as np


def leave_one_out(X, y):
    X = np.asarray(X, dtype=np.float64)
    G = X @ X.T
    q = np.diag(G)
    D = np.where(np.eye(len(X), dtype=bool), np.inf, q[:, None] - 2 * G + q)
    return y[D.argmin(axis=1)]
