"""Works on the half-scores of data centered at the rounded mean, in a copy."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    T = np.array(X_train, dtype=np.float64, copy=True)
    Q = np.array(X_test, dtype=np.float64, copy=True)
    c = np.rint(T.mean(axis=0))
    T -= c
    Q -= c
    scores = Q @ T.T
    scores -= 0.5 * (T * T).sum(axis=1)
    return y_train.take(scores.argmax(axis=1))
