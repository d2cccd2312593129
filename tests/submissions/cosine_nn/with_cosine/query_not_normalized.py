"""The query's norm is missing in the value."""
VERDICT = "refused"
BREAKS = "the largest cosines as float64"
DEMAND = "pair"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    A /= np.linalg.norm(A, axis=1, keepdims=True)
    cos = B @ A.T
    return y_train[cos.argmax(axis=1)], np.clip(cos.max(axis=1), -1, 1)
