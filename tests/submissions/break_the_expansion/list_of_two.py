"""A list of the two arrays; powers of two."""
VERDICT = "passes"

import numpy as np


def break_the_expansion():
    big = 2.0**40
    return [np.array([[big + 4.0], [big - 1.0]]), np.array([big])]
