"""Splits the queries in halves by recursion down to single rows."""
VERDICT = "refused"
BREAKS = "No Python loop over examples (rows of either array)."
DEMAND = "no_loop"

import numpy as np


def one_nn(X_train, y_train, X_test):
    if len(X_test) == 0:
        return y_train[:0]
    if len(X_test) == 1:
        d = ((X_train.astype(float) - X_test.astype(float)) ** 2).sum(axis=1)
        return y_train[[d.argmin()]]
    half = len(X_test) // 2
    return np.concatenate(
        [one_nn(X_train, y_train, X_test[:half]), one_nn(X_train, y_train, X_test[half:])]
    )
