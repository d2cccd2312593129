"""The result is as long as the training set."""
VERDICT = "refused"
BREAKS = "Return an array of shape (n_test,)"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = X_train.astype(float)
    result = np.empty(X_train.shape[0], dtype=y_train.dtype)
    step = 256
    for i in range(0, X_train.shape[0], step):
        q = X_test[i : i + step].astype(float)
        d = (A**2).sum(1) - 2 * q @ A.T
        result[i : i + step][: len(q)] = y_train[d.argmin(1)]
    return result
