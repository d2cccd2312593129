"""Divides by p, which may be 0."""
VERDICT = "refused"
BREAKS = "They are finite even where p underflows."
DEMAND = "finite"

import numpy as np


def cross_entropy_gradient(x, T, codes, target, temperature):
    diff = x - T
    d2 = (diff**2).sum(axis=1)
    w = np.exp((d2.min() - d2) / temperature)
    w /= w.sum()
    own = codes == target
    with np.errstate(all="ignore"):
        g = w - own * w / w[own].sum()
    dT = 2 * (g / temperature)[:, None] * diff
    return -dT.sum(axis=0), dT
