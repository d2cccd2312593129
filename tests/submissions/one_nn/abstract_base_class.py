"""An abstract metric, a concrete one, and a searcher that takes it: much class for little work."""
VERDICT = "passes"

import abc

import numpy as np


class Metric(abc.ABC):
    @abc.abstractmethod
    def pairwise(self, A, B): ...


class SquaredEuclidean(Metric):
    __slots__ = ()

    def pairwise(self, A, B):
        return (A**2).sum(1, keepdims=True) + (B**2).sum(1) - 2 * A @ B.T


class Searcher:
    def __init__(self, metric: Metric):
        self.metric = metric

    def __matmul__(self, data):
        A, B = (np.asarray(v, dtype=float) for v in data)
        return self.metric.pairwise(A, B).argmin(axis=1)


def one_nn(X_train, y_train, X_test):
    return y_train[Searcher(SquaredEuclidean()) @ (X_test, X_train)]
