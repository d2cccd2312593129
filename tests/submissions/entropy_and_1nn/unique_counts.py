"""np.unique for the counts, the expanded form for the rest."""
VERDICT = "passes"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / counts.sum()
    entropy = -(p * np.log2(p)).sum()
    A, B = X_train.astype(float), X_test.astype(float)
    labels = y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
    return entropy, labels
