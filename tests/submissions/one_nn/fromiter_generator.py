"""np.fromiter over a generator."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    T = X_train.astype(float)
    found = np.fromiter((np.square(T - x).sum(1).argmin() for x in X_test.astype(float)), dtype=int)
    return y_train[found]
