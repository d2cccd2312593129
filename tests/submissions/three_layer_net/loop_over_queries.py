"""A loop over the queries."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    classes, codes = np.unique(y_train, return_inverse=True)
    out = np.zeros((len(X_test), len(classes)))
    for i in range(len(X_test)):
        d = ((X_train - X_test[i]) ** 2).sum(axis=1)
        if temperature == 0:
            out[i, codes[d.argmin()]] = 1
        else:
            e = np.exp((d.min() - d) / temperature)
            out[i] = np.bincount(codes, weights=e / e.sum(), minlength=len(classes))
    return out
