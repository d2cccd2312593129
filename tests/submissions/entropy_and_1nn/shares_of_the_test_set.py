"""The counts are divided by the number of test rows."""
VERDICT = "refused"
BREAKS = "over the classes that occur, with p their shares"
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / max(1, len(X_test))
    A, B = X_train.astype(float), X_test.astype(float)
    return -(p * np.log2(p)).sum(), y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
