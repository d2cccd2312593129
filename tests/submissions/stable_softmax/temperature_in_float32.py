"""The exponential is taken in float32 and widened at the end."""
VERDICT = "refused"
BREAKS = "Values are compared to nine digits."
DEMAND = "softmax"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    e = np.exp(((z - z.max(axis=-1, keepdims=True)) / temperature).astype(np.float32))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float64)
