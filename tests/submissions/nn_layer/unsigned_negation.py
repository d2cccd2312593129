"""The bias is negated in an unsigned type."""
VERDICT = "refused"
BREAKS = "The numbers may be floats, or small integers such as uint8."
DEMAND = "dtypes"

import numpy as np


def nn_layer(X_train):
    W = 2.0 * X_train
    b = -np.sum(X_train.astype(X_train.dtype) ** 2, axis=1, dtype=X_train.dtype)
    return W, b
