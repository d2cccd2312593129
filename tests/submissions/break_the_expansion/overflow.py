"""Squares that overflow."""
VERDICT = "refused"
BREAKS = "Nothing may overflow."
DEMAND = "form"

import numpy as np


def break_the_expansion():
    return np.array([[2e200], [1.5e200]]), np.array([1e200])
