"""np.linalg.norm as before, which overflows and underflows."""
VERDICT = "refused"
BREAKS = "Rows may be as long as 10¹⁸⁰ or as short as 10⁻¹⁸⁰ now, side by side."
DEMAND = "lengths"

import numpy as np


def cosine_nn(X_train, y_train, X_test):
    A, B = X_train.astype(np.float64), X_test.astype(np.float64)
    for name, X in (("X_train", A), ("X_test", B)):
        if not X.any(axis=1).all():
            raise ValueError(f"{name} contains a row of zeros")
    with np.errstate(all="ignore"):
        A /= np.linalg.norm(A, axis=1, keepdims=True)
        return y_train[(B @ A.T).argmax(axis=1)]
