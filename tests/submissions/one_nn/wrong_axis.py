"""argmin over the test rows."""
VERDICT = "refused"
BREAKS = "Return an array of shape (n_test,)"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = X_train.astype(float)
    B = X_test.astype(float)
    D = (B**2).sum(1)[:, None] + (A**2).sum(1)[None, :] - 2 * B @ A.T
    return y_train[D.argmin(axis=0)]
