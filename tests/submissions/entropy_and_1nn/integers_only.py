"""np.bincount of the labels themselves."""
VERDICT = "refused"
BREAKS = "Labels may be strings as well as integers."
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    p = np.bincount(y_train) / len(y_train)
    p = p[p > 0]
    A, B = X_train.astype(float), X_test.astype(float)
    return -(p * np.log2(p)).sum(), y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
