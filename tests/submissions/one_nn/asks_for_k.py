"""An input() from an interactive version is still in the function."""
VERDICT = "refused"
BREAKS = "Return an array of shape (n_test,)"
DEMAND = ""

import numpy as np


def one_nn(X_train, y_train, X_test):
    k = int(input("how many neighbors? ") or 1)
    D = ((X_test[:, None].astype(float) - X_train[None].astype(float)) ** 2).sum(2)
    nearest = np.argsort(D, axis=1, kind="stable")[:, :k]
    return y_train[nearest[:, 0]]
