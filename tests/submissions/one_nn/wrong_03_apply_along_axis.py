# wrong: np.apply_along_axis calls a Python function for every test row, a hidden row loop (values are right)
import numpy as np


def one_nn(X_train, y_train, X_test):
    if X_test.shape[0] == 0:
        return y_train[:0].copy()
    T = X_train.astype(np.float64)

    def closest(x):
        return np.argmin(np.square(T - x).sum(axis=1))

    return y_train[np.apply_along_axis(closest, 1, X_test.astype(np.float64))]
