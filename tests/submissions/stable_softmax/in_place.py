"""Shifts z in place where it is float64."""
VERDICT = "refused"
BREAKS = "Do not modify `z`."
DEMAND = "unmodified"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    z -= z.max(axis=-1, keepdims=True)
    e = np.exp(z / temperature)
    return e / e.sum(axis=-1, keepdims=True)
