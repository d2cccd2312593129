"""From candidates to winners: few are settled as masses are, and no more than must be."""

from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import oracle_k_nearest, problems

from nnlib import settle as settle_module
from nnlib.distances import direct_tile
from nnlib.problem import Candidates
from nnlib.problem import Problem as Asked
from nnlib.settle import pair_distances, settled
from nnlib.validation import as_rows


@given(problems(max_rows=40, max_queries=4), st.integers(0, 39), st.integers(1, 5))
def test_masses_are_settled_as_few_are(problem, k, lot):
    """Digits order rivals as fractions do, in lots of any size."""
    T, X = as_rows("T", problem.T), as_rows("X", problem.X)
    k = 1 + k % len(T)
    owner, index = np.repeat(np.arange(len(X)), len(T)), np.tile(np.arange(len(T)), len(X))
    asked = Asked(T, X, k, 2**20).examined()
    with np.errstate(all="ignore"):
        computed = pair_distances(X, T, owner, index)
        sides = []
        for mass in (1, 64 * 33, 10**9):
            with mock.patch.multiple(settle_module, MASS=mass, LOT=lot):
                sides.append(settled(asked, Candidates(owner, index, computed)).row)
    assert np.array_equal(sides[0], sides[1])
    assert np.array_equal(sides[0], sides[2])
    assert np.array_equal(sides[0].reshape(-1, k), oracle_k_nearest(T, X, k))


@given(problems(), st.data())
def test_pair_distances_are_entries_of_the_direct_tile(problem, data):
    X, T = as_rows("X", problem.X), as_rows("T", problem.T)
    pairs = st.tuples(st.integers(0, max(len(X) - 1, 0)), st.integers(0, len(T) - 1))
    chosen = data.draw(st.lists(pairs, max_size=9 if len(X) else 0))
    owner, index = np.array(chosen, dtype=np.intp).reshape(-1, 2).T
    with np.errstate(over="ignore"):
        D = direct_tile(X.astype(np.float64), T.astype(np.float64))
        found = pair_distances(X, T, owner, index)
    assert found.dtype == np.float64
    assert np.array_equal(found, D[owner, index])


def test_one_close_pair_is_settled_alone(monkeypatch):
    """Of a hundred neighbors whose order is proved but for two, two are compared in integers."""
    asked = []
    in_integers = settle_module.in_integers
    monkeypatch.setattr(
        settle_module,
        "in_integers",
        lambda x, rows, some, k: asked.append(len(some)) or in_integers(x, rows, some, k),
    )
    T, X = np.arange(1.0, 101)[:, None] * 0.1, np.zeros((1, 1))
    T[50] = T[40]
    index = np.arange(100)
    computed = pair_distances(X, T, np.zeros(100, np.intp), index)
    found = settled(Asked(T, X, 80, 0), Candidates(np.zeros(100, np.intp), index, computed)).row
    assert asked == [2]
    expected = sorted(range(100), key=lambda i: (T[i, 0], i))[:80]
    assert found.tolist() == expected


def test_masses_of_ties_need_no_fractions(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("settled in integers")

    monkeypatch.setattr(settle_module, "in_integers", refuse)
    rng = np.random.default_rng(0)
    T, X = rng.permuted(np.tile(rng.random(5), (700, 1)), axis=1), np.full((2, 5), 0.3)
    owner, index = np.repeat(np.arange(2), 700), np.tile(np.arange(700), 2)
    computed = pair_distances(X, T, owner, index)
    found = settled(Asked(T, X, 7, 0), Candidates(owner, index, computed)).row
    assert found.reshape(2, 7).tolist() == [list(range(7))] * 2
