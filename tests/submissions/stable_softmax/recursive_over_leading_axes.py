"""Recursion over the first axis."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    if z.ndim > 1:
        return np.array([stable_softmax(row, temperature) for row in z]).reshape(z.shape)
    e = np.exp((z - z.max()) / temperature)
    return e / e.sum()
