"""Normalizes the columns."""
VERDICT = "refused"
BREAKS = "divided by its sum over the last axis"
DEMAND = "softmax"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp((z - z.max(axis=0)) / temperature)
    return e / e.sum(axis=0)
