"""static and class methods, the counts from a sorted copy."""
VERDICT = "passes"

import numpy as np


class Labels:
    def __init__(self, y):
        self.y = y

    @staticmethod
    def plogp(p):
        return p * np.log2(p)

    @property
    def bits(self):
        s = np.sort(self.y)
        edges = np.flatnonzero(np.r_[True, s[1:] != s[:-1], True])
        return -self.plogp(np.diff(edges) / s.size).sum() + 0.0

    def nearest(self, X, Q):
        return self.y[np.argmax(Q @ X.T - 0.5 * (X * X).sum(axis=1), axis=1)]


def entropy_and_1nn(X_train, y_train, X_test):
    labels = Labels(y_train)
    return labels.bits, labels.nearest(X_train.astype(float), X_test.astype(float))
