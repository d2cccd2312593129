"""np.append along axis 1."""
VERDICT = "passes"

import numpy as np


def one_matrix(X_train):
    T = 1.0 * X_train
    return np.append(2 * T, -np.square(T).sum(axis=1)[:, None], axis=1)
