"""1/(d + 1) against the division by zero."""
VERDICT = "refused"
BREAKS = "If any neighbor is at distance 0, only those at distance 0 vote, with equal weights."
DEMAND = "coincident"

import numpy as np
from scipy.spatial.distance import cdist


def knn_vote(X_train, y_train, X_test, k):
    D = cdist(X_test, X_train)
    near = D.argsort(axis=1, kind="stable")[:, :k]
    w = 1 / (np.take_along_axis(D, near, axis=1) + 1e-3)
    labels = y_train[near]
    votes = ((labels[:, :, None] == labels[:, None, :]) * w[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
