"""Blocks of 256 queries handed to a thread pool."""
VERDICT = "passes"

from concurrent.futures import ThreadPoolExecutor

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = X_train.astype(float)
    a2 = (A * A).sum(axis=1)

    def work(start):
        q = X_test[start : start + 256].astype(float)
        return (a2 - 2 * q @ A.T).argmin(axis=1)

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(work, range(0, len(X_test), 256)))
    index = np.concatenate(parts) if parts else np.empty(0, dtype=int)
    return y_train[index]
