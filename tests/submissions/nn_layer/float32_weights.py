"""Weights in float32, as a network has them."""
VERDICT = "refused"
BREAKS = "Weights and biases carry float64's digits"
DEMAND = "precision"

import numpy as np


def nn_layer(X_train):
    T = X_train.astype(np.float32)
    return 2 * T, -(T * T).sum(axis=1)
