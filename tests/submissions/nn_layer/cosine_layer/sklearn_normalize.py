"""scikit-learn's normalize, and zeros."""
VERDICT = "passes"

import numpy as np
from sklearn.preprocessing import normalize


def cosine_layer(X_train):
    return normalize(X_train.astype(float)), np.zeros(X_train.shape[0])
