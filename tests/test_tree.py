"""The tree as a filter: its bound against exact fractions, its answers against all rows."""

import sys
import threading
import tracemalloc
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    FAMILIES,
    neighbors_sought,
    oracle_distance,
    oracle_k_nearest,
    problems,
)

from nnlib import choice, k_nearest, memory, nearest
from nnlib import tree as tree_module
from nnlib.memory import search
from nnlib.problem import Problem as Asked
from nnlib.request import Request
from nnlib.settle import filled
from nnlib.training import TrainingSet
from nnlib.tree import LARGEST, Tree, how_many, tree_bytes, tree_fits

IN_BOUNDS = tuple(name for name in FAMILIES if name not in ("doubles", "random bits", "extremes"))


@pytest.fixture
def small_leaves(monkeypatch):
    """Let tiny problems grow deep trees."""
    monkeypatch.setattr(tree_module, "LEAF", 1)


def lattice(rng, n, d, step=0.1):
    return rng.integers(0, 6, (n, d)) * step


# --- The theorem ------------------------------------------------------------------------------


def check_theorem(T, X, m):
    """Compare the tree's answer with every exact distance, as the theorem states it."""
    tree = Tree(T)
    terms = tree.terms
    u = Fraction(1, 2**53)
    gamma = (terms + 2) * u / (1 - (terms + 2) * u)
    eta = terms * Fraction(1, 2**1074)
    squares, found = tree.query(X, m)
    assert found.shape == squares.shape == (len(X), m)
    for x, values, rows in zip(X.astype(float), squares.tolist(), found.tolist(), strict=True):
        truth = [oracle_distance(x, t) for t in T.astype(float)]
        assert len(set(rows)) == m
        for value, row in zip(values, rows, strict=True):
            assert truth[row] * (1 - gamma) <= Fraction(value) + eta
            assert Fraction(value) <= (1 + gamma) * truth[row] + eta
        for row in set(range(len(T))) - set(rows):
            assert Fraction(values[-1]) <= (1 + gamma) * truth[row] + eta


@given(problems(max_rows=30, max_queries=2, min_d=1, max_d=5), st.integers(0, 29))
def test_no_row_left_out_is_nearer_than_the_theorem_says(problem, m):
    if tree_fits(problem.T, problem.X):
        with mock.patch.object(tree_module, "LEAF", 1):
            check_theorem(problem.T, problem.X, 1 + m % len(problem.T))


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_theorem_on_deep_trees(d, small_leaves):
    rng = np.random.default_rng(d)
    X = rng.random((2, d))
    uneven = rng.random((300, d)) * 10.0 ** rng.integers(-160, 3, (300, d))
    for T in (rng.random((300, d)), lattice(rng, 300, d), uneven, 1e8 + lattice(rng, 300, d)):
        for m in (1, 40):
            check_theorem(T, X + T[:2], m)


def test_the_premises_of_the_proof_hold_in_the_trees_that_scipy_builds(small_leaves):
    """Splits lie in their cells and part the rows as the docstring says."""
    rng = np.random.default_rng(0)
    exponential = np.floor(rng.exponential(0.6, (300, 3)))
    for T in (rng.random((300, 3)), lattice(rng, 300, 3), exponential):
        tree = Tree(T)._tree
        inner, levels = 0, 0
        open_nodes = [(tree.tree, T.min(axis=0), T.max(axis=0))]
        while open_nodes:
            node, low, high = open_nodes.pop()
            levels = max(levels, node.level)
            if node.split_dim < 0:
                continue
            inner += 1
            j, split = node.split_dim, node.split
            assert low[j] <= split <= high[j]
            assert (T[node.lesser.indices, j] < split).all()
            assert (T[node.greater.indices, j] >= split).all()
            assert 0 < node.lesser.children < node.children
            below, above = high.copy(), low.copy()
            below[j] = above[j] = split
            open_nodes += [(node.lesser, low, below), (node.greater, above, high)]
        assert inner == tree.size // 2
        assert levels <= 4 * (np.log2(len(T)) + 3)


