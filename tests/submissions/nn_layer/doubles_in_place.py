"""Doubles the input itself where it is float64 already."""
VERDICT = "refused"
BREAKS = "Do not modify the inputs."
DEMAND = "unmodified"

import numpy as np


def nn_layer(X_train):
    W = np.asarray(X_train, dtype=np.float64)
    b = -(W * W).sum(axis=1)
    W *= 2
    return W, b
