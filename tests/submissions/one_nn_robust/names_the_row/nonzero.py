"""The first row by np.nonzero."""
VERDICT = "passes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for X, name in ((A, "X_train"), (B, "X_test")):
        if X.dtype.kind not in "biuf" or X.ndim != 2:
            raise ValueError(f"{name}: real numbers in two dimensions are needed")
        rows, _ = np.nonzero(~np.isfinite(X))
        if rows.size:
            raise ValueError(f"{name}: NaN or infinity, first in row {rows[0]}")
    if not A.shape[0]:
        raise ValueError("X_train: no rows")
    if A.shape[1:] != B.shape[1:]:
        raise ValueError("X_test: columns")
    if y.shape != A.shape[:1]:
        raise ValueError("y_train: labels")
    A, B = A.astype(float), B.astype(float)
    return y[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
