"""The cube of products (memory is only reported)."""
VERDICT = "passes"

import numpy as np


def unit(X, name):
    X = np.array(X, dtype=float)
    length = np.sqrt((X * X).sum(axis=1, keepdims=True))
    if (length == 0).any():
        raise ValueError(f"cannot normalize {name}")
    return X / length


def cosine_nn(X_train, y_train, X_test):
    cos = (unit(X_test, "X_test")[:, None, :] * unit(X_train, "X_train")).sum(axis=-1)
    return np.take(y_train, np.argmax(cos, axis=-1))
