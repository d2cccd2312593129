"""The entropy in bits, and then e to it."""
VERDICT = "refused"
BREAKS = "Return for each query e^H, where H = −Σ w ln w"
DEMAND = "entropy"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy


def effective_neighbors(X_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    w = softmax((D.min(axis=1, keepdims=True) - D) / temperature, axis=1)
    return np.exp(entropy(w, base=2, axis=1))
