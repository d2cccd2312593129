"""Takes the labels for class numbers from 0."""
VERDICT = "refused"
BREAKS = "`y_train` (n_train,) integer or string labels"
DEMAND = "columns"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    s = 2 * X_test @ X_train.T - (X_train**2).sum(axis=1)
    Y = np.eye(y_train.max() + 1)[y_train]
    if temperature == 0:
        return Y[s.argmax(axis=1)]
    e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True) @ Y
