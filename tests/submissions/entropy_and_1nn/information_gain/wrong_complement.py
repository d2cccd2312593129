"""The other side is everything."""
VERDICT = "refused"
BREAKS = "split by the boolean array `goes_left`"
DEMAND = "gain"

import numpy as np


def H(labels):
    if labels.size == 0:
        return 0.0
    p = np.unique(labels, return_counts=True)[1] / labels.size
    return float(-(p @ np.log2(p)))


def information_gain(y, goes_left):
    share = goes_left.mean()
    return H(y) - share * H(y[goes_left]) - (1 - share) * H(y)
