"""2 (P − Y) / n, as for the loss without the ½."""
VERDICT = "refused"
BREAKS = "the loss is L = Σ (P − Y)² / (2n)"
DEMAND = "gradients"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = 2 * (H @ W2 + b2 - Y) / len(X)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(0), H.T @ dP, dP.sum(0)
