"""Widened to float32 only."""
VERDICT = "refused"
BREAKS = "Sums of many squares need more digits than float32 has."
DEMAND = "exact"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = np.float32(X_train), np.float32(X_test)
    return y_train[np.argmin((A * A).sum(-1) - 2 * (B @ A.T), axis=-1)]
