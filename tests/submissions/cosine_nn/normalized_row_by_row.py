"""A list comprehension normalizes every training row."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows."
DEMAND = "no_loop"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    units = np.array([t / np.sqrt(t @ t) for t in A])
    return y_train[(B @ units.T).argmax(axis=1)]
