"""The logarithm of a stable softmax: −∞ where it underflows."""
VERDICT = "refused"
BREAKS = "finite for all finite scores"
DEMAND = "finite"

import numpy as np
from scipy.special import softmax


def log_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    with np.errstate(divide="ignore"):
        return np.log(softmax((z - z.max(-1, keepdims=True)) / temperature, axis=-1))
