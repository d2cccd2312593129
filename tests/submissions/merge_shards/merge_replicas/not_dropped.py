"""The plain merge."""
VERDICT = "refused"
BREAKS = "Count it once."
DEMAND = "once"

import numpy as np


def merge_replicas(a, b):
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    order = np.lexsort((index, d2), axis=-1)[:, : a[0].shape[1]]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)
