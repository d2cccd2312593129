"""log₂ n minus the mean of log₂ counts, summed by math.fsum over the classes."""
VERDICT = "passes"

import math

import numpy as np
from scipy.spatial.distance import cdist


def entropy_and_1nn(X_train, y_train, X_test):
    n = y_train.shape[0]
    counts = np.unique(y_train, return_counts=True)[1].tolist()
    H = math.log2(n) - math.fsum(c * math.log2(c) for c in counts) / n
    return H, y_train[cdist(X_test.astype(float), X_train.astype(float)).argmin(axis=1)]
