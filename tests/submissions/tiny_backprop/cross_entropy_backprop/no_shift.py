"""The softmax without its shift."""
VERDICT = "refused"
BREAKS = "Large outputs must not overflow."
DEMAND = "finite"

import numpy as np


def cross_entropy_backprop(X, y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    with np.errstate(all="ignore"):
        e = np.exp(H @ W2 + b2)
        dP = e / e.sum(axis=1, keepdims=True)
    dP[np.arange(len(y)), y] -= 1
    dP /= len(y)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.sum(0), H.T @ dP, dP.sum(0)
