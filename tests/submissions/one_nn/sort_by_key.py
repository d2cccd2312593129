"""min with a key over the training indices, for every query."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    T, Q = X_train.astype(float), X_test.astype(float)
    pick = [min(range(len(T)), key=lambda i: ((T[i] - q) ** 2).sum()) for q in Q]
    return y_train[np.array(pick, dtype=int)]
