"""X_train /= norms."""
VERDICT = "refused"
BREAKS = "Do not modify the inputs."
DEMAND = "unmodified"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = np.asarray(X_train, dtype=float), np.asarray(X_test, dtype=float)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    A /= np.linalg.norm(A, axis=1)[:, None]
    return y_train[(B @ A.T).argmax(axis=1)]
