"""Subtracts before widening, so unsigned numbers wrap around."""
VERDICT = "refused"
BREAKS = "The numbers may be integers, unsigned ones too"
DEMAND = "integers"

import numpy as np


def stable_softmax(z, temperature=1.0):
    e = np.exp((z - z.max(axis=-1, keepdims=True)) / float(temperature), dtype=np.float64)
    return e / e.sum(axis=-1, keepdims=True)
