"""functools.reduce over the stream, a query block at a time inside."""
VERDICT = "passes"

from functools import reduce

import numpy as np


def one_nn_streamed(train_blocks, X_test):
    def step(state, block):
        X, y = block
        d2 = (X**2).sum(1) - 2 * X_test @ X.T
        low, label = d2.min(axis=1), y[d2.argmin(axis=1)]
        if state is None:
            return low, label
        closer = low < state[0]
        return np.where(closer, low, state[0]), np.where(closer, label, state[1])

    return reduce(step, train_blocks, None)[1]
