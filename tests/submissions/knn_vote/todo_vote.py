"""The neighbors are found, the vote is to come."""
VERDICT = "refused"
BREAKS = "Return for every query the label that most of its k neighbors have"
DEMAND = "majority"

import numpy as np


def knn_vote(X_train, y_train, X_test, k):
    order = np.argsort(((X_test[:, None] - X_train) ** 2).sum(-1), axis=1, kind="stable")
    labels = y_train[order[:, :k]]
    raise NotImplementedError("todo: vote among %s" % (labels.shape,))
