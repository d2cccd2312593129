"""Drops rows of equal distance, other rows included."""
VERDICT = "refused"
BREAKS = "Count it once."
DEMAND = "once"

import numpy as np


def merge_replicas(a, b):
    k = a[0].shape[1]
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    for _ in range(2):
        order = np.lexsort((index, d2), axis=1)
        d2, index = np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)
        again = np.zeros(index.shape, dtype=bool)
        again[:, 1:] = d2[:, 1:] == d2[:, :-1]
        d2[again], index[again] = np.inf, -1
    return d2[:, :k], index[:, :k]
