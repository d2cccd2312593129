"""SciPy's softmax of the shifted and scaled scores."""
VERDICT = "passes"

import numpy as np
from scipy.special import softmax


def stable_softmax(z, temperature=1.0):
    z = np.array(z, dtype=float)
    z -= z.max(axis=-1, keepdims=True)
    z /= temperature
    return softmax(z, axis=-1)
