"""Counter.most_common for every query; the tie goes to the first met, as wanted."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows of either array."
DEMAND = "no_loop"

from collections import Counter

import numpy as np
from scipy.spatial.distance import cdist


def knn_vote(X_train, y_train, X_test, k):
    order = np.argsort(cdist(X_test, X_train, "sqeuclidean"), axis=1, kind="stable")[:, :k]
    winners = [Counter(row).most_common(1)[0][0] for row in y_train[order].tolist()]
    return np.array(winners, dtype=y_train.dtype)
