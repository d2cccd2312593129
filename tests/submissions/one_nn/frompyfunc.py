"""np.frompyfunc calls a Python function for every query."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    T = X_train.astype(float)
    nearest = np.frompyfunc(lambda i: ((T - X_test[i]) ** 2).sum(1).argmin(), 1, 1)
    return y_train[nearest(np.arange(len(X_test))).astype(int)]
