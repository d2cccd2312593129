"""Divides by n only at the end."""
VERDICT = "passes"

import numpy as np


def relu(a):
    return a * (a > 0)


def tiny_backprop(X, Y, W1, b1, W2, b2):
    A = X @ W1 + b1
    E = relu(A) @ W2 + b2 - Y
    G = E @ W2.T * np.sign(relu(A))
    raw = X.T @ G, np.ones(len(X)) @ G, relu(A).T @ E, np.ones(len(X)) @ E
    return tuple(g / len(X) for g in raw)
