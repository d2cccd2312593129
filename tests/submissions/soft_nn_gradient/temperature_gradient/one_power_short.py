"""Divides by τ where τ² is due."""
VERDICT = "refused"
BREAKS = "Return dL/dτ, one number"
DEMAND = "slope"

import numpy as np


def temperature_gradient(x, T, Y, target, temperature):
    d2 = ((x - T) ** 2).sum(axis=1)
    e = np.exp((d2.min() - d2) / temperature)
    w = e / e.sum()
    dw = Y @ (w @ Y - target)
    return float((w * (dw - w @ dw)) @ d2 / temperature)
