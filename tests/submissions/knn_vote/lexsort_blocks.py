"""Blocks of 128 queries, lexsort by distance and index."""
VERDICT = "passes"

import numpy as np


def neighbors(X_train, block, k):
    diff = block[:, None, :] - X_train
    d2 = np.einsum("qtf,qtf->qt", diff, diff)
    index = np.broadcast_to(np.arange(len(X_train)), d2.shape)
    return np.lexsort((index, d2), axis=1)[:, :k]


def knn_vote(X_train, y_train, X_test, k):
    out = np.empty(len(X_test), dtype=y_train.dtype)
    for s in range(0, len(X_test), 128):
        lab = y_train[neighbors(X_train, X_test[s : s + 128], k)]
        votes = np.equal(lab[:, :, None], lab[:, None, :]).sum(1)
        out[s : s + 128] = lab[np.arange(len(lab)), votes.argmax(1)]
    return out
