"""float32, where it is easier."""
VERDICT = "refused"
BREAKS = "Return a pair `(X_train, x)` of float64 arrays"
DEMAND = "form"

import numpy as np


def break_the_expansion():
    return np.array([[8194], [8193]], dtype=np.float32), np.array([8192], dtype=np.float32)
