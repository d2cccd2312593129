"""Drops the rows and not their labels."""
VERDICT = "refused"
BREAKS = "Leave such rows out."
DEMAND = "left_out"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for name, X in (("X_train", A), ("X_test", B)):
        if X.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be numeric")
        if X.ndim != 2:
            raise ValueError(f"{name} must be 2-D")
    if np.isinf(A).any():
        raise ValueError("X_train holds infinity")
    if not np.isfinite(B).all():
        raise ValueError("X_test must be finite")
    if B.shape[1] != A.shape[1]:
        raise ValueError("X_test: wrong number of columns")
    if len(y) != len(A):
        raise ValueError("y_train: wrong number of labels")
    A, B = A[~np.isnan(A).any(axis=1)].astype(float), B.astype(float)
    if not len(A):
        raise ValueError("X_train has no complete row")
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
