"""The mean entropy of an empty side is NaN."""
VERDICT = "refused"
BREAKS = "A side may be empty."
DEMAND = "gain"

import numpy as np


def H(labels):
    p = np.array([np.mean(labels == c) for c in np.unique(labels)] or [np.nan])
    return float(-(p * np.log2(p)).sum())


def information_gain(y, goes_left):
    share = goes_left.mean()
    return H(y) - share * H(y[goes_left]) - (1 - share) * H(y[~goes_left])
