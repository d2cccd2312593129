"""functools.reduce over a merge of two."""
VERDICT = "passes"

from functools import reduce

import numpy as np


def merge_two(a, b):
    d2, index = np.hstack([a[0], b[0]]), np.hstack([a[1], b[1]])
    order = np.lexsort((index, d2), axis=-1)[:, : a[0].shape[1]]
    return np.take_along_axis(d2, order, 1), np.take_along_axis(index, order, 1)


def merge_many(parts):
    return reduce(merge_two, parts)
