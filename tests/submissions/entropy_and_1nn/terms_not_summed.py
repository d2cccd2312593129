"""Returns the terms of the sum."""
VERDICT = "refused"
BREAKS = "a Python float or NumPy float"
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / counts.sum()
    A, B = X_train.astype(float), X_test.astype(float)
    return -p * np.log2(p), y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
