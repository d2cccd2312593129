"""Sorts the training set by label in place "to group the classes"."""
VERDICT = "refused"
BREAKS = "Do not modify the inputs."
DEMAND = "unmodified"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, :k]]
    y_train.sort()
    classes = y_train[np.concatenate([[True], y_train[1:] != y_train[:-1]])]
    votes = sum((labels == c) * (labels == c).sum(1, keepdims=True) for c in classes)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]
