"""The whole matrix at once."""
VERDICT = "refused"
BREAKS = "Hold at most `max_bytes` bytes at a time besides the inputs and the result."
DEMAND = "budget"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes=None):
    a2 = (X_train**2).sum(1)
    return y_train[(a2 - 2 * X_test @ X_train.T).argmin(1)]
