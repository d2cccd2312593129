"""The product in the type of the input, the norms in float64."""
VERDICT = "refused"
BREAKS = "The numbers may be small integers such as uint8."
DEMAND = "dtypes"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    for name, X in (("X_train", X_train), ("X_test", X_test)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    norms = np.linalg.norm(X_train.astype(float), axis=1)
    return y_train[((X_test @ X_train.T) / norms).argmax(axis=1)]
