"""A masked array hides the diagonal."""
VERDICT = "passes"

import numpy as np


def leave_one_out(X, y):
    X = X.astype(float)
    n = X.shape[0]
    D = np.zeros((n, n))
    for f in X.T:
        D += (f[:, None] - f[None, :]) ** 2
    return y[np.ma.array(D, mask=np.identity(n, dtype=bool)).argmin(axis=1)]
