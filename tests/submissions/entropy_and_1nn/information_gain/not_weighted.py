"""Both sides count one half."""
VERDICT = "refused"
BREAKS = "each side weighted by its share"
DEMAND = "gain"

import numpy as np


def H(labels):
    if labels.size == 0:
        return 0.0
    p = np.unique(labels, return_counts=True)[1] / labels.size
    return float(-(p @ np.log2(p)))


def information_gain(y, goes_left):
    return H(y) - (H(y[goes_left]) + H(y[~goes_left])) / 2
