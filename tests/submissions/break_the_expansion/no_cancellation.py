"""Numbers too small to cancel."""
VERDICT = "refused"
BREAKS = "computed in float64, both pick *another* row"
DEMAND = "expanded"

import numpy as np


def break_the_expansion():
    return np.array([[1002.0], [1001.0]]), np.array([1000.0])
