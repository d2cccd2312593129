"""A decorator that measures and prints the time."""
VERDICT = "passes"

import functools
import time

import numpy as np


def timed(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = f(*args, **kwargs)
        print(f"{f.__name__} took {time.perf_counter() - start:.6f} s")
        return result

    return wrapper


@timed
def one_nn(X_train, y_train, X_test):
    A, B = X_train.astype("f8"), X_test.astype("f8")
    return y_train[((A * A).sum(1) - 2 * B @ A.T).argmin(1)]
