"""Which way to the candidates: by the costs, by what was spent, and back if it is slow."""

import subprocess
import sys
from unittest import mock

import numpy as np
import pytest

from nnlib import (
    NearestNeighborClassifier,
    NearestNeighborRegressor,
    choice,
    memory,
    nearest,
    predict_1nn,
    training,
)
from nnlib import tree as tree_module
from nnlib.problem import Problem as Asked
from nnlib.training import TrainingSet
from nnlib.tree import COSTS, Tree


@pytest.mark.parametrize("trial", [False, True])
@pytest.mark.parametrize("step", [0.0, 0.1])
def test_the_bar_reaches_its_end(step, trial):
    """Also where some queries are left over."""
    rng = np.random.default_rng(0)
    T = np.concatenate([np.full((100, 3), step), rng.random((300, 3))])
    X = np.concatenate([rng.random((130, 3)), np.zeros((30, 3))])
    seen = []
    training, asked = TrainingSet(T), Asked(T, X, 2, 2**24).examined()

    def over_all(some):
        return memory.compare(training, some, seen.append)

    choice.by_tree(training.tree(), asked, over_all, trial, seen.append)
    assert sum(seen) == len(T) * len(X)


@pytest.mark.parametrize(
    ("slow", "faster", "asked"),
    [
        (False, False, {"tree": 160}),
        (True, False, {"tree": 152, "rows": 8}),
        (True, True, {"tree": 8, "rows": 152}),
    ],
)
def test_a_slow_tree_is_left_if_the_rows_are_faster(slow, faster, asked, monkeypatch):
    clock = iter([0.0, 5.0 if slow else 0.5, 10.0, 11.0 if faster else 20.0])
    monkeypatch.setattr(choice.time, "perf_counter", lambda: next(clock))
    count = dict.fromkeys(asked, 0)

    def search(name):
        def answer(some):
            count[name] += len(some.queries)
            return some.queries, some.queries.astype(np.intp)

        return answer

    X = np.arange(160.0)[:, None]
    found = choice.tried(search("tree"), search("rows"), Asked(X, X, 1, 0), slow=1.0)
    assert count == asked
    assert np.array_equal(found[0], X)
    assert np.array_equal(found[1], X)


def test_the_choice_follows_the_costs(monkeypatch):
    rng = np.random.default_rng(0)
    planted = mock.Mock(wraps=Tree)
    monkeypatch.setattr(training, "Tree", planted)
    T, X = rng.random((20_000, 3)), rng.random((2000, 3))
    assert np.array_equal(nearest(T, X), nearest(T, X, algorithm="brute"))
    assert planted.call_count == 1
    nearest(np.tile(T[:2000], (1, 40)), np.tile(X[:200], (1, 40)))
    nearest(T[:50], X[:50])
    nearest(T, X, memory_limit=2**18)
    nearest(T, X, method="direct")
    assert planted.call_count == 1
    monkeypatch.setattr(choice, "tree_pays", lambda *sizes: False)
    nearest(T, X)
    assert planted.call_count == 1
    nearest(T, X, algorithm="tree")
    assert predict_1nn(T, np.arange(len(T)), X[:1], algorithm="tree").shape == (1,)
    assert planted.call_count == 3


def test_an_estimator_plants_its_tree_once(monkeypatch):
    rng = np.random.default_rng(0)
    planted = mock.Mock(wraps=Tree)
    monkeypatch.setattr(training, "Tree", planted)
    T, X = rng.random((3000, 3)), rng.random((300, 3))
    y = rng.integers(0, 3, len(T))
    model = NearestNeighborClassifier(3, algorithm="tree").fit(T, y)
    assert planted.call_count == 0
    first, again = model.predict(X), model.predict(X)
    assert planted.call_count == 1
    assert np.array_equal(first, again)
    other = NearestNeighborClassifier(3, algorithm="brute").fit(T, y)
    assert np.array_equal(other.predict(X), first)
    assert planted.call_count == 1
    seen = []
    monkeypatch.setattr(choice, "tree_pays", lambda *sizes: seen.append(sizes) or sizes[-1])
    auto = NearestNeighborClassifier(3).fit(T, y)
    auto.predict(X)
    auto._training.tree()
    auto.predict(X)
    assert seen == [(300, 3000, 3, 3, False), (300, 3000, 3, 3, True)]
    assert planted.call_count == 2
    with pytest.raises(ValueError, match="algorithm must be one of"):
        NearestNeighborClassifier(algorithm="k").fit(T, y)
    with pytest.raises(ValueError, match="needs method='exact'"):
        NearestNeighborClassifier(algorithm="tree", method="direct").fit(T, y)


@pytest.mark.parametrize("n", [40_000, 400_000])  # small work a query, and more than that
def test_an_estimator_that_is_asked_often_plants_its_tree(n, monkeypatch):
    """Once the pairs it has compared, by their price, would have paid for it; no clock decides."""
    rng = np.random.default_rng(0)
    planted = mock.Mock(wraps=Tree)
    monkeypatch.setattr(training, "Tree", planted)
    T, X = rng.random((n, 2)), rng.random((60, 2))
    model = NearestNeighborRegressor().fit(T, np.arange(n))
    price, each = COSTS.build_seconds(n, 2), COSTS.brute_seconds(1, n, 2)
    before = int(np.ceil(price / each))
    assert 2 < before < 40
    found = []
    for i in range(len(X)):
        assert planted.call_count == (i > before)
        found.append(int(model.predict(X[i : i + 1])[0]))
    assert found == nearest(T, X, algorithm="brute").tolist()
    for i in range(2 * before):  # a function forgets its rows
        nearest(T[: n // 20], X[i : i + 1])
    assert planted.call_count == 1


def test_few_rows_are_compared_however_often(monkeypatch):
    monkeypatch.setattr(training, "Tree", mock.Mock(side_effect=AssertionError))
    T = np.random.default_rng(0).random((150, 4))
    model = NearestNeighborRegressor().fit(T, np.arange(150))
    for _ in range(50):
        model.predict(T[:1])


def test_rows_that_have_a_tree_are_not_looked_at_again(monkeypatch):
    T = np.random.default_rng(0).random((100_000, 2))
    model = NearestNeighborRegressor(algorithm="tree").fit(T, np.arange(len(T)))
    model.predict(T[:1])
    looked = mock.Mock(wraps=tree_module.largest_entry)
    monkeypatch.setattr(tree_module, "largest_entry", looked)
    assert model.predict(T[5:6]).tolist() == [5]
    assert [len(call.args[0]) for call in looked.call_args_list] == [1]


def test_small_work_and_the_import_need_no_scipy():
    code = (
        "import sys, numpy as np, nnlib; T = np.random.rand(75, 4); nnlib.nearest(T, T);"
        "sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
