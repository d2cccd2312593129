"""W as a framework stores it the other way round."""
VERDICT = "refused"
BREAKS = "arrays of shapes (n_train, d) and (n_train,)"
DEMAND = "layer"

import numpy as np


def nn_layer(X_train):
    T = X_train.astype(float)
    return 2 * T.T, -(T**2).sum(axis=1)
