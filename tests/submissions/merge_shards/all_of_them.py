"""Returns all 2k."""
VERDICT = "refused"
BREAKS = "the k best by distance"
DEMAND = "best"

import numpy as np


def merge_shards(a, b):
    d2 = np.concatenate([a[0], b[0]], axis=1)
    index = np.concatenate([a[1], b[1]], axis=1)
    order = np.lexsort((index, d2), axis=1)
    return np.take_along_axis(d2, order, axis=1), np.take_along_axis(index, order, axis=1)
