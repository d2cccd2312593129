"""The median in place of the mean."""
VERDICT = "refused"
BREAKS = "Return the mean target of the k neighbors."
DEMAND = "mean"

import numpy as np
from scipy.spatial.distance import cdist


def knn_mean(X_train, y_train, X_test, k):
    near = cdist(X_test, X_train, "sqeuclidean").argsort(axis=1, kind="stable")[:, :k]
    return np.median(y_train[near], axis=1)
