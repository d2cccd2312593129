"""argpartition for the k nearest: an arbitrary one of equals at the border."""
VERDICT = "refused"
BREAKS = "Equally distant rows are in the order of their index."
DEMAND = "near_first"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    near = np.argpartition(D, k - 1, axis=1)[:, :k]
    near = np.take_along_axis(near, np.take_along_axis(D, near, 1).argsort(1, kind="stable"), 1)
    labels = y_train[near]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
