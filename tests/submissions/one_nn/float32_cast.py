"""Casts to float32 "because the GPU likes it"."""
VERDICT = "refused"
BREAKS = "Of float64 numbers, compute in float64: rows whose distances differ in the eighth digit are not equally close."
DEMAND = "precision"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A = np.ascontiguousarray(X_train, dtype=np.float32)
    B = np.ascontiguousarray(X_test, dtype=np.float32)
    scores = B @ A.T - 0.5 * np.einsum("nd,nd->n", A, A)
    return y_train[scores.argmax(1)]
