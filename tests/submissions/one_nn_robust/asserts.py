"""assert in place of exceptions."""
VERDICT = "refused"
BREAKS = "Bad input raises `ValueError`"
DEMAND = "two_axes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    assert A.ndim == 2, "X_train must be 2-D"
    assert B.ndim == 2, "X_test must be 2-D"
    assert A.dtype.kind in "biuf", "X_train must be numeric"
    assert B.dtype.kind in "biuf", "X_test must be numeric"
    assert np.isfinite(A).all(), "X_train must be finite"
    assert np.isfinite(B).all(), "X_test must be finite"
    assert len(A), "X_train is empty"
    assert A.shape[1] == B.shape[1], "X_test has another width"
    assert y.shape == A.shape[:1], "y_train has another length"
    A, B = A.astype(float), B.astype(float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
