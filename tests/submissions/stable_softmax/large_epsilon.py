"""An epsilon of 1e-6 in the denominator."""
VERDICT = "refused"
BREAKS = "Values are compared to nine digits."
DEMAND = "softmax"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return e / (e.sum(axis=-1, keepdims=True) + 1e-6)
