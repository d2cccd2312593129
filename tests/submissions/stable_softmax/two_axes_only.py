"""axis=1 is written out, so one axis is too few and three are wrong."""
VERDICT = "refused"
BREAKS = "`z`: array of one or more axes"
DEMAND = "softmax"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp((z - z.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True)
