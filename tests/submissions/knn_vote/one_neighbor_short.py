"""k − 1 neighbors, one at least."""
VERDICT = "refused"
BREAKS = "The k neighbors of a query are the first k rows"
DEMAND = "majority"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, : max(1, k - 1)]]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
