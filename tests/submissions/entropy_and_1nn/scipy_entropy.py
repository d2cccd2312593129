"""scipy.stats.entropy with base 2, and cdist."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import entropy


def entropy_and_1nn(X_train, y_train, X_test):
    counts = np.unique(y_train, return_counts=True)[1]
    D = cdist(X_test.astype(float), X_train.astype(float), "sqeuclidean")
    return entropy(counts, base=2), y_train[D.argmin(axis=1)]
