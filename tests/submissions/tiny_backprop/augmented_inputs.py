"""The biases as a further row of the weights; a list comes back in place of a tuple."""
VERDICT = "passes"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    one = np.ones((len(X), 1))
    X1 = np.hstack([X, one])
    A = X1 @ np.vstack([W1, b1])
    H1 = np.hstack([np.maximum(A, 0), one])
    dP = (H1 @ np.vstack([W2, b2]) - Y) / len(X)
    G2 = H1.T @ dP
    G1 = X1.T @ ((dP @ W2.T) * np.heaviside(A, 0))
    return [G1[:-1], G1[-1], G2[:-1], G2[-1]]
