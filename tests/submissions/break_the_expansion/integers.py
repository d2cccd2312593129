"""Forgets the decimal point: int64 arrays."""
VERDICT = "refused"
BREAKS = "Return a pair `(X_train, x)` of float64 arrays"
DEMAND = "form"

import numpy as np


def break_the_expansion():
    return np.array([[10**9 + 2], [10**9 + 1]]), np.array([10**9])
