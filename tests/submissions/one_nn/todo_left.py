"""Nothing but a remark about what is to come."""
VERDICT = "not attempted"

import numpy as np


def one_nn(X_train, y_train, X_test):
    # plan: expand the square, drop |x|^2, argmin
    raise NotImplementedError("todo: expand the square")