def test_the_proof_was_read_from_the_scipy_that_runs():
    """Read query.cxx and build.cxx of a newer SciPy before you let it in here."""
    assert tree_module.READ == ((1, 14), (1, 18))
    assert "SciPy 1.14 to 1.18" in tree_module.__doc__
    assert tree_module.bound_was_read()


@pytest.mark.parametrize("version", ["1.14.0", "1.18.9", "1.18.0.dev0+git.1", "1.18.0rc1"])
def test_a_scipy_that_was_read_is_asked(version, monkeypatch):
    monkeypatch.setattr(scipy, "__version__", version)
    assert tree_module.bound_was_read()


def test_without_scipy_all_rows_are_compared(monkeypatch):
    rng = np.random.default_rng(0)
    T, X = rng.random((20_000, 2)), rng.random((3_000, 2))
    expected = k_nearest(T, X, 2, algorithm="brute")
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert np.array_equal(k_nearest(T, X, 2), expected)
    with pytest.warns(RuntimeWarning, match="there is no SciPy"):
        assert np.array_equal(k_nearest(T, X, 2, algorithm="tree"), expected)


@pytest.mark.parametrize("version", ["1.13.1", "1.19.0", "1.19.0rc1", "2.0.0", "2.15.0"])
def test_no_tree_of_a_scipy_that_was_not_read_is_asked(version, monkeypatch):
    rng = np.random.default_rng(0)
    T, X = rng.random((20_000, 2)), rng.random((3_000, 2))
    expected = k_nearest(T, X, 2, algorithm="brute")
    problem = Asked(T, X, 2, 2**28)
    assert choice.tree_pays(problem, False)
    monkeypatch.setattr(scipy, "__version__", version)
    monkeypatch.setattr(Tree, "__init__", mock.Mock(side_effect=AssertionError("planted")))
    assert not choice.tree_pays(problem, False)
    assert np.array_equal(k_nearest(T, X, 2), expected)
    with pytest.warns(RuntimeWarning, match=r"those of 1\.14 to 1\.18: all rows"):
        found = k_nearest(T, X, 2, algorithm="tree")
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("narrower", [lambda c: c, lambda c: c * 0.999])
def test_a_bound_that_is_too_small_is_caught(narrower, small_leaves, monkeypatch):
    """Without its widening, rounding and the tree's own ties decide."""
    rng = np.random.default_rng(0)
    T, X = (rng.integers(0, 3, (n, 30)) * 0.1 for n in (300, 500))
    truth = nearest(T, X, algorithm="brute")
    assert np.array_equal(nearest(T, X, algorithm="tree"), truth)
    monkeypatch.setattr(Tree, "farther", lambda self, squares, error: narrower(squares))
    assert (nearest(T, X, algorithm="tree") != truth).any()


# --- The search -------------------------------------------------------------------------------


@neighbors_sought
def test_the_tree_finds_the_truth(problem, k):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    brute = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    for leaf in (1, 24):
        with mock.patch.object(tree_module, "LEAF", leaf):
            distances, indices = k_nearest(T, X, k, algorithm="tree", return_distance=True)
        assert np.array_equal(indices, truth)
        assert indices.dtype == np.intp
        assert np.array_equal(distances, brute[0])
        assert distances.dtype == np.float64


@given(problems(families=IN_BOUNDS, max_rows=60, max_queries=4, min_d=1), st.integers(1, 3))
def test_proved_answers_are_the_truth_and_others_are_left_over(problem, k):
    """Few candidates on many rows: what `Tree.search` does not leave over needs no other search."""
    T, X, k = problem.T, problem.X, min(k, len(problem.T))
    with (
        mock.patch.object(tree_module, "LEAF", 2),
        mock.patch.object(tree_module, "how_many", lambda k, n: (min(k + 1, n), min(k + 3, n))),
    ):
        asked = Asked(T, X, k, 2**20).examined()
        distances, indices, left = Tree(T).search(asked, lambda count: None)
    expected = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    assert np.array_equal(indices[~left], expected[1][~left])
    distances = filled(T, X[~left], distances[~left], indices[~left])
    assert np.array_equal(distances, expected[0][~left])


