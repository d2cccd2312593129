"""scipy.stats.mode takes the smallest of tied labels."""
VERDICT = "refused"
BREAKS = "the one whose nearest member comes first in that order wins"
DEMAND = "tied_votes"

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist


def knn_vote(X_train, y_train, X_test, k):
    if len(X_test) == 0:
        return np.empty(0, y_train.dtype)
    classes, codes = np.unique(y_train, return_inverse=True)
    near = cdist(X_test, X_train, "sqeuclidean").argsort(axis=1, kind="stable")[:, :k]
    return classes[stats.mode(codes[near], axis=1).mode]
