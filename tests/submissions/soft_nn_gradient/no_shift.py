"""The softmax without a shift."""
VERDICT = "refused"
BREAKS = "Stay finite when distances are large or τ is small."
DEMAND = "finite"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    diff = x - T
    w = np.exp(-(diff**2).sum(1) / temperature)
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    dd2 = -w * (dw - w @ dw) / temperature
    return 2 * dd2 @ diff, -2 * dd2[:, None] * diff
