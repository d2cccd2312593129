"""Through W = 2T and b = −‖t‖², as in the network."""
VERDICT = "passes"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    W = 2 * T
    b = -(T * T).sum(axis=1)
    s = W @ x + b
    w = np.exp((s - s.max()) / temperature)
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    ds = w * (dw - w @ dw) / temperature
    dW = np.outer(ds, x)
    return W.T @ ds, 2 * dW - 2 * ds[:, None] * T
