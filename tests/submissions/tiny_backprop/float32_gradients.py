"""Computes in float32."""
VERDICT = "refused"
BREAKS = "Gradients are compared to nine digits"
DEMAND = "gradients"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    X, Y, W1, b1, W2, b2 = (v.astype(np.float32) for v in (X, Y, W1, b1, W2, b2))
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / np.float32(len(X))
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(0), H.T @ dP, dP.sum(0)
