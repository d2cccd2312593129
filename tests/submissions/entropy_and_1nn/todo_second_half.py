"""The entropy is computed, the search is to come."""
VERDICT = "refused"
BREAKS = "and for every test row the label of its nearest training row"
DEMAND = "pair"

import numpy as np


def entropy_and_1nn(X_train, y_train, X_test):
    _, counts = np.unique(y_train, return_counts=True)
    p = counts / counts.sum()
    entropy = -(p * np.log2(p)).sum()
    raise NotImplementedError(f"todo: 1nn (entropy is {entropy})")
