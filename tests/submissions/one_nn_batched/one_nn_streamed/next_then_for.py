"""The first block by next(iter), a class holds the state."""
VERDICT = "passes"

import numpy as np


class Best:
    def __init__(self, Q):
        self.Q = Q
        self.d = np.full(len(Q), np.inf)
        self.y = None

    def feed(self, X, y):
        if self.y is None:
            self.y = np.empty(len(self.Q), dtype=y.dtype)
        scores = np.einsum("ij,ij->i", X, X) - 2.0 * (self.Q @ X.T)
        arg = scores.argmin(1)
        low = scores[np.arange(len(arg)), arg]
        mask = low < self.d
        self.d[mask] = low[mask]
        self.y[mask] = y[arg[mask]]


def one_nn_streamed(train_blocks, X_test):
    blocks = iter(train_blocks)
    best = Best(X_test)
    best.feed(*next(blocks))
    for X, y in blocks:
        best.feed(X, y)
    return best.y
