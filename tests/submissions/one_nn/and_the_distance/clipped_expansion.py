"""The expanded form clipped at 0."""
VERDICT = "refused"
BREAKS = "The distance is accurate even where the rows are near each other and far from the origin."
DEMAND = "accurate"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    D = (B**2).sum(1)[:, None] - 2 * B @ A.T + (A**2).sum(1)
    return y_train[D.argmin(1)], np.maximum(D.min(1), 0.0)
