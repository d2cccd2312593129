"""The natural logarithm."""
VERDICT = "refused"
BREAKS = "the entropy of the training labels in bits"
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / counts.sum()
    A, B = X_train.astype(float), X_test.astype(float)
    return -(p * np.log(p)).sum(), y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
