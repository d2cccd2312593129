"""argpartition for the smallest, for speed."""
VERDICT = "refused"
BREAKS = "Of several equally close training rows the one with the smallest index counts."
DEMAND = "earliest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    D = -2 * B @ A.T + np.sum(A**2, 1)
    return y_train[np.argpartition(D, 0, axis=1)[:, 0]]
