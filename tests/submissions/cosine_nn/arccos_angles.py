"""Unit rows from hypot-like sums, an explicit helper for the error."""

from __future__ import annotations

VERDICT = "passes"

import numpy as np


def _unit(X: np.ndarray, name: str) -> np.ndarray:
    X = X.astype(np.float64)
    norm = np.sqrt(np.einsum("ij,ij->i", X, X))
    zero = np.flatnonzero(norm == 0)
    if zero.size:
        raise ValueError(f"{name}[{zero[0]}] is a row of zeros")
    return X / norm[:, np.newaxis]


def cosine_nn(X_train, y_train, X_test):
    T, Q = _unit(X_train, "X_train"), _unit(X_test, "X_test")
    return y_train[np.argmax(np.einsum("qd,td->qt", Q, T), axis=1)]
