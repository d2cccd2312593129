"""Clips the exponents at ±700 in place of a shift."""
VERDICT = "refused"
BREAKS = "return what it would give in exact arithmetic, rounded"
DEMAND = "large"

import numpy as np


def stable_softmax(z, temperature=1.0):
    e = np.exp(np.clip(np.asarray(z, float) / temperature, -700, 700))
    return e / e.sum(axis=-1, keepdims=True)
