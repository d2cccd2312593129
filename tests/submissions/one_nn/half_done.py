"""The norms are computed, then the author gave up."""
VERDICT = "refused"
BREAKS = "Return an array of shape (n_test,)"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    a2 = (X_train.astype(float) ** 2).sum(axis=1)
    b2 = (X_test.astype(float) ** 2).sum(axis=1)
    raise NotImplementedError("todo: the mixed term")
