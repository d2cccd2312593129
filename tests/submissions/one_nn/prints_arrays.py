"""Right, but the prints of the debugging session are still there."""
VERDICT = "passes"

import numpy as np


def one_nn(X_train, y_train, X_test):
    print("train", X_train.shape, "test", X_test.shape)
    A = X_train.astype(float)
    B = X_test.astype(float)
    D = (B**2).sum(1, keepdims=True) + (A**2).sum(1) - 2 * B.dot(A.T)
    print("D\n", D)
    nn = D.argmin(1)
    print(">>>", nn)
    return y_train[nn]


if __name__ == "__main__":
    T = np.array([[1, 1], [4, 2], [2, 5]])
    print(one_nn(T, np.array(["A", "B", "B"]), np.array([[2, 2], [4, 4]])))
