"""The default argsort, which is not stable."""
VERDICT = "refused"
BREAKS = "Of several equally close training rows the one with the smallest index counts."
DEMAND = "earliest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    D = np.sum(B**2, 1)[:, None] - 2 * B @ A.T + np.sum(A**2, 1)[None]
    return y_train[np.argsort(D, axis=1)[:, 0]]
