"""x has shape (1, d)."""
VERDICT = "refused"
BREAKS = "of shapes (n, d) and (d,)"
DEMAND = "form"

import numpy as np


def break_the_expansion():
    return np.array([[1e9 + 2], [1e9 + 1]]), np.array([[1e9]])
