"""Merges the first two only."""
VERDICT = "refused"
BREAKS = "`parts` is a list of one or more such pairs: return them merged."
DEMAND = "all_parts"

import numpy as np


def merge_many(parts):
    if len(parts) == 1:
        return parts[0]
    a, b = parts[:2]
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    order = np.lexsort((index, d2), axis=-1)[:, : a[0].shape[1]]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)
