"""Adds an epsilon to the norm and refuses nothing."""
VERDICT = "refused"
BREAKS = "A row of zeros has no direction: raise a `ValueError`"
DEMAND = "zero"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    A /= np.linalg.norm(A, axis=1, keepdims=True) + 1e-15
    return y_train[(B @ A.T).argmax(axis=1)]
