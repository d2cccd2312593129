"""cdist, SciPy's softmax after a shift, and a comparison for the one-hot labels."""
VERDICT = "passes"

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import softmax


def three_layer_net(X_train, y_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    labels = np.unique(y_train)
    onehot = (y_train[:, None] == labels).astype(float)
    if temperature == 0:
        return onehot[D.argmin(axis=1)]
    D -= D.min(axis=1, keepdims=True)
    return softmax(-D / temperature, axis=1) @ onehot
