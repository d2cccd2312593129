"""The nearer row comes first, and wins the tie that the cancellation leaves."""
VERDICT = "refused"
BREAKS = "both pick *another* row (argmin takes the first of equal values)"
DEMAND = "expanded"

import numpy as np


def break_the_expansion():
    return np.array([[1e9 + 1], [1e9 + 2]]), np.array([1e9])
