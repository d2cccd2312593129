"""cdist's cosine distance after a check that a dataclass holds."""
VERDICT = "passes"

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist


@dataclass
class Directions:
    name: str
    rows: np.ndarray

    def __post_init__(self):
        self.rows = np.asarray(self.rows, dtype=float)
        if (self.rows == 0).all(axis=1).any():
            raise ValueError(f"{self.name}: a row of zeros has no direction")


def cosine_nn(X_train, y_train, X_test):
    train, test = Directions("X_train", X_train), Directions("X_test", X_test)
    return y_train[cdist(test.rows, train.rows, "cosine").argmin(axis=1)]
