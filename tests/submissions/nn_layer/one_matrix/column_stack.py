"""The bias as the last column."""
VERDICT = "passes"

import numpy as np


def one_matrix(X_train):
    T = X_train.astype(float)
    return np.column_stack([T, -0.5 * (T**2).sum(1)])
