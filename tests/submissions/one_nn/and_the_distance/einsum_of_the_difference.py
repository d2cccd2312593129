"""The winner by cdist, and then the distance once more from the winner's row."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist


def one_nn(X_train, y_train, X_test):
    T, Q = X_train.astype(np.float64), X_test.astype(np.float64)
    i = cdist(Q, T, "sqeuclidean").argmin(axis=1)
    diff = Q - T[i]
    return y_train[i], np.einsum("ij,ij->i", diff, diff)
