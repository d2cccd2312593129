"""scikit-learn's LabelBinarizer gives one column for two classes."""
VERDICT = "refused"
BREAKS = "a column for each distinct label"
DEMAND = "probabilities"

from sklearn.preprocessing import LabelBinarizer

import numpy as np


def three_layer_net(X_train, y_train, X_test, temperature):
    s = 2 * X_test @ X_train.T - (X_train**2).sum(axis=1)
    Y = LabelBinarizer().fit_transform(y_train).astype(float)
    if temperature == 0:
        return Y[s.argmax(axis=1)]
    e = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True) @ Y
