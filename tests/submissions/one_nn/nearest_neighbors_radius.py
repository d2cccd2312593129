"""scikit-learn's pairwise euclidean_distances with squared=True, empty test set returned early."""
VERDICT = "passes"

import numpy as np
from sklearn.metrics.pairwise import euclidean_distances


def one_nn(X_train, y_train, X_test):
    if X_test.shape[0] == 0:
        return np.array([], dtype=y_train.dtype)
    D = euclidean_distances(X_test.astype(float), X_train.astype(float), squared=True)
    return y_train[D.argmin(axis=1)]
