"""Shifts by the minimum in place of the maximum."""
VERDICT = "refused"
BREAKS = "No overflow, no 0/0, no NaN"
DEMAND = "large"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    e = np.exp((z - z.min(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
