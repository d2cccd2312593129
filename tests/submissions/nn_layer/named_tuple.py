"""A NamedTuple as the pair, with a scale of 2."""
VERDICT = "passes"

from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def nn_layer(X_train) -> Layer:
    T = X_train.astype("float64")
    return Layer(W=2.0 * T, b=-np.linalg.norm(T, axis=1) ** 2)
