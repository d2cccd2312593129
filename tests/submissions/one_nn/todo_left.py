"""Nothing but a remark about what is to come."""
VERDICT = "refused"
BREAKS = "Return an array of shape (n_test,)"
DEMAND = "nearest"

import numpy as np


def one_nn(X_train, y_train, X_test):
    # plan: expand the square, drop |x|^2, argmin
    raise NotImplementedError("todo: expand the square")
