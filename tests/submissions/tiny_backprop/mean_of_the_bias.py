"""Takes the mean over the rows for the biases, after the division by n."""
VERDICT = "refused"
BREAKS = "Return the gradients `(dW1, db1, dW2, db2)` of L"
DEMAND = "gradients"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(A, 0)
    dP = (H @ W2 + b2 - Y) / len(X)
    dA = (dP @ W2.T) * (A > 0)
    return X.T @ dA, dA.mean(0), H.T @ dP, dP.mean(0)
