"""Reverses, so that the farthest of the tied labels wins."""
VERDICT = "refused"
BREAKS = "the one whose nearest member comes first in that order wins"
DEMAND = "tied_votes"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, :k]][:, ::-1]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
