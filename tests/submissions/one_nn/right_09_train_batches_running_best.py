# right: while loop over batches of 200 training rows with a running best, replaced only when strictly closer
import numpy as np


def one_nn(X_train, y_train, X_test):
    n_test = X_test.shape[0]
    queries = X_test.astype(np.float64)
    q2 = (queries ** 2).sum(axis=1)
    best = np.full(n_test, np.inf)
    labels = np.full(n_test, y_train[0], dtype=y_train.dtype)
    rows = np.arange(n_test)
    lo = 0
    while lo < X_train.shape[0]:
        block = X_train[lo:lo + 200].astype(np.float64)
        d = q2[:, None] - 2.0 * queries @ block.T + (block ** 2).sum(axis=1)
        k = d.argmin(axis=1)
        closest = d[rows, k]
        better = closest < best
        best[better] = closest[better]
        labels[better] = y_train[lo + k[better]]
        lo += 200
    return labels
