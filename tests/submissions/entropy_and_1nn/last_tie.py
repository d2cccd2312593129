"""Sorts in reverse and takes the last of equals."""
VERDICT = "refused"
BREAKS = "The smallest index of equally near rows counts."
DEMAND = "earliest"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / counts.sum()
    A, B = X_train.astype(float), X_test.astype(float)
    D = (A**2).sum(1) - 2 * B @ A.T
    nearest = D.shape[1] - 1 - D[:, ::-1].argmin(axis=1)
    return -(p * np.log2(p)).sum(), y_train[nearest]
