"""Which way to the candidates: by the costs, by what was spent, and back if it is slow."""

import json
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from nnlib import (
    NearestNeighborClassifier,
    NearestNeighborRegressor,
    choice,
    k_nearest,
    memory,
    nearest,
    predict_1nn,
    training,
)
from nnlib import tree as tree_module
from nnlib.choice import COSTS, leaves_visited
from nnlib.problem import Problem as Asked
from nnlib.training import TrainingSet
from nnlib.tree import Tree

ROOT = Path(__file__).resolve().parent.parent
STORED = json.loads((ROOT / "benchmarks" / "algorithms.json").read_text(encoding="utf-8"))


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
    monkeypatch.setattr(choice, "tree_pays", lambda *asked: False)
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

    def pays(problem, built):
        seen.append((len(problem.queries), *problem.rows.shape, problem.k, built))
        return built

    monkeypatch.setattr(choice, "tree_pays", pays)
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


# --- The costs --------------------------------------------------------------------------------


def test_the_expected_leaves():
    assert leaves_visited(10, 3, 1, 1.0) == 1
    assert leaves_visited(10**6, 1, 18, 1.0) == pytest.approx(2)  # an interval, a leaf long
    disk = (1 + 2 / np.pi**0.5) ** 2
    assert leaves_visited(10**6, 2, 18, 1.0) == pytest.approx(disk)
    assert leaves_visited(18_000, 50, 1, 1.0) == pytest.approx(1000)


def test_a_few_queries_are_compared_with_all_rows_where_a_tree_rules_little_out():
    """Eight queries planted a tree of 64 features, and took ten times as long with it."""
    rng = np.random.default_rng(0)
    for d, pays in ((8, True), (64, False)):
        T, X = rng.random((100_000, d)), rng.random((8, d))
        assert choice.tree_pays(Asked(T, X, 1, 2**28), True) == pays


def test_on_a_line_near_ties_cost_only_where_numbers_round():
    T = np.random.default_rng(0).random((20_000, 1))
    for rows, pays in ((T, True), (np.floor(1e5 * T), False)):
        problem = Asked(rows, rows[:200], 1, 2**28).examined()
        assert choice.tree_pays(problem, False) == pays


@pytest.fixture(scope="module")
def algorithms():
    pytest.importorskip("threadpoolctl")
    import algorithms

    return algorithms


def test_the_costs_are_those_that_were_measured(algorithms):
    assert STORED["costs"] == COSTS._asdict()
    assert algorithms.fit(STORED["cases"]) == pytest.approx(COSTS)


def test_the_choice_loses_little_on_the_measured_grid(algorithms):
    """The factors that `k_nearest` states."""
    assert STORED["losses"] == algorithms.losses(COSTS, STORED["cases"])
    even, clustered = STORED["losses"]["even"], STORED["losses"]["clustered"]
    assert max(even.values()) <= 2
    assert "within a factor of 2" in k_nearest.__doc__
    lost = r"the choice lost up to (\d+) by comparing all rows, and up to (\d+)\s+where a tree"
    (told,) = re.findall(lost, k_nearest.__doc__)
    assert list(map(int, told)) == [np.ceil(clustered[name]) for name in ("new", "standing")]
    assert f"From {8 * choice.TRIAL} queries on" in k_nearest.__doc__
    shapes = {tuple(c["shape"]) for c in STORED["cases"]}
    chosen = {algorithms.chosen(COSTS, list(shape), 1, False) for shape in shapes}
    assert chosen == {"tree", "brute"}


def test_beside_the_bare_tree():
    for case in STORED["target"]:
        assert case["shape"] == [2000, 20_000, 4]
        assert case["ratio"] <= 1.6
        for wrong in case["wrong"].values():
            assert wrong["auto"] == 0
            assert wrong["bare tree"] > 0


def test_everything_is_measured_in_the_stored_form(algorithms):
    said = []
    result = algorithms.measure(algorithms.QUICK, said.append)
    assert set(result) == set(STORED)
    assert set(result["cases"][0]) == set(STORED["cases"][0])
    assert set(result["target"][0]) == set(STORED["target"][0])
    assert len(result["cases"]) == 9
    assert all(min(times) > 0 for c in result["cases"] for times in c["seconds"].values())


def test_the_fit_finds_costs_that_made_the_times(algorithms):
    made = COSTS._replace(spread=0.6)
    cases = []
    for n_test, n_train in ((200, 2000), (2000, 2000), (200, 20_000), (3000, 90_000)):
        for d in (1, 2, 3, 5, 8, 16):
            seconds = {
                "brute": [made.brute_seconds(n_test, n_train, d)],
                "tree": [made.tree_seconds(n_test, n_train, d, 1, True)],
            }
            whole = made.tree_seconds(n_test, n_train, d, 1, False)
            seconds["build"] = [whole - seconds["tree"][0]]
            cases.append(
                {"cloud": "even", "shape": [n_test, n_train, d], "k": 1, "seconds": seconds}
            )
    for shape, k in (((100, 100_000, 3), 500), ((200, 10_000, 8), 9000)):
        seconds = {
            "brute": [made.brute_seconds(*shape, k)],
            "tree": [made.tree_seconds(*shape, k, True)],
            "build": [made.build_seconds(*shape[1:])],
        }
        cases.append({"cloud": "even", "shape": list(shape), "k": k, "seconds": seconds})
    found = algorithms.fit(cases)
    for name in ("brute_near", "brute_neighbor", "tree_far", "tree_neighbor", "spread"):
        assert getattr(found, name) == pytest.approx(getattr(made, name), rel=0.02), name
    for case in cases[:-2]:
        shape = case["shape"]
        again = found.brute_seconds(*shape)
        assert again == pytest.approx(case["seconds"]["brute"][0], rel=0.02)
        again = found.tree_seconds(*shape, 1, True)
        assert again == pytest.approx(case["seconds"]["tree"][0], rel=0.02)
    assert algorithms.losses(found, cases)["even"]["new"] <= 1.02
