"""Divides by the number of classes in place of k."""
VERDICT = "refused"
BREAKS = "the entropy, in bits, of the labels of its k nearest rows"
DEMAND = "local"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import entr


def entropy_of_neighbors(X_train, y_train, X_test, k):
    near = cdist(X_test, X_train, "sqeuclidean").argsort(axis=1, kind="stable")[:, :k]
    classes = np.unique(y_train)
    share = (y_train[near][:, :, None] == classes).sum(axis=1) / len(classes)
    return entr(share).sum(axis=1) / np.log(2)
