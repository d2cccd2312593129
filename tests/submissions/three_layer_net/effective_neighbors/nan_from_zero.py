"""w · ln w with w = 0 gives NaN."""
VERDICT = "refused"
BREAKS = "0 · ln 0 counts as 0"
DEMAND = "entropy"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import softmax


def effective_neighbors(X_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    w = softmax((D.min(axis=1, keepdims=True) - D) / temperature, axis=1)
    with np.errstate(all="ignore"):
        return np.exp(-(w * np.log(w)).sum(axis=1))
