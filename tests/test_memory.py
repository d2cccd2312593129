"""Rows in memory: what is decided there, and what is left undone."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_digits

from nnlib import k_nearest, memory, nearest
from nnlib.memory import search
from nnlib.request import Request
from nnlib.training import TrainingSet

DIGITS = load_digits()


def test_coarse_grids_are_searched_in_float32(monkeypatch):
    types = []
    compute = memory.compute

    def recording(training, problem, method, dtype, advance):
        types.append(dtype)
        return compute(training, problem, method, dtype, advance)

    monkeypatch.setattr(memory, "compute", recording)
    distances, indices = k_nearest(DIGITS.data, DIGITS.data[:9], 3, return_distance=True)
    assert types == [np.float32]
    assert distances.dtype == np.float64
    assert indices[:, 0].tolist() == list(range(9))
    nearest(DIGITS.data * 1000, DIGITS.data[:9])
    assert types[1:] == [np.float64]


def test_a_distance_that_is_not_needed_is_not_measured():
    """Whoever asks for the nearest row alone gets the same one, where one candidate is left."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((4000, 8)), rng.standard_normal((300, 8))
    T[7] = T[5]
    X[3] = T[5]
    training = TrainingSet(T)
    distances, indices = k_nearest(T, X, 1, algorithm="brute", return_distance=True)
    _, some, again = search(training, X, Request(1, algorithm="brute"))
    assert np.array_equal(indices, again)
    assert indices[3] == 5
    known = ~np.isnan(some)
    assert known[3]
    assert not known.all()
    assert np.array_equal(distances[known], some[known])
    assert not np.isnan(distances).any()
    for k in (1, 2):
        two, _ = k_nearest(T, X, k, algorithm="brute", return_distance=True)
        assert not np.isnan(two).any()


@pytest.mark.parametrize(
    ("n", "m", "d", "k"), [(50, 3, 1, 1), (400, 60, 1, 1), (30, 5, 7, 4), (500, 1, 2, 50)]
)
def test_the_least_limit_is_enough_where_integers_would_be_moved(n, m, d, k):
    rng = np.random.default_rng(0)
    T, X = (2**60 + rng.integers(0, 100, (rows, d)) for rows in (n, m))
    with pytest.raises(ValueError, match="at least") as told:
        k_nearest(T, X, k, memory_limit=1)
    least = int(re.findall(r"at least (\d+) bytes", str(told.value))[0])
    for limit in (least, least + 1, *(least * times for times in (2, 3, 4, 8, 16))):
        np.testing.assert_array_equal(k_nearest(T, X, k, memory_limit=limit), k_nearest(T, X, k))
