"""The distance, not its square."""
VERDICT = "refused"
BREAKS = "the squared distance of every query to its winner"
DEMAND = "pair"

import numpy as np
from scipy.spatial.distance import cdist


def one_nn(X_train, y_train, X_test):
    D = cdist(X_test.astype(float), X_train.astype(float))
    return y_train[D.argmin(1)], D.min(1)
