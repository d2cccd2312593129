# right: recursion halving the test set down to blocks of at most 128 rows; first True of (distance == row minimum)
import numpy as np


def one_nn(X_train, y_train, X_test):
    n = X_test.shape[0]
    if n > 128:
        half = n // 2
        return np.concatenate([one_nn(X_train, y_train, X_test[:half]),
                               one_nn(X_train, y_train, X_test[half:])])
    D = np.zeros((n, X_train.shape[0]))
    for j in range(X_train.shape[1]):
        D += (X_test[:, j:j + 1] - X_train[:, j].astype(np.float64)) ** 2
    is_min = D.min(axis=1, keepdims=True) == D
    return y_train[is_min.argmax(axis=1)]
