"""map with a helper, a loop in other words."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np
from functools import partial


def nearest(A, x):
    return int(np.argmin(((A - x) ** 2).sum(axis=1)))


def one_nn(X_train, y_train, X_test):
    A = X_train.astype(float)
    found = list(map(partial(nearest, A), X_test.astype(float)))
    return y_train[np.array(found, dtype=int)]
