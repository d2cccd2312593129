"""Rounds the cosines to eight decimals to make ties exact."""
VERDICT = "refused"
BREAKS = "angles of 10⁻⁴ are told apart"
DEMAND = "precision"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    A /= np.linalg.norm(A, axis=1, keepdims=True)
    B /= np.linalg.norm(B, axis=1, keepdims=True)
    return y_train[(B @ A.T).round(8).argmax(axis=1)]
