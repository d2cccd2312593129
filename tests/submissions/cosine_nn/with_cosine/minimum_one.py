"""The value once more by einsum from the winner, bounded by minimum and maximum."""
VERDICT = "passes"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    T, Q = X_train.astype(float), X_test.astype(float)
    for name, X in (("X_train", T), ("X_test", Q)):
        if (X == 0).all(axis=1).any():
            raise ValueError(f"{name} has a row of zeros")
    T = T / np.sqrt((T * T).sum(1))[:, None]
    Q = Q / np.sqrt((Q * Q).sum(1))[:, None]
    i = (Q @ T.T).argmax(axis=1)
    cos = np.einsum("ij,ij->i", Q, T[i])
    return y_train[i], np.maximum(np.minimum(cos, 1.0), -1.0)
