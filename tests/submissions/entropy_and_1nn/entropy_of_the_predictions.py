"""Of the predicted labels."""
VERDICT = "refused"
BREAKS = "the entropy of the training labels"
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    labels = y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
    _, counts = np.unique(labels, return_counts=True)
    p = counts / max(1, counts.sum())
    return -(p * np.log2(p)).sum(), labels
