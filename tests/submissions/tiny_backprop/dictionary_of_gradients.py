"""A dictionary of gradients, turned into a tuple at the end; the last step by dot."""
VERDICT = "passes"

import numpy as np


def tiny_backprop(X, Y, W1, b1, W2, b2):
    grads = {}
    pre = X.dot(W1) + b1[None, :]
    act = np.where(pre > 0, pre, 0)
    err = act.dot(W2) + b2[None, :] - Y
    err /= X.shape[0]
    grads["b2"] = err.sum(axis=0)
    grads["W2"] = act.T.dot(err)
    back = err.dot(W2.T)
    back[~(pre > 0)] = 0.0
    grads["W1"] = X.T.dot(back)
    grads["b1"] = back.sum(axis=0)
    return tuple(grads[name] for name in ("W1", "b1", "W2", "b2"))
