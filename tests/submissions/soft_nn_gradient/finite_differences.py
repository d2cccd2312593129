"""Central differences entry by entry: a loop over the templates, and few digits."""
VERDICT = "refused"
BREAKS = "No Python loop over the templates."
DEMAND = "no_loop"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature, h=1e-5):
    def loss(x, T):
        d2 = ((x - T) ** 2).sum(1)
        w = np.exp((d2.min() - d2) / temperature)
        p = w @ Y / w.sum()
        return 0.5 * ((p - target) ** 2).sum()

    dx, dT = np.zeros_like(x), np.zeros_like(T)
    for j in range(len(x)):
        e = np.zeros_like(x)
        e[j] = h
        dx[j] = (loss(x + e, T) - loss(x - e, T)) / (2 * h)
    for i in np.ndindex(T.shape):
        E = np.zeros_like(T)
        E[i] = h
        dT[i] = (loss(x, T + E) - loss(x, T - E)) / (2 * h)
    return dx, dT
