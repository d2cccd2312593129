"""The sum over the rows, not the mean."""
VERDICT = "refused"
BREAKS = "the mean of −ln softmax(P)[y] over the rows"
DEMAND = "gradients"

import numpy as np


def cross_entropy_backprop(X, y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    P = H @ W2 + b2
    e = np.exp(P - P.max(axis=1, keepdims=True))
    dP = e / e.sum(axis=1, keepdims=True)
    dP[np.arange(len(y)), y] -= 1
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(0), H.T @ dP, dP.sum(0)
