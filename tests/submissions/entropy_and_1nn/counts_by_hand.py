"""A dictionary filled in a loop over the labels."""
VERDICT = "refused"
BREAKS = "No Python loop over the rows; one over the classes is allowed."
DEMAND = "no_loop"

import math

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    counts = {}
    for label in y_train:
        counts[label] = counts.get(label, 0) + 1
    n = len(y_train)
    H = -sum(c / n * math.log2(c / n) for c in counts.values())
    A, B = X_train.astype(float), X_test.astype(float)
    return H, y_train[((A**2).sum(1) - 2 * B @ A.T).argmin(1)]
