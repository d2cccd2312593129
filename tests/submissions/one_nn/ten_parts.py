"""np.array_split of the queries into ten parts, whatever their number."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = np.asarray(X_train, dtype=np.float64)
    b = np.einsum("ij,ij->i", A, A)
    index = []
    for part in np.array_split(np.asarray(X_test, dtype=np.float64), 10):
        index.append((b - 2 * part @ A.T).argmin(axis=1))
    return y_train[np.concatenate(index)]
