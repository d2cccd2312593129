"""Divides by the squared norm: the root is missing."""
VERDICT = "refused"
BREAKS = "the largest cosine x·t / (‖x‖ ‖t‖)"
DEMAND = "cosine"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    return y_train[((B @ A.T) / np.einsum("ij,ij->i", A, A)).argmax(axis=1)]
