"""Sums outer products row by row."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows of `X`"
DEMAND = "no_loop"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    dW1, db1, dW2, db2 = (np.zeros_like(w) for w in (W1, b1, W2, b2))
    for x, y in zip(X, Y):
        a = x @ W1 + b1
        h = np.maximum(a, 0)
        dp = (h @ W2 + b2 - y) / len(X)
        da = (W2 @ dp) * (a > 0)
        dW1 += np.outer(x, da)
        db1 += da
        dW2 += np.outer(h, dp)
        db2 += dp
    return dW1, db1, dW2, db2
