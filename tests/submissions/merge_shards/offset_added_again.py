"""Adds an offset to the second shard's indices."""
VERDICT = "refused"
BREAKS = "the indices of those rows among *all* training rows"
DEMAND = "best"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    offset = a[1].max(initial=-1) + 1
    d2 = np.concatenate([a[0], b[0]], axis=1)
    index = np.concatenate([a[1], np.where(b[1] < 0, -1, b[1] + offset)], axis=1)
    order = np.lexsort((index, d2), axis=1)[:, :k]
    return np.take_along_axis(d2, order, axis=1), np.take_along_axis(index, order, axis=1)