def clouds():
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((1200, 3)), rng.standard_normal((40, 3))
    yield "cloud", T, X
    yield "single", T.astype(np.float32), X.astype(np.float32)
    yield "each row 20 times", np.tile(T[:60], (20, 1)), X
    yield "all rows equal", np.full_like(T, 0.1), X
    yield "0.1 lattice", lattice(rng, 1200, 3), lattice(rng, 40, 3)
    yield "integers", rng.integers(0, 9, (1200, 3)), rng.integers(0, 9, (40, 3))
    yield "ulps apart", 1 + rng.integers(0, 9, T.shape) * 2.0**-52, X
    beyond = 2**60 + rng.integers(-(10**6), 10**6, (1200, 3))
    yield "beyond 2**53", beyond, beyond[:40] + 77
    sphere = T / np.linalg.norm(T, axis=1)[:, None]
    yield "sphere", sphere, X * 1e-14
    yield "underflow", T * 1e-170, X * 1e-170
    yield "overflow", T * 1e200, X * 1e200
    far = T.copy()
    far[7] = 1e100
    yield "outlier", far, np.concatenate([X, far[7:8]])
    yield "flat", np.where([True, False, False], T, 0.5), X


@pytest.mark.parametrize("k", [1, 5, 1200])
@pytest.mark.parametrize(("T", "X"), [pytest.param(*c[1:], id=c[0]) for c in clouds()])
def test_same_bits_as_all_rows(T, X, k):
    if k > 5:
        X = X[:3]
    expected = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    found = k_nearest(T, X, k, algorithm="tree", return_distance=True)
    assert np.array_equal(found[1], expected[1])
    assert np.array_equal(found[0], expected[0])


def left_over(T, X, k=1):
    """Return how many queries the tree hands to the search over all rows."""
    rows = mock.Mock(wraps=memory.compare)
    with mock.patch.object(memory, "compare", rows):
        k_nearest(T, X, k, algorithm="tree")
    return sum(len(call.args[1].queries) for call in rows.call_args_list)


def test_what_is_left_over():
    data = {name: (T, X) for name, T, X in clouds()}
    for name in ("cloud", "single", "each row 20 times", "integers", "beyond 2**53", "outlier"):
        assert left_over(*data[name]) == 0
    for name in ("all rows equal", "sphere", "underflow", "overflow"):
        assert left_over(*data[name]) == len(data[name][1])
    T, X = data["cloud"]
    assert left_over(T, X, 1190) == left_over(T, X, 1200) == 0
    assert left_over(np.zeros((3, 0)), np.zeros((2, 0))) == 2


def test_the_rest_does_without_the_tree_once_half_is_left_over(monkeypatch):
    rng = np.random.default_rng(0)
    T = np.concatenate([np.full((200, 2), 5.0), rng.random((200, 2))])
    X = np.concatenate([np.full((70, 2), 6.5) + rng.random((70, 2)), rng.random((900, 2))])
    asked = []
    query = Tree.query
    monkeypatch.setattr(
        Tree, "query", lambda tree, X, m: asked.append((len(X), m)) or query(tree, X, m)
    )
    assert left_over(T, X) == len(X)
    assert asked == [(64, 2), (64, 36)]
    asked.clear()
    assert left_over(T, X[::-1]) == 70
    assert sum(n for n, m in asked if m == 2) == len(X)


def test_few_are_asked_first_and_never_more_than_there_are():
    assert how_many(1, 1000) == (2, 36)
    assert how_many(1, 1) == (1,)
    assert how_many(5, 5) == (5,)
    assert how_many(5, 6) == (6,)
    assert how_many(5, 20) == (6, 20)


