"""Subtracts the row maximum, then divides."""
VERDICT = "passes"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    shifted = z - np.max(z, axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        e = np.exp(shifted / temperature)
    return e / e.sum(axis=-1, keepdims=True)
