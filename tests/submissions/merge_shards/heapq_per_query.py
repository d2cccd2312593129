"""heapq.merge for every query."""
VERDICT = "refused"
BREAKS = "No Python loop over the queries"
DEMAND = "no_loop"

import heapq
from itertools import islice

import numpy as np


def merge_shards(a, b):
    m, k = a[0].shape
    d2, index = np.empty((m, k)), np.empty((m, k), dtype=np.intp)
    for q in range(m):
        pairs = heapq.merge(zip(a[0][q], a[1][q]), zip(b[0][q], b[1][q]))
        for j, (d, i) in enumerate(islice(pairs, k)):
            d2[q, j], index[q, j] = d, i
    return d2, index
