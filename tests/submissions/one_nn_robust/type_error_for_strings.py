"""A TypeError for strings and complex numbers, as Python itself would."""
VERDICT = "refused"
BREAKS = "Bad input raises `ValueError`"
DEMAND = "numbers"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for name, X in (("X_train", A), ("X_test", B)):
        if X.dtype.kind not in "biuf":
            raise TypeError(f"{name} must be numeric")
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
