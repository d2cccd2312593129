"""np.unique drops equal rows and sorts the others."""
VERDICT = "refused"
BREAKS = "arrays of shapes (n_train, d) and (n_train,)"
DEMAND = "layer"

import numpy as np


def nn_layer(X_train):
    T = np.unique(X_train.astype(float), axis=0)
    return 2 * T, -(T * T).sum(axis=1)
