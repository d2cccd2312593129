"""np.add.at adds every column of weights to that of its class."""
VERDICT = "passes"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    classes, codes = np.unique(y_train, return_inverse=True)
    d2 = np.zeros((len(X_test), len(X_train)))
    for j in range(X_train.shape[1]):
        d2 += np.subtract.outer(X_test[:, j], X_train[:, j]) ** 2
    if temperature == 0:
        w = np.zeros(d2.shape)
        w[np.arange(len(w)), d2.argmin(axis=1)] = 1.0
    else:
        w = np.exp(-(d2 - d2.min(axis=1, keepdims=True)) / temperature)
        w /= w.sum(axis=1, keepdims=True)
    out = np.zeros((len(classes), len(X_test)))
    np.add.at(out, codes, w.T)
    return out.T
