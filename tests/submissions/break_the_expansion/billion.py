"""One feature, a billion away; the nearer row last."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    x = np.array([1e9])
    return np.array([[1e9 + 2], [1e9 + 1]]), x
