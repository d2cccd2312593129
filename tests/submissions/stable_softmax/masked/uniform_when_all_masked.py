"""Uniform weights where all is masked."""
VERDICT = "refused"
BREAKS = "a row in which all are −∞ gets weights 0"
DEMAND = "masked"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    z = np.where(np.isneginf(z), -1e300, z)
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
