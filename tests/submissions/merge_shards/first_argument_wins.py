"""A stable sort by distance only: the first argument wins a tie."""
VERDICT = "refused"
BREAKS = "Of equal distances the smaller index is the better: neither the order of the arguments may matter"
DEMAND = "index"

import numpy as np


def merge_shards(a, b):
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    order = np.argsort(d2, axis=1, kind="stable")[:, : a[0].shape[1]]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)
