"""One message for everything, with all names in it."""
VERDICT = "refused"
BREAKS = "a message that names the argument at fault, `X_train`, `y_train` or `X_test`, and none that has nothing to do with it"
DEMAND = "two_axes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    message = "bad input: check X_train, y_train and X_test"
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    ok = A.ndim == 2 and B.ndim == 2
    ok = ok and A.dtype.kind in "biuf" and B.dtype.kind in "biuf"
    ok = ok and bool(np.isfinite(A).all()) and bool(np.isfinite(B).all())
    ok = ok and len(A) > 0 and A.shape[1] == B.shape[1] and y.shape == (len(A),)
    if not ok:
        raise ValueError(message)
    A, B = A.astype(float), B.astype(float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
