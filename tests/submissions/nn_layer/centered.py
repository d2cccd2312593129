"""Centers the rows and folds the shift into the bias: the scores change by a constant of the query only."""
VERDICT = "passes"

import numpy as np


def nn_layer(X_train):
    T = X_train.astype(float)
    center = np.round(T.mean(axis=0))
    C = T - center
    W = 2 * C
    # ||(x - c) - (t - c)||^2 = const - 2 (x - c).(t - c) + ||t - c||^2
    b = -(W @ center) - (C * C).sum(axis=1)
    return W, b
