"""Columns in the order in which the labels appear."""
VERDICT = "refused"
BREAKS = "The columns are in the sorted order of the labels"
DEMAND = "columns"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    s = 2 * X_test @ X_train.T - (X_train**2).sum(axis=1)
    classes = np.array(list(dict.fromkeys(y_train.tolist())))
    Y = (y_train[:, None] == classes).astype(float)
    if temperature == 0:
        return Y[s.argmax(axis=1)]
    e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True) @ Y
