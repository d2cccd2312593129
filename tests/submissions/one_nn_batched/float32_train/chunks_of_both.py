"""Blocks of both arrays, each training block widened by itself."""
VERDICT = "passes"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    m = len(X_test)
    step = int(max(1, min(256, (max_bytes // 8 / 6) ** 0.5, max_bytes // (8 * 6 * d))))
    out = np.empty(m, dtype=y_train.dtype)
    for i in range(0, m, step):
        q = X_test[i : i + step].astype(np.float64)
        best = np.full(len(q), np.inf)
        arg = np.zeros(len(q), dtype=np.intp)
        for j in range(0, n, step):
            t = X_train[j : j + step].astype(np.float64)
            s = q @ t.T
            s *= -2
            s += np.einsum("ij,ij->i", t, t)
            k = s.argmin(axis=1)
            v = s[np.arange(len(q)), k]
            closer = v < best
            best[closer] = v[closer]
            arg[closer] = j + k[closer]
        out[i : i + step] = y_train[arg]
    return out
