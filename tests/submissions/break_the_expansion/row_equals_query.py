"""The nearest row is the query itself, at distance 0."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    base = np.float64(2**30)
    X_train = np.stack([base + np.ones(3), base + np.zeros(3)])
    return X_train, np.full(3, base)
