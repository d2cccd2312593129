"""The two cells of the notebook copied into a file, the call of the judge included."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    """Return for each row of X_test the label of its nearest training row."""
    T = X_train.astype(np.float64)
    X = X_test.astype(np.float64)
    reduced = (T * T).sum(axis=1) - 2 * X @ T.T
    return y_train[reduced.argmin(axis=1)]


from nnlib.practice import judge

judge("one_nn", one_nn)
