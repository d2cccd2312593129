"""The query first, the rows second."""
VERDICT = "refused"
BREAKS = "Return a pair `(X_train, x)`"
DEMAND = "form"

import numpy as np


def break_the_expansion():
    return np.array([1e9]), np.array([[1e9 + 2], [1e9 + 1]])
