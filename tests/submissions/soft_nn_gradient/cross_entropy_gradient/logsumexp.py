"""Masked scores of −∞ for the class's own softmax."""
VERDICT = "passes"

import numpy as np
from scipy.special import softmax


def cross_entropy_gradient(x, T, codes, target, temperature):
    diff = x - T
    d2 = np.einsum("ij,ij->i", diff, diff)
    z = (d2.min() - d2) / temperature
    everyone = softmax(z)
    mine = np.where(codes == target, (d2[codes == target].min() - d2) / temperature, -np.inf)
    dz = everyone - softmax(mine)
    return -2 / temperature * (dz @ diff), 2 / temperature * dz[:, None] * diff
