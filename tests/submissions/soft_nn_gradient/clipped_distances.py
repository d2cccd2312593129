"""Clips the exponent at −700 in place of a shift: finite, and wrong far away."""
VERDICT = "refused"
BREAKS = "Stay finite when distances are large or τ is small."
DEMAND = "finite"

import numpy as np


def soft_nn_gradient(x, T, Y, target, temperature):
    diff = x - T
    w = np.exp(np.maximum(-(diff**2).sum(1) / temperature, -700))
    w /= w.sum()
    dw = Y @ (w @ Y - target)
    dd2 = -w * (dw - w @ dw) / temperature
    return 2 * dd2 @ diff, -2 * dd2[:, None] * diff
