# wrong: Python for loop over the test rows (values are right)
import numpy as np


def one_nn(X_train, y_train, X_test):
    T = X_train.astype(np.float64)
    out = np.empty(X_test.shape[0], dtype=y_train.dtype)
    for i, x in enumerate(X_test):
        out[i] = y_train[np.argmin(((T - x) ** 2).sum(axis=1))]
    return out
