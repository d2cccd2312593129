"""The covariance of dw and d² under the weights."""
VERDICT = "passes"

import numpy as np
from scipy.special import softmax


def temperature_gradient(x, T, Y, target, temperature):
    d2 = ((x - T) ** 2).sum(axis=1)
    d2 = d2 - d2.min()
    w = softmax(-d2 / temperature)
    dw = Y @ (Y.T @ w - target)
    return (w @ (dw * d2) - (w @ dw) * (w @ d2)) / temperature**2
