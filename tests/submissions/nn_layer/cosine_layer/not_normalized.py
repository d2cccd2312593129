"""The dot product without the lengths."""
VERDICT = "refused"
BREAKS = "whose largest score belongs to the row of largest cosine with x"
DEMAND = "cosine"

import numpy as np


def cosine_layer(X_train):
    T = X_train.astype(np.float64)
    return T, np.zeros(len(T))
