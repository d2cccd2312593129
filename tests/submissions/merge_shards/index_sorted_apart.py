"""Sorts distances and indices each by itself."""
VERDICT = "refused"
BREAKS = "the indices of those rows among *all* training rows"
DEMAND = "best"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    return np.sort(np.hstack([a[0], b[0]]), axis=1)[:, :k], np.sort(np.hstack([a[1], b[1]]), 1)[:, :k]
