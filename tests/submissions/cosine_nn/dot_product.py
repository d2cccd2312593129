"""The dot product, with queries normalized and training rows not."""
VERDICT = "refused"
BREAKS = "the largest cosine x·t / (‖x‖ ‖t‖)"
DEMAND = "cosine"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    B = B / np.linalg.norm(B, axis=1, keepdims=True)
    return y_train[(B @ A.T).argmax(axis=1)]
