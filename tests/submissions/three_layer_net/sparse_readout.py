"""A sparse one-hot matrix as the readout."""
VERDICT = "passes"

import numpy as np
from scipy import sparse


def three_layer_net(X_train, y_train, X_test, temperature):
    classes, codes = np.unique(y_train, return_inverse=True)
    n = len(codes)
    readout = sparse.csr_array((np.ones(n), (np.arange(n), codes)), shape=(n, len(classes)))
    s = X_test @ X_train.T - (X_train**2).sum(1) / 2
    if temperature == 0:
        w = np.zeros_like(s)
        np.put_along_axis(w, s.argmax(1)[:, None], 1.0, axis=1)
    else:
        w = np.exp((s - s.max(1)[:, None]) * (2 / temperature))
        w /= w.sum(1)[:, None]
    return np.asarray(w @ readout)
