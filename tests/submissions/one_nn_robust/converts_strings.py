"""np.asarray(…, dtype=float) turns strings that look like numbers into numbers."""
VERDICT = "refused"
BREAKS = "one of them not of real numbers (strings, complex)"
DEMAND = "numbers"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    arrays = {}
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        try:
            X = np.asarray(X, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} is not numeric") from None
        if X.ndim != 2:
            raise ValueError(f"{name} must be 2-D")
        if not np.isfinite(X).all():
            raise ValueError(f"{name} must be finite")
        arrays[name] = X
    A, B, y = arrays["X_train"], arrays["X_test"], np.asarray(y_train)
    if not len(A):
        raise ValueError("X_train is empty")
    if B.shape[1] != A.shape[1]:
        raise ValueError("X_test: wrong number of columns")
    if len(y) != len(A):
        raise ValueError("y_train: wrong number of labels")
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
