"""A loop over the templates fills dT."""
VERDICT = "refused"
BREAKS = "No Python loop over the templates."
DEMAND = "no_loop"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    d2 = ((x - T) ** 2).sum(1)
    w = np.exp((d2.min() - d2) / temperature)
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    mean = w @ dw
    dT = np.zeros_like(T)
    for i in range(len(T)):
        dT[i] = 2 * w[i] * (dw[i] - mean) / temperature * (x - T[i])
    return -dT.sum(axis=0), dT
