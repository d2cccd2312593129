"""Overflows and replaces NaN afterwards."""
VERDICT = "refused"
BREAKS = "return what it would give in exact arithmetic, rounded"
DEMAND = "large"

import numpy as np


def stable_softmax(z, temperature=1.0):
    with np.errstate(all="ignore"):
        e = np.exp(np.asarray(z, float) / temperature)
        return np.nan_to_num(e / e.sum(-1, keepdims=True))
