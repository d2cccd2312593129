"""The Euclidean nearest row of the raw data."""
VERDICT = "refused"
BREAKS = "the label of the row with the largest cosine"
DEMAND = "cosine"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    return y_train[((A * A).sum(1) - 2 * B @ A.T).argmin(axis=1)]
