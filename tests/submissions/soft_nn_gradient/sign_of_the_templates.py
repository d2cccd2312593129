"""dT has the sign of dx."""
VERDICT = "refused"
BREAKS = "the gradients of L with respect to `x`, shape (d,), and to `T`, shape (n, d)"
DEMAND = "gradients"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    diff = x - T
    d2 = (diff**2).sum(1)
    w = np.exp((d2.min() - d2) / temperature)
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    dd2 = -w * (dw - w @ dw) / temperature
    return 2 * dd2 @ diff, 2 * dd2[:, None] * diff
