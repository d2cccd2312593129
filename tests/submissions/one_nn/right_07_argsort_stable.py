# right: stable argsort of the whole distance table, first column kept; widens integers to int64 and floats to float64
import numpy as np


def _widen(A):
    return A.astype(np.int64 if np.issubdtype(A.dtype, np.integer) else np.float64)


def one_nn(X_train, y_train, X_test):
    tr, te = _widen(X_train), _widen(X_test)
    sq_te = np.square(te).sum(axis=1, keepdims=True)
    sq_tr = np.square(tr).sum(axis=1, keepdims=True).T
    dist = sq_te - 2 * te.dot(tr.T) + sq_tr
    order = np.argsort(dist, axis=1, kind="stable")
    return y_train[order[:, 0]]
