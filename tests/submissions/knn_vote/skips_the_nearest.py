"""[:, 1:k+1], as for leave-one-out."""
VERDICT = "refused"
BREAKS = "The k neighbors of a query are the first k rows in the order of squared Euclidean distance."
DEMAND = "majority"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, 1 : k + 1]]
    if labels.shape[1] == 0:
        labels = y_train[D.argmin(1)][:, None]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
