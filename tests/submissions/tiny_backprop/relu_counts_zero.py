"""A >= 0 in the mask."""
VERDICT = "refused"
BREAKS = "The derivative of max(a, 0) at a = 0 counts as 0."
DEMAND = "kink"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    dA = (dP @ W2.T) * (A >= 0)
    return X.T @ dA, dA.sum(0), H.T @ dP, dP.sum(0)
