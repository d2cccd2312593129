"""argpartition gives the k best in any order."""
VERDICT = "refused"
BREAKS = "Every row of the pair is ordered by distance, equal distances by index."
DEMAND = "index"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    d2 = np.concatenate([a[0], b[0]], axis=1)
    index = np.concatenate([a[1], b[1]], axis=1)
    order = np.argpartition(d2, k - 1, axis=1)[:, :k]
    return np.take_along_axis(d2, order, axis=1), np.take_along_axis(index, order, axis=1)
