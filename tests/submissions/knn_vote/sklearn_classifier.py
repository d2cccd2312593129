"""scikit-learn's KNeighborsClassifier, which gives a tied vote to the smallest label."""
VERDICT = "refused"
BREAKS = "the one whose nearest member comes first in that order wins"
DEMAND = "tied_votes"

import numpy as np
from sklearn.neighbors import KNeighborsClassifier


def knn_vote(X_train, y_train, X_test, k):
    if not len(X_test):
        return y_train[:0]
    return KNeighborsClassifier(k, algorithm="brute").fit(X_train, y_train).predict(X_test)
