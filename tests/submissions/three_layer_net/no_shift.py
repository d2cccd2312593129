"""The softmax without the shift."""
VERDICT = "refused"
BREAKS = "No overflow and no 0/0"
DEMAND = "finite"

import numpy as np
from scipy.spatial.distance import cdist


def three_layer_net(X_train, y_train, X_test, temperature):
    D = cdist(X_test, X_train, "sqeuclidean")
    classes, codes = np.unique(y_train, return_inverse=True)
    Y = np.eye(len(classes))[codes]
    if temperature == 0:
        return Y[D.argmin(axis=1)]
    w = np.exp(-D / temperature)
    return w / w.sum(axis=1, keepdims=True) @ Y
