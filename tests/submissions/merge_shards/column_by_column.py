"""Compares the j-th with the j-th and keeps the better."""
VERDICT = "refused"
BREAKS = "Return the same pair for the rows of both: the k best by distance."
DEMAND = "best"

import numpy as np


def merge_shards(a, b):
    better = (a[0] < b[0]) | ((a[0] == b[0]) & (a[1] < b[1]))
    return np.where(better, a[0], b[0]), np.where(better, a[1], b[1])
