"""Takes the softmax's Jacobian to be w (1 − w) on the diagonal only."""
VERDICT = "refused"
BREAKS = "w = softmax(−‖x − t_i‖² / τ) over the templates"
DEMAND = "gradients"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    diff = x - T
    d2 = (diff**2).sum(1)
    w = np.exp((d2.min() - d2) / temperature)
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    dd2 = -w * (1 - w) * dw / temperature
    return 2 * dd2 @ diff, -2 * dd2[:, None] * diff
