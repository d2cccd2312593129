# wrong: list comprehension over the training rows, one distance column each (values are right)
import numpy as np


def one_nn(X_train, y_train, X_test):
    Q = X_test.astype(np.float64)
    D = np.column_stack([((Q - t) ** 2).sum(axis=1) for t in X_train])
    return y_train[D.argmin(axis=1)]
