"""The bias by a list comprehension."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def nn_layer(X_train):
    W = X_train.astype(float)
    return W, np.array([-0.5 * float(w @ w) for w in W])
