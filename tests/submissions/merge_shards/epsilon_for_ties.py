"""Adds a little of the index to the distance to settle ties."""
VERDICT = "refused"
BREAKS = "Distances pass unrounded: all 53 bits count."
DEMAND = "precision"

import numpy as np


def merge_shards(a, b):
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    order = np.argsort(d2 + 1e-9 * index, axis=1, kind="stable")[:, : a[0].shape[1]]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)
