"""Rows near 50,000, one apart."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    x = np.array([50000.0], dtype=np.float32)
    T = np.array([[50002.0], [50001.0]], dtype=np.float32)
    return T, x