def test_memory():
    rng = np.random.default_rng(0)
    T, X = rng.random((2500, 4)), rng.random((700, 4))
    for make in (lambda A: A, lambda A: A.astype(np.float32), lambda A: np.rint(A * 20) * 0.05):
        rows, queries = make(T), make(X)
        limit = 2**19
        nearest(rows[:9], queries[:9], algorithm="tree")
        tracemalloc.start()
        try:
            k_nearest(rows, queries, 9, memory_limit=limit, algorithm="tree")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak <= limit + 3 * 16 * 9 * len(X)


def test_a_tree_is_as_large_as_it_is_said_to_be():
    """Nodes are not Python's memory: count them."""
    rng = np.random.default_rng(0)
    for n in (1, 1535, 1537, 3000, 20_000):
        for T in (
            rng.random((n, 2)),
            lattice(rng, n, 4),
            np.tile(rng.random((n // 20 + 1, 3)), (20, 1)),
        ):
            said = tree_bytes(T) - len(T) * (8 + T.shape[1])
            assert 2 * 72 * Tree(T)._tree.size <= said
    T = rng.random((500, 3))
    for copied in (T.astype(np.float32), np.asfortranarray(T), T[:, ::-1]):
        assert tree_bytes(copied) == tree_bytes(T) + 8 * T.size


def test_errors():
    T, X = np.random.default_rng(0).random((900, 2)), np.zeros((2, 2))
    with pytest.raises(
        ValueError, match="algorithm must be one of 'auto', 'brute', 'tree', 'partition'; got 'k'"
    ):
        nearest(T, X, algorithm="k")
    for method in ("expanded", "direct"):
        with pytest.raises(ValueError, match=f"needs method='exact'; got method='{method}'"):
            nearest(T, X, algorithm="tree", method=method)
        assert nearest(T, X, algorithm="auto", method=method).shape == (2,)
    with pytest.raises(ValueError, match="memory_limit = 20000 is too small for algorithm='tree'"):
        nearest(T, X, algorithm="tree", memory_limit=20_000)
    assert nearest(T, X, memory_limit=20_000).shape == (2,)
    with pytest.raises(ValueError, match="X_test must be finite"):
        nearest(T, X * np.nan, algorithm="tree")
    assert nearest(T, X[:0], algorithm="tree").shape == (0,)


def test_a_source_has_no_tree(tmp_path):
    T = np.random.default_rng(0).random((900, 2))
    source = np.memmap(tmp_path / "rows", np.float64, "w+", shape=T.shape)
    source[:] = T
    with pytest.raises(ValueError, match="algorithm='tree' needs X_train in memory"):
        nearest(source, T[:2], algorithm="tree")
    with pytest.raises(ValueError, match="algorithm must be one of"):
        nearest(source, T[:2], algorithm="k")
    assert nearest(source, T[:2], algorithm="auto").tolist() == [0, 1]


def test_in_several_threads_at_once():
    rng = np.random.default_rng(0)
    training, X = TrainingSet(lattice(rng, 3000, 3)), rng.random((400, 3))
    expected = k_nearest(training.rows, X, 3, algorithm="brute", return_distance=True)
    results = [None] * 4

    def work(i):
        found = search(training, X, Request(3, algorithm="tree"))
        results[i] = filled(training.rows, *found), found[2]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for found in results:
        assert np.array_equal(found[0], expected[0])
        assert np.array_equal(found[1], expected[1])


def test_numbers_that_a_tree_may_hold():
    most = float(LARGEST)
    assert tree_fits(np.array([[most]]), np.array([[-most]]))
    assert not tree_fits(np.array([[1.0]]), np.array([[np.nextafter(-most, -np.inf)]]))
    assert not tree_fits(np.zeros((3, 0)))
    assert tree_fits(np.array([[2**64 - 1]], np.uint64))
