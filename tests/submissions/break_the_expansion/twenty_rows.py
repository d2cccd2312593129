"""Twenty rows."""
VERDICT = "refused"
BREAKS = "2 ≤ n ≤ 10"
DEMAND = "form"

import numpy as np


def break_the_expansion():
    x = np.array([1e9])
    return (x + np.arange(21.0, 1.0, -1))[:, None], x
