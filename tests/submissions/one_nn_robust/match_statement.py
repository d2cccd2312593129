"""A match statement on what is wrong."""
VERDICT = "passes"

import numpy as np


def _problem(X):
    match X:
        case np.ndarray(ndim=ndim) if ndim != 2:
            return f"has {ndim} axes, not 2"
        case np.ndarray(dtype=dtype) if dtype.kind not in "biuf":
            return f"holds {dtype}, no real numbers"
        case _ if not np.isfinite(X).all():
            return "holds NaN or infinity"
    return None


def one_nn_robust(X_train, y_train, X_test):
    arrays = {"X_train": np.asarray(X_train), "X_test": np.asarray(X_test)}
    for name, X in arrays.items():
        if problem := _problem(X):
            raise ValueError(f"{name} {problem}")
    A, B = (X.astype(np.float64) for X in arrays.values())
    y = np.asarray(y_train)
    if A.shape[0] == 0:
        raise ValueError("X_train is empty")
    if B.shape[1] != A.shape[1]:
        raise ValueError("X_test: number of columns")
    if y.shape != A.shape[:1]:
        raise ValueError("y_train: number of labels")
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
