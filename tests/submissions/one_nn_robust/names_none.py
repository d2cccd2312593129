"""Messages that say what is wrong, and not where."""
VERDICT = "refused"
BREAKS = "a message that names the argument at fault"
DEMAND = "two_axes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for X in (A, B):
        if X.dtype.kind not in "biuf" or X.ndim != 2 or not np.isfinite(X).all():
            raise ValueError("expected a finite two-dimensional array of numbers")
    if not len(A) or A.shape[1] != B.shape[1] or y.shape != (len(A),):
        raise ValueError("shapes do not fit")
    A, B = A.astype(float), B.astype(float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
