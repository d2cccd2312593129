"""Closures and tensordot, an assert on the shapes, walrus operators."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    assert X_train.ndim == X_test.ndim == 2, "matrices, please"

    def scorer(T):
        bias = (T**2).sum(axis=-1)

        def score(X):
            return bias - 2 * np.tensordot(X, T, axes=(1, 1))

        return score

    if (n := len(X_test)) == 0:
        return y_train[:0]
    score = scorer(X_train.astype(np.double))
    assert (s := score(X_test.astype(np.double))).shape[0] == n
    return y_train[s.argmin(axis=1)]
