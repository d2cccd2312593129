"""One over the squared distance."""
VERDICT = "refused"
BREAKS = "the weight 1/‖x − t‖ (the distance, not its square)"
DEMAND = "weights"

import numpy as np
from scipy.spatial.distance import cdist


def knn_vote(X_train, y_train, X_test, k):
    D = cdist(X_test, X_train, "sqeuclidean")
    near = D.argsort(axis=1, kind="stable")[:, :k]
    d = np.take_along_axis(D, near, axis=1)
    labels = y_train[near]
    zero = d == 0
    with np.errstate(divide="ignore"):
        w = np.where(zero.any(axis=1, keepdims=True), zero.astype(float), 1 / d)
    votes = ((labels[:, :, None] == labels[:, None, :]) * w[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
