"""So far out that the rows themselves become equal."""
VERDICT = "refused"
BREAKS = "The direct form, the sum of (x − t)², computed in float64, finds it."
DEMAND = "clear"

import numpy as np


def break_the_expansion():
    return np.array([[1e17 + 2], [1e17 + 1]]), np.array([1e17])
