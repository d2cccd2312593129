"""Stacks distances and indices, so that the indices become floats."""
VERDICT = "refused"
BREAKS = "the indices of those rows among *all* training rows (intp)"
DEMAND = "best"

import numpy as np


def merge_shards(a, b):
    k = a[0].shape[1]
    both = np.concatenate([np.stack(a), np.stack(b)], axis=2)
    order = np.lexsort((both[1], both[0]), axis=1)[:, :k]
    d2, index = np.take_along_axis(both, order[None], axis=2)
    return d2, index
