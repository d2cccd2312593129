"""A while loop over blocks of a hundred queries, logging left in."""
VERDICT = "passes"

import logging

import numpy as np

log = logging.getLogger("one_nn")


def one_nn(X_train, y_train, X_test):
    T = X_train.astype(np.float64)
    sq = (T * T).sum(axis=1)
    done, out = 0, np.zeros(len(X_test), dtype=y_train.dtype)
    while done < len(X_test):
        log.debug("at %d", done)
        q = X_test[done : done + 100].astype(np.float64)
        out[done : done + 100] = y_train[(sq - 2 * np.inner(q, T)).argmin(axis=-1)]
        done += 100
    return out
