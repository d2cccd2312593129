"""Returns the winners' indices and forgets the labels."""
VERDICT = "refused"
BREAKS = "for every test row the label of its closest training row"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype(float), X_test.astype(float)
    return ((A**2).sum(1) - 2 * B @ A.T).argmin(1)
