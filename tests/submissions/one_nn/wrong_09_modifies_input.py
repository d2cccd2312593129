# wrong: scales X_test in place when it is already float64 (asarray does not copy)
import numpy as np


def one_nn(X_train, y_train, X_test):
    T = np.asarray(X_train, dtype=np.float64)
    Q = np.asarray(X_test, dtype=np.float64)
    Q *= -2.0
    D = Q @ T.T
    D += np.sum(T ** 2, axis=1)
    return y_train[np.argmin(D, axis=1)]
