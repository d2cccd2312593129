"""Standardizes the features, as one would for a real data set."""
VERDICT = "refused"
BREAKS = "under squared Euclidean distance"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    mu, sd = X_train.mean(0), X_train.std(0) + 1e-9
    A, B = (X_train - mu) / sd, (X_test - mu) / sd
    return y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
