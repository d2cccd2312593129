"""A list of two arrays in place of a tuple."""
VERDICT = "passes"

import numpy as np


def nn_layer(X_train):
    X = X_train.astype(np.float64)
    return [2 * X, -np.sum(X**2, axis=1)]
