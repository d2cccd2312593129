"""np.apply_along_axis row by row."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def stable_softmax(z, temperature=1.0):
    def row(v):
        e = np.exp((v - v.max()) / temperature)
        return e / e.sum()

    return np.apply_along_axis(row, -1, np.asarray(z, dtype=float))
