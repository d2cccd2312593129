"""argpartition with kth = k, out of bounds where k is n_train."""
VERDICT = "refused"
BREAKS = "k may be as large as the training set"
DEMAND = "all_rows"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    kth = np.partition(D, k, axis=1)[:, [k]]
    D = np.where(D <= kth, D, np.inf)
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, :k]]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
