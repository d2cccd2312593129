"""No checks at all."""
VERDICT = "refused"
BREAKS = "Bad input raises `ValueError`"
DEMAND = "two_axes"

import numpy as np


def one_nn_robust(X_train, y_train, X_test):
    A, y, B = np.asarray(X_train, float), np.asarray(y_train), np.asarray(X_test, float)
    return y[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
