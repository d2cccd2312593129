"""A helper that checks one array and names it."""
VERDICT = "passes"

import numpy as np


def _as_matrix(a, name):
    a = np.asarray(a)
    if a.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {a.dtype}")
    if a.ndim != 2:
        raise ValueError(f"{name} must be 2-D, got shape {a.shape}")
    if not np.isfinite(a).all():
        raise ValueError(f"{name} contains NaN or infinity")
    return a.astype(np.float64)


def one_nn_robust(X_train, y_train, X_test):
    A = _as_matrix(X_train, "X_train")
    B = _as_matrix(X_test, "X_test")
    y = np.asarray(y_train)
    if len(A) == 0:
        raise ValueError("X_train has no rows")
    if A.shape[1] != B.shape[1]:
        raise ValueError(f"X_test has {B.shape[1]} columns, expected {A.shape[1]}")
    if y.shape != (len(A),):
        raise ValueError(f"y_train has shape {y.shape}, expected ({len(A)},)")
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
