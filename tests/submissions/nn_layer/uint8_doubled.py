"""Doubles in the type of the input."""
VERDICT = "refused"
BREAKS = "The numbers may be floats, or small integers such as uint8."
DEMAND = "dtypes"

import numpy as np


def nn_layer(X_train):
    W = 2 * X_train
    b = -(X_train**2).sum(axis=1)
    return W, b
