"""keepdims left in: the bias gradients have shape (1, h)."""
VERDICT = "refused"
BREAKS = "each in the shape of its weight"
DEMAND = "gradients"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(0, keepdims=True), H.T @ dP, dP.sum(0, keepdims=True)
