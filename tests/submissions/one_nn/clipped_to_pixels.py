"""Clips to 0..255, since the author has pixels in mind."""
VERDICT = "refused"
BREAKS = "under squared Euclidean distance"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = np.clip(X_train, 0, 255).astype(float)
    B = np.clip(X_test, 0, 255).astype(float)
    return y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
