"""A loop over the two sides."""
VERDICT = "passes"

import numpy as np
from scipy.stats import entropy


def information_gain(y, goes_left):
    def H(v):
        return entropy(np.unique(v, return_counts=True)[1], base=2) if v.size else 0.0

    gain = H(y)
    for side in (goes_left, ~goes_left):
        gain -= side.mean() * H(y[side])
    return gain
