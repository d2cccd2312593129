# right: one augmented matmul, [x, 1] @ [t, -|t|^2/2], and argmax (the score is to be maximised)
import numpy as np


def one_nn(X_train, y_train, X_test):
    W = np.hstack([X_train, np.zeros((X_train.shape[0], 1))]).astype(np.float64)
    W[:, -1] = -0.5 * np.einsum("ij,ij->i", W, W)
    Q = np.hstack([X_test, np.ones((X_test.shape[0], 1))]).astype(np.float64)
    return y_train[(Q @ W.T).argmax(axis=1)]
