"""Blocks of queries and blocks of training rows with a running best (strictly closer wins)."""
VERDICT = "passes"

import numpy as np


def one_nn_batched(X_train, y_train, X_test, max_bytes):
    n, d = X_train.shape
    q_rows = int(max(1, min(128, max_bytes // (16 * (d + 8)) // 4)))
    t_rows = int(max(1, min(n, max_bytes // (8 * 4 * (q_rows + d + 4)))))
    winners = np.zeros(len(X_test), dtype=y_train.dtype)
    for i in range(0, len(X_test), q_rows):
        q = X_test[i : i + q_rows]
        best, label = np.full(len(q), np.inf), np.empty(len(q), y_train.dtype)
        for j in range(0, n, t_rows):
            t = X_train[j : j + t_rows]
            s = np.einsum("ij,ij->i", t, t) - 2 * (q @ t.T)
            a = s.argmin(axis=1)
            v = np.take_along_axis(s, a[:, None], 1).ravel()
            m = v < best
            best[m], label[m] = v[m], y_train[j + a[m]]
        winners[i : i + q_rows] = label
    return winners
