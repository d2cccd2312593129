"""The first drill's answer once more."""
VERDICT = "refused"
BREAKS = "Every column of `X_train` (whole numbers) sums to zero."
DEMAND = "mean"

import numpy as np


def break_the_expansion():
    return np.array([[1e9 + 2], [1e9 + 1]]), np.array([1e9])
