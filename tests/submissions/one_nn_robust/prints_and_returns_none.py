"""Prints the complaint and returns None."""
VERDICT = "refused"
BREAKS = "Bad input raises `ValueError`"
DEMAND = "two_axes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for name, X in (("X_train", A), ("X_test", B)):
        if X.dtype.kind not in "biuf" or X.ndim != 2 or not np.isfinite(X).all():
            print(f"error: {name}")
            return None
    if not len(A) or A.shape[1] != B.shape[1] or len(y) != len(A):
        print("error: shapes")
        return None
    A, B = A.astype(float), B.astype(float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
