"""Replaces −1 by a huge index for the sort, and leaves it."""
VERDICT = "refused"
BREAKS = "fill up in the same way where both together have fewer than k"
DEMAND = "filled"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    d2 = np.concatenate([a[0], b[0]], axis=1)
    index = np.concatenate([a[1], b[1]], axis=1)
    index[index < 0] = np.iinfo(np.intp).max
    order = np.lexsort((index, d2), axis=1)[:, :k]
    return np.take_along_axis(d2, order, axis=1), np.take_along_axis(index, order, axis=1)
