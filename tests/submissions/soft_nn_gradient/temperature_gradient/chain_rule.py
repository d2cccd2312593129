"""dL/dτ by the chain rule through z = −d²/τ."""
VERDICT = "passes"

import numpy as np


def temperature_gradient(x, T, Y, target, temperature):
    d2 = ((x - T) ** 2).sum(axis=1)
    e = np.exp((d2.min() - d2) / temperature)
    w = e / e.sum()
    dw = Y @ (w @ Y - target)
    dz = w * (dw - w @ dw)
    return float(dz @ d2 / temperature**2)
