"""Excludes every row at distance zero, twins included."""
VERDICT = "refused"
BREAKS = "Rows may occur twice; of equally near ones the earliest index counts."
DEMAND = "twins"

import numpy as np
from scipy.spatial.distance import cdist


def leave_one_out(X, y):
    D = cdist(X.astype(float), X.astype(float), "sqeuclidean")
    D[D == 0] = np.inf
    return y[np.argmin(D, axis=1)]
