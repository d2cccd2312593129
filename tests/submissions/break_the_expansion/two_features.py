"""Two features, the second decides; six rows."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    x = np.array([3e9, -1e9])
    offsets = np.array([[0, 3], [3, 0], [2, 2], [0, -4], [-3, 0], [0, 1]], dtype=float)
    return x + offsets, x
