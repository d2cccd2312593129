"""One-hot votes on the labels as class numbers, in int64."""
VERDICT = "refused"
BREAKS = "Labels are integers or strings, and keep their dtype"
DEMAND = "labels"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    D = (X_train**2).sum(1) - 2 * X_test @ X_train.T
    labels = y_train[np.argsort(D, axis=1, kind="stable")[:, :k]]
    counts = np.eye(int(y_train.max()) + 1)[labels].sum(axis=1)
    mine = np.take_along_axis(counts, labels, axis=1)
    return labels[np.arange(len(labels)), mine.argmax(axis=1)].astype(np.int64)
