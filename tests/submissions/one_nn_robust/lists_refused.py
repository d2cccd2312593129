"""Refuses what is not an ndarray."""
VERDICT = "refused"
BREAKS = "So are lists of lists, and a list of labels."
DEMAND = "lists"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = X_train, y_train, X_test
    for name, X in (("X_train", A), ("y_train", y), ("X_test", B)):
        if not isinstance(X, np.ndarray):
            raise ValueError(f"{name} must be an array")
    for name, X in (("X_train", A), ("X_test", B)):
        if X.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be numeric")
        if X.ndim != 2:
            raise ValueError(f"{name} must be 2-D")
        if not np.isfinite(X).all():
            raise ValueError(f"{name} must be finite")
    if not len(A):
        raise ValueError("X_train is empty")
    if B.shape[1] != A.shape[1]:
        raise ValueError("X_test: wrong number of columns")
    if len(y) != len(A):
        raise ValueError("y_train: wrong number of labels")
    A, B = A.astype(float), B.astype(float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
