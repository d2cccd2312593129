"""Two far clouds whose means cancel."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    big = 1e9
    T = np.array([[big + 2], [big + 1], [-big - 2], [-big - 1]])
    return T, np.array([big])
