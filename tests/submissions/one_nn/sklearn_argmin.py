"""scikit-learn's pairwise_distances_argmin, with the empty test set taken care of by hand."""
VERDICT = "passes"

import numpy as np
from sklearn.metrics import pairwise_distances_argmin


def one_nn(X_train, y_train, X_test):
    if X_test.shape[0] == 0:
        return np.empty((0,), dtype=y_train.dtype)
    winners = pairwise_distances_argmin(X_test.astype(float), X_train.astype(float))
    return y_train[winners]
