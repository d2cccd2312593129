"""Rounds the distances to six decimals so that ties come out as ties."""
VERDICT = "refused"
BREAKS = "rows whose distances differ in the eighth digit are not equally close"
DEMAND = "precision"

import numpy as np
from scipy.spatial.distance import cdist


def one_nn(X_train, y_train, X_test):
    D = cdist(X_test.astype(float), X_train.astype(float), "sqeuclidean").round(6)
    return y_train[D.argmin(axis=1)]
