"""pandas.get_dummies for the one-hot labels."""
VERDICT = "passes"

import numpy as np
import pandas as pd


def three_layer_net(X_train, y_train, X_test, temperature):
    Y = pd.get_dummies(pd.Series(y_train)).sort_index(axis=1).to_numpy(dtype=float)
    s = 2 * X_test @ X_train.T - (X_train**2).sum(1)
    if temperature == 0:
        return Y[np.argmax(s, axis=1)]
    w = np.exp((s - s.max(axis=1, keepdims=True)) / temperature)
    return w @ Y / w.sum(axis=1, keepdims=True)
