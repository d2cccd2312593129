"""The name is bound to an instance of a class with __call__, not to a function."""
VERDICT = "passes"

import numpy as np


class NearestNeighbor:
    """1NN with the direct difference, one feature at a time."""

    def __init__(self, dtype=np.float64):
        self.dtype = dtype

    def distances(self, A, B):
        total = np.zeros((len(A), len(B)), dtype=self.dtype)
        for column in range(A.shape[1]):
            total += np.subtract.outer(A[:, column], B[:, column]) ** 2
        return total

    def __call__(self, X_train, y_train, X_test):
        A = X_test.astype(self.dtype)
        B = X_train.astype(self.dtype)
        return np.take(y_train, self.distances(A, B).argmin(axis=-1))


one_nn = NearestNeighbor()
