"""The default sort."""
VERDICT = "refused"
BREAKS = "Equally distant rows are in the order of their index."
DEMAND = "near_first"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1)[:, :k]]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
