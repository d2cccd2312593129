"""1e-12 in place of 0 shares the weight among equals."""
VERDICT = "refused"
BREAKS = "Of equally near rows it goes to that with the smallest index."
DEMAND = "earliest"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    temperature = max(temperature, 1e-12)
    s = 2 * X_test @ X_train.T - (X_train**2).sum(axis=1)
    classes, codes = np.unique(y_train, return_inverse=True)
    e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True) @ np.eye(len(classes))[codes]
