"""The nearest class mean in place of the nearest row."""
VERDICT = "refused"
BREAKS = "for every test row the label of its closest training row under squared Euclidean distance"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    classes, codes = np.unique(y_train, return_inverse=True)
    onehot = np.eye(len(classes))[codes]
    means = onehot.T @ X_train / onehot.sum(axis=0)[:, None]
    d2 = (means**2).sum(1) - 2 * X_test.astype(float) @ means.T
    return classes[d2.argmin(axis=1)]
