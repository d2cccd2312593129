"""SciPy's softmax and np.eye."""
VERDICT = "passes"

import numpy as np
from scipy.special import softmax


def cross_entropy_backprop(X, y, W1, b1, W2, b2):
    A = X @ W1 + b1
    H = np.maximum(0, A)
    P = softmax(H @ W2 + b2, axis=1)
    dP = (P - np.eye(P.shape[1])[y]) / len(X)
    dA = np.where(A > 0, dP @ W2.T, 0)
    return X.T @ dA, dA.sum(axis=0), H.T @ dP, dP.sum(axis=0)
