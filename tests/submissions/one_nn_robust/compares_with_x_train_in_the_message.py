"""The message about X_test's columns also says how many X_train has."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist


def check(condition, message):
    if not condition:
        raise ValueError(message)


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train), np.asarray(y_train), np.asarray(X_test)
    for name, X in (("X_train", A), ("X_test", B)):
        check(X.dtype.kind in "buif", f"{name}: not real numbers but {X.dtype}")
        check(X.ndim == 2, f"{name}: {X.ndim} axes in place of 2")
        check(np.isfinite(X).all(), f"{name}: NaN or infinity")
    check(A.shape[0] > 0, "X_train: no rows")
    check(B.shape[1] == A.shape[1], f"X_test has {B.shape[1]} columns, X_train {A.shape[1]}")
    check(len(y) == len(A), f"y_train has {len(y)} labels for {len(A)} rows of X_train")
    return y[cdist(B.astype(float), A.astype(float), "sqeuclidean").argmin(axis=1)]
