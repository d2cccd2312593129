"""The distance, not its square, in the exponent."""
VERDICT = "refused"
BREAKS = "the weight softmax(−‖x − t‖² / temperature)"
DEMAND = "probabilities"

import numpy as np
from scipy.spatial.distance import cdist


def three_layer_net(X_train, y_train, X_test, temperature):
    D = cdist(X_test, X_train)
    classes, codes = np.unique(y_train, return_inverse=True)
    Y = np.eye(len(classes))[codes]
    if temperature == 0:
        return Y[D.argmin(axis=1)]
    e = np.exp((D.min(axis=1, keepdims=True) - D) / temperature)
    return e / e.sum(axis=1, keepdims=True) @ Y
