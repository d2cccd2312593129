"""scipy.special.logsumexp on shifted scores."""
VERDICT = "passes"

import numpy as np
from scipy.special import logsumexp


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z).astype(np.float64)
    z = np.divide(z - np.amax(z, axis=-1, keepdims=True), temperature)
    return np.exp(z - logsumexp(z, axis=-1, keepdims=True))
