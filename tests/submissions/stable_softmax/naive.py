"""The definition as it stands."""
VERDICT = "refused"
BREAKS = "No overflow, no 0/0, no NaN, whatever the size of `z`"
DEMAND = "large"

import numpy as np


def stable_softmax(z, temperature=1.0):
    e = np.exp(np.asarray(z, float) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
