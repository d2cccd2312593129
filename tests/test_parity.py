"""One question, four machines: the search and the three networks name the same labels.

On whole numbers nothing rounds, so that they must agree everywhere, ties included.
"""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

from nnlib import ClockedKNN, PerceptronNet, ThreeLayerNet, nearest


def iris():
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    X, y = np.rint(10 * X[order]).astype(int), y[order]
    return X[:75], y[:75], X[75:]


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:120].astype(int), y[:120], X[120:320].astype(int)


def crowded():
    rng = np.random.default_rng(1)
    return rng.integers(0, 4, (40, 2)), rng.integers(0, 3, 40), rng.integers(0, 4, (60, 2))


@pytest.mark.parametrize("data", [iris, digits, crowded])
def test_all_four_agree_on_whole_numbers(data):
    T, y, X = data()
    indices = nearest(T, X)
    expected = y[indices].tolist()
    assert ThreeLayerNet.from_data(T, y).predict(X).tolist() == expected
    assert PerceptronNet.from_data(T, y).predict(X).tolist() == expected
    clocked = ClockedKNN.from_data(T, y)
    assert clocked.predict(X, 1).tolist() == expected
    assert [clocked.run(x, 1).neighbors[0] for x in X[:20]] == indices[:20].tolist()


def test_the_crowded_data_are_full_of_ties():
    T, _, X = crowded()
    D = ((X[:, None] - T) ** 2).sum(axis=2)
    smallest = D.min(axis=1, keepdims=True)
    assert ((smallest == D).sum(axis=1) > 1).mean() > 0.5
