"""Squared distances 4 and 3."""
VERDICT = "refused"
BREAKS = "every other squared distance is at least twice as large"
DEMAND = "clear"

import numpy as np


def break_the_expansion():
    x = np.full(4, 1e9)
    T = np.array([[1.0, 1, 1, 1], [1, 1, 1, 0]]) + 1e9
    return T, x
