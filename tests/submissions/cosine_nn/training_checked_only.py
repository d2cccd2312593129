"""Checks the training rows only, as the query's norm cancels."""
VERDICT = "refused"
BREAKS = "whichever holds it"
DEMAND = "zero"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    norms = np.linalg.norm(A, axis=1)
    if (norms == 0).any():
        raise ValueError("X_train has a row of zeros")
    return y_train[((B @ A.T) / norms).argmax(axis=1)]
