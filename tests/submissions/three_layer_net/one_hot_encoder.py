"""scikit-learn's OneHotEncoder and a class with layers in a list."""
VERDICT = "passes"

import numpy as np
from sklearn.preprocessing import OneHotEncoder


def three_layer_net(X_train, y_train, X_test, temperature):
    Y = OneHotEncoder(sparse_output=False).fit_transform(y_train.reshape(-1, 1))

    def affine(X):
        return X @ (2 * X_train).T - np.square(X_train).sum(axis=1)

    def soft(S):
        if temperature == 0:
            return np.eye(S.shape[1])[S.argmax(axis=1)]
        E = np.exp((S - S.max(axis=1, keepdims=True)) / temperature)
        return E / E.sum(axis=1, keepdims=True)

    out = X_test
    for layer in (affine, soft, lambda w: w @ Y):
        out = layer(out)
    return out
