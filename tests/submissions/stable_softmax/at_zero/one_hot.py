"""All weight to the first maximum."""
VERDICT = "refused"
BREAKS = "shares the weight evenly among the maxima"
DEMAND = "limit"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    if temperature == 0:
        return np.eye(z.shape[-1])[z.argmax(axis=-1)]
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
