"""Draws rows at random until both forms fail, in every order of summation that it knows."""
VERDICT = "passes"

import numpy as np


def fails(T, x):
    for order in (slice(None), slice(None, None, -1)):
        U, v = T[:, order], x[order]
        tt = np.zeros(len(U))
        xt = np.zeros(len(U))
        xx = 0.0
        for j in range(len(v)):
            tt += U[:, j] * U[:, j]
            xt += v[j] * U[:, j]
            xx += v[j] * v[j]
        best = ((U - v) ** 2).sum(1).argmin()
        if (xx - 2 * xt + tt).argmin() == best or (tt - 2 * xt).argmin() == best:
            return False
    return True


def break_the_expansion():
    rng = np.random.default_rng(1)
    while True:
        x = 1e9 + rng.integers(0, 100, 3).astype(float)
        T = x + rng.permutation([[3.0, 0, 0], [0, 1, 0], [0, 2, 2], [2, 0, 1]])
        if fails(T, x):
            return T, x
