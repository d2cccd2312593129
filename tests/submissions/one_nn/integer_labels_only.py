"""Writes into an int array, so that strings fail."""
VERDICT = "refused"
BREAKS = "The result has the dtype of `y_train`: labels may be integers or strings."
DEMAND = "labels"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    y_pred = np.zeros(len(B), dtype=int)
    nearest = ((A**2).sum(1) - 2 * B @ A.T).argmin(1)
    y_pred[:] = y_train[nearest]
    return y_pred
