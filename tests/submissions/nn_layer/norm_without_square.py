"""The norm in place of its square."""
VERDICT = "refused"
BREAKS = "the largest of the scores `W @ x + b` belongs to the training row nearest to x"
DEMAND = "layer"

import numpy as np


def nn_layer(X_train):
    T = X_train.astype(float)
    return 2 * T, -np.linalg.norm(T, axis=1)
