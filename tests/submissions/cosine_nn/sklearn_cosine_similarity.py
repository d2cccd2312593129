"""scikit-learn's cosine_similarity, with the empty test set and zero rows taken care of."""
VERDICT = "passes"

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity


def cosine_nn(X_train, y_train, X_test):
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        if (~X.any(axis=1)).any():
            raise ValueError(f"zero row in {name}")
    if len(X_test) == 0:
        return np.empty(0, dtype=y_train.dtype)
    return y_train[cosine_similarity(X_test.astype(float), X_train.astype(float)).argmax(axis=1)]
