"""Takes the second entry of the sorted row, which is oneself for a later twin."""
VERDICT = "refused"
BREAKS = "For each row of X (n, d) return the label of its nearest *other* row"
DEMAND = "twins"

import numpy as np
from scipy.spatial.distance import cdist


def leave_one_out(X, y):
    D = cdist(X.astype(float), X.astype(float), "sqeuclidean")
    return y[np.argsort(D, axis=1, kind="stable")[:, 1]]
