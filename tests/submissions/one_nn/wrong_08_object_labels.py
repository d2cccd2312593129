# wrong: the labels come back with dtype object instead of the dtype of y_train
import numpy as np


def one_nn(X_train, y_train, X_test):
    T = X_train.astype(np.float64)
    Q = X_test.astype(np.float64)
    pred = np.empty(len(Q), dtype=object)
    for s in range(0, len(Q), 500):
        D = np.einsum("ij,ij->i", T, T) - 2 * Q[s:s + 500] @ T.T
        pred[s:s + 500] = y_train[D.argmin(axis=1)]
    return pred
