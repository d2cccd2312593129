"""One message for both arguments."""
VERDICT = "refused"
BREAKS = "a `ValueError` that names `X_train` or `X_test`, whichever holds it"
DEMAND = "zero"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    na, nb = np.linalg.norm(A, axis=1), np.linalg.norm(B, axis=1)
    if (na == 0).any() or (nb == 0).any():
        raise ValueError("a row of X_train or X_test is zero")
    return y_train[(B @ (A / na[:, None]).T).argmax(axis=1)]
