"""np.vectorize over the test rows' numbers."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    if not len(X_test):
        return y_train[:0]
    A = X_train.astype(float)
    find = np.vectorize(lambda i: np.sum((A - X_test[i]) ** 2, axis=1).argmin())
    return y_train[find(np.arange(len(X_test)))]
