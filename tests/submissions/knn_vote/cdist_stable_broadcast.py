"""cdist, a stable sort, votes by comparing all pairs of neighbors."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist


def knn_vote(X_train, y_train, X_test, k):
    order = np.argsort(cdist(X_test, X_train, "sqeuclidean"), axis=1, kind="stable")
    labels = y_train[order[:, :k]]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
