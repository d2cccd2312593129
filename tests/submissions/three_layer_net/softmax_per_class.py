"""The softmax over the nearest row of each class, not over the rows."""
VERDICT = "refused"
BREAKS = "every training row votes for its label"
DEMAND = "probabilities"

import numpy as np
from scipy.spatial.distance import cdist


def three_layer_net(X_train, y_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    classes = np.unique(y_train)
    d = np.stack([D[:, y_train == c].min(axis=1) for c in classes], axis=1)
    if temperature == 0:
        return np.eye(len(classes))[d.argmin(axis=1)]
    e = np.exp((d.min(axis=1, keepdims=True) - d) / temperature)
    return e / e.sum(axis=1, keepdims=True)
