"""Normalizes over the wrong axis."""
VERDICT = "refused"
BREAKS = "taken over the training rows"
DEMAND = "probabilities"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    s = 2 * X_test @ X_train.T - (X_train**2).sum(axis=1)
    classes, codes = np.unique(y_train, return_inverse=True)
    Y = np.eye(len(classes))[codes]
    if temperature == 0:
        return Y[s.argmax(axis=1)]
    if not len(s):
        return s @ Y
    e = np.exp((s - s.max(axis=0, keepdims=True)) / temperature)
    return e / e.sum(axis=0, keepdims=True) @ Y
