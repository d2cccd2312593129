"""SciPy's entr for 0 · ln 0."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import entr, softmax


def effective_neighbors(X_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    w = softmax((D.min(axis=1, keepdims=True) - D) / temperature, axis=1)
    return np.exp(entr(w).sum(axis=1))
