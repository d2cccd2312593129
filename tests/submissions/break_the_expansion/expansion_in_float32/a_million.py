"""A million in size."""
VERDICT = "refused"
BREAKS = "Every number is less than 100,000 in size."
DEMAND = "below"

import numpy as np


def break_the_expansion():
    x = np.array([1e6], dtype=np.float32)
    return np.array([[1e6 + 2], [1e6 + 1]], dtype=np.float32), x
