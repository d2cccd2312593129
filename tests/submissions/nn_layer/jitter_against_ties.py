"""A tiny amount is taken off the bias of later rows so that the earliest wins."""
VERDICT = "refused"
BREAKS = "Equal training rows must get equal weights and biases"
DEMAND = "twins"

import numpy as np


def nn_layer(X_train):
    T = X_train.astype(float)
    return 2 * T, -(T * T).sum(axis=1) - 1e-9 * np.arange(len(T))
