"""Sends float32 to save the network."""
VERDICT = "refused"
BREAKS = "Distances pass unrounded: all 53 bits count."
DEMAND = "precision"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    d2 = np.concatenate([a[0], b[0]], axis=1).astype(np.float32)
    index = np.concatenate([a[1], b[1]], axis=1)
    order = np.lexsort((index, d2), axis=1)[:, :k]
    return np.take_along_axis(d2, order, axis=1).astype(float), np.take_along_axis(index, order, axis=1)
