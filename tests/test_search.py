"""The search against an oracle in exact fractions: every index, tie, tile and type."""

import contextlib
import re
import threading
import tracemalloc
from fractions import Fraction
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_iris
from strategies import FAMILIES, Problem, oracle_distances, oracle_k_nearest, problems

from nnlib import (
    choice,
    exact,
    k_nearest,
    memory,
    nearest,
    predict_1nn,
    settle,
    shortlist,
    squared_distances,
    tree,
)
from nnlib.certify import cutoff
from nnlib.memory import search
from nnlib.problem import Problem as Asked
from nnlib.request import METHODS, Request
from nnlib.tiles import TILE_BYTES, Tiles, keep_best, slices, smallest_k
from nnlib.training import TrainingSet

INTEGERS = ("bits", "small integers", "signed integers")
IRIS = load_iris()
DIGITS = load_digits()


def smallest_limit(problem, k, method):
    """Return the least memory_limit that a search accepts."""
    low, high = 1, 2**30
    while low < high:
        middle = (low + high) // 2
        try:
            tiles = Tiles(problem.T.shape[1], k, method == "exact")
            tiles.shape(max(len(problem.X), 1), len(problem.T), middle)
            high = middle
        except ValueError:
            low = middle + 1
    return low


# --- method="exact" ---------------------------------------------------------------------------


@example(Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1), 0, 0)
@example(Problem(np.array([[2**60 - 129], [2**60 + 65]]), np.array([[2**60 - 32]])), 0, 0)
@example(Problem(np.array([[1.7e308], [1.6e308], [1e300]]), np.array([[-1e300]])), 2, 0)
@example(Problem(np.array([[2e-200], [1e-200], [5e-324]]), np.array([[0.0]])), 1, 0)
@given(problems(), st.integers(0, 8), st.integers(0, 4000))
def test_exact_is_the_truth_under_any_memory_limit(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    limit = smallest_limit(problem, k, "exact") + more_memory
    for options in ({}, {"memory_limit": limit}):
        found = k_nearest(T, X, k, **options)
        assert found.dtype == np.intp
        assert found.shape == (len(X), k)
        assert np.array_equal(found, truth)
    first = nearest(T, X)
    assert first.dtype == np.intp
    assert np.array_equal(first, truth[:, 0])


@given(problems(), st.integers(0, 8))
def test_exact_distances_are_those_of_the_rows(problem, k):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    distances, indices = k_nearest(T, X, k, return_distance=True)
    assert distances.dtype == np.float64
    assert distances.shape == indices.shape == (len(X), k)
    with np.errstate(over="ignore"):
        for x, row, chosen in zip(X, distances, indices, strict=True):
            for value, i in zip(row, chosen, strict=True):
                expected = 0.0
                for a, b in zip(x.tolist(), T[i].tolist(), strict=True):
                    expected += np.square(float(a) - float(b))
                assert value == expected


@pytest.mark.parametrize("offset", [0, 1e8, -1e12])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_exact_on_iris(offset, dtype):
    """Iris has a duplicate pair and, moved far from zero, nothing but ties."""
    data = (IRIS.data + offset).astype(dtype)[::3]
    assert np.array_equal(k_nearest(data, data, 7), oracle_k_nearest(data, data, 7))


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "u1", "i8", "u8", "?"])
def test_exact_on_digits(dtype):
    """Digits hold small integers: every form of arithmetic in integers agrees."""
    data = DIGITS.data.astype(dtype)
    T, X = data[300:].astype(np.int64), data[:300].astype(np.int64)
    D = (X * X).sum(1)[:, None] - 2 * X @ T.T + (T * T).sum(1)
    expected = D.argsort(axis=1, kind="stable")[:, :5]
    for method in METHODS:
        assert np.array_equal(k_nearest(data[300:], data[:300], 5, method=method), expected)
        assert np.array_equal(nearest(data[300:], data[:300], method=method), expected[:, 0])


def test_mixed_integer_types_are_compared_as_integers():
    T = np.array([[2**63 - 1], [2**63 - 2]], np.int64)
    X = np.array([[2**63 + 5], [2**63 - 2]], np.uint64)
    assert nearest(T, X).tolist() == [0, 1]
    assert nearest(np.array([[2.0**62], [2.0**62 + 1024]]), np.array([[2**62 + 513]])).tolist() == [
        1
    ]
    assert nearest(np.array([[-(2**63)], [0]]), np.array([[2**64 - 1]], np.uint64)).tolist() == [1]


@contextlib.contextmanager
def small_scale(group=2, room=(4, 2), tile=(8, 3), odd=3, threads=1, counted=()):
    """Let tiny problems run through every stage; count the calls of some functions."""
    settings = {
        exact: {
            "SMALL_WORK": -1, "MOST_ODD": odd, "FAIR": 0, "threads_for": lambda products: threads,
        },
        choice: {"SMALL_WORK": -1, "tree_pays": lambda *sizes: False},
        shortlist: {
            "GROUP": group, "GROUPS": 1, "ROOM": room, "FILTER_TILE": tile, "WIDE_TILE": tile,
            "THREAD_BYTES": 1, "FEWEST_ROWS": 1,
        },
    }  # fmt: skip
    with contextlib.ExitStack() as stack:
        for module, values in settings.items():
            for name, value in values.items():
                stack.enter_context(mock.patch.object(module, name, value))
        yield {
            name: stack.enter_context(mock.patch.object(home, name, wraps=getattr(home, name)))
            for name in counted
            for home in [settle if name == "settle" else exact]
        }


NOT_WHOLE = tuple(name for name in FAMILIES if name not in INTEGERS)


@example(Problem(np.array([[3, 3], [1, 1]]) * 0.1, np.array([[4, 0]]) * 0.1), 0, 1, 4, 1)
@example(
    Problem(np.array([[1e-3], [2e-3], [1e200], [3e-3]]), np.array([[0.1], [1e201]])), 1, 1, 4, 2
)
@given(
    problems(families=NOT_WHOLE, max_rows=30, max_queries=9),
    st.integers(0, 4),
    st.integers(1, 4),
    st.sampled_from([1, 4, 40]),
    st.sampled_from([1, 1, 3]),
)
def test_the_certified_search_is_the_truth(problem, k, group, room, threads):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    with small_scale(group, (room, 1), threads=threads):
        assert np.array_equal(k_nearest(T, X, k), oracle_k_nearest(T, X, k))


STAGES = ("filter_rows", "settled_pairs", "exact_winners", "first_k", "by_direct_form", "settle")


@pytest.mark.parametrize(
    ("family", "stages"),
    [
        ("doubles", {"filter_rows", "settled_pairs"}),
        ("lattice", {"filter_rows", "settled_pairs", "exact_winners", "first_k", "settle"}),
        ("ulps apart", {"filter_rows", "settled_pairs", "exact_winners", "first_k", "settle"}),
        ("mixed magnitudes", {"filter_rows", "exact_winners", "by_direct_form", "settle"}),
        ("integers beyond 2**53", {"by_direct_form", "settle"}),
    ],
)
def test_tiny_problems_run_through_every_stage(family, stages):
    """The stages that the property above relies on, each seen at work on data of its kind."""
    seen = set()
    with small_scale(counted=STAGES) as calls:

        @given(problems(families=(family,), min_d=1, max_rows=30, max_queries=9))
        def look(problem):
            nearest(problem.T, problem.X)

        look()
        seen = {name for name, call in calls.items() if call.called}
    assert seen >= stages


def hostile():
    """Yield data that break one stage or another, some rows and a few queries each."""
    rng = np.random.default_rng(0)
    cloud, X = rng.standard_normal((120, 5)), rng.standard_normal((6, 5))
    point = rng.random(5)
    yield "all equal", np.full((120, 5), 0.1), X
    yield "repeated", np.repeat(cloud[:6], 20, axis=0), X
    yield "lattice", rng.integers(0, 3, (120, 5)) * 0.1, rng.integers(0, 3, (6, 5)) * 0.1
    yield "ulps apart", point + rng.integers(0, 9, (120, 5)) * 2.0**-53, X
    centers = rng.standard_normal((3, 5))
    ulps = 1 + rng.integers(-4, 5, (120, 5)) * 2.0**-52
    yield "clusters", centers[rng.integers(0, 3, 120)] * ulps, X
    yield "sphere", cloud / np.linalg.norm(cloud, axis=1)[:, None], X * 1e-14
    yield "permutations", np.array([rng.permutation(point) for _ in range(120)]), np.ones((6, 5))
    for size in (1e6, 1e200):
        far = cloud.copy()
        far[7] *= size
        yield f"outlier {size}", far, np.concatenate([X, far[6:8]])
    yield "lattice and outlier", np.where(far > 1e150, 1e200, np.rint(far) * 0.1), X.round() * 0.1
    sizes = 10.0 ** rng.integers(-150, 150, (120, 5))
    yield "mixed magnitudes", cloud * sizes, X * sizes[:6]
    yield "wide and equal", np.tile(cloud[:1] * sizes[:1], (120, 1)), X
    yield "offset 1e15", np.rint(cloud * 8) / 8 + 1e15, np.rint(X * 8) / 8 + 1e15
    yield "single", (cloud + 1e4).astype(np.float32), (X + 1e4).astype(np.float32)


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize(("T", "X"), [pytest.param(*d[1:], id=d[0]) for d in hostile()])
def test_hostile_data(T, X, k):
    truth = oracle_k_nearest(T, X, k)
    assert np.array_equal(k_nearest(T, X, k), truth)
    for room in ((2, 0), (24, 8)):
        for options in ({}, {"memory_limit": 2**17}):
            for threads in (1, 2):
                with small_scale(8, room, (64, 64), threads=threads):
                    assert np.array_equal(k_nearest(T, X, k, **options), truth)


def test_the_search_catches_a_bound_that_is_too_small(monkeypatch):
    """With θ far below the product's rounding, the filter drops true neighbors."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 30))
    T = np.repeat(X, 40, axis=0) + rng.standard_normal((2400, 30)) * 1e-4
    truth = nearest(T, X, method="direct")
    with small_scale(16, (60, 0), (512, 64), counted=["filter_rows"]) as calls:
        assert np.array_equal(nearest(T, X), truth)
        assert calls["filter_rows"].called
        proved = shortlist.choose_frame
        monkeypatch.setattr(
            shortlist, "choose_frame", lambda *a: proved(*a)._replace(theta=2.0**-40)
        )
        assert (nearest(T, X) != truth).any()


def test_outliers_do_not_spoil_the_filter():
    """With one row at 1e200, the other rows are still told apart by the product."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((3000, 8)), rng.standard_normal((400, 8))
    T[5], X[7] = 1e200, -1e200
    with small_scale(32, (24, 8), (1024, 256), counted=["by_digits"]) as calls:
        found = nearest(T, X)
        assert sum(len(call.args[0].queries) for call in calls["by_digits"].call_args_list) == 1
    assert np.array_equal(found[:7], nearest(T[6:], X[:7], method="direct") + 6)
    with np.errstate(all="ignore"):
        expected = exact.by_direct_form(Asked(T, X, 1, 2**26), 500)[1][:, 0]
    assert np.array_equal(found, expected)


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


@pytest.mark.parametrize("maker", ["random", "single", "all equal", "lattice"])
@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("threads", [1, 2])
def test_peak_memory_of_the_certified_search(maker, k, threads, monkeypatch):
    monkeypatch.setattr(exact, "threads_for", lambda products: threads)
    monkeypatch.setattr(shortlist, "THREAD_BYTES", 2**19)
    rng = np.random.default_rng(0)
    n, q, d = 3000, 200, 20
    T, X = MAKERS[maker](rng, n, d), MAKERS[maker](rng, q, d)
    X = X + X.dtype.type(0.03)
    for limit in (2**20, 2**21) if threads == 1 else (2**20,):
        tracemalloc.start()
        try:
            found = k_nearest(T, X, k, memory_limit=limit)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak <= limit + 2 * found.nbytes + 8 * n + 2**21
        assert limit < 4 * n * q
    assert np.array_equal(found[::100], k_nearest(T, X[::100], k))


def test_the_certified_search_in_several_threads_at_once():
    rng = np.random.default_rng(0)
    training = TrainingSet(rng.standard_normal((4000, 16)))
    X = rng.standard_normal((600, 16))
    _, *expected = search(training, X, Request(2))
    results = [None] * 4

    def work(i):
        _, *results[i] = search(training, X, Request(2))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for distances, indices in results:
        assert np.array_equal(distances, expected[0])
        assert np.array_equal(indices, expected[1])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("k", [1, 10, 50])
def test_peak_memory_of_many_neighbors(k, threads, monkeypatch):
    """Few features and many neighbors: here the hits of a tile take more room than all else."""
    monkeypatch.setattr(exact, "threads_for", lambda products: threads)
    monkeypatch.setattr(shortlist, "THREAD_BYTES", 2**20)
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((8000, 8)), rng.standard_normal((4000, 8))
    limit = 2**23
    tracemalloc.start()
    try:
        found = k_nearest(T, X, k, memory_limit=limit, algorithm="brute")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= limit + 2 * found.nbytes + 2**20


@pytest.mark.parametrize("limit", [2**22, 2**23, 2**24])
def test_the_digits_of_many_near_ties_stay_within_the_limit(limit):
    T, X = np.ones((40_000, 1)), np.zeros((64, 1))
    T[0], T[1] = 2.0**-100, 1 + 2.0**-40
    expected = [[0, *range(2, 11)]] * len(X)
    tracemalloc.start()
    try:
        found = k_nearest(T, X, 10, memory_limit=limit, algorithm="brute")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.tolist() == expected
    assert peak <= limit + 2 * found.nbytes + 2**20


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_rows_at_one_end_of_the_range_and_a_neighbor_at_the_other(dtype):
    """Between them a difference overflows, and the rows are moved before they are scaled."""
    end = 0.55 * float(np.finfo(dtype).max)
    T = end * (1 + 0.2 * np.random.default_rng(0).random((10_000, 1)))
    T[5] = -0.9 * end
    X = np.full((3, 1), -0.6 * end)
    assert nearest(T.astype(dtype), X.astype(dtype), algorithm="brute").tolist() == [5, 5, 5]


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


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_share_the_rows_and_change_no_bit(threads):
    """Every pair is counted once, in blocks that somebody else might have taken."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((3000, 8)), rng.standard_normal((70, 8))
    found, counts = [], []
    for count in (1, threads):
        seen = []
        with small_scale(8, (24, 8), (64, 48), threads=count):
            request = Request(4, algorithm="brute")
            found.append(memory.solve(TrainingSet(T), X, request, seen.append))
        counts.append(sum(seen))
    assert counts == [len(T) * len(X)] * 2
    for alone, together in zip(*found, strict=True):
        assert np.array_equal(alone, together)
    assert np.array_equal(found[0][1], k_nearest(T, X, 4, method="direct"))


def test_threads_are_called_for_much_work_and_where_nobody_is_busy(monkeypatch):
    much, long = exact.THREADED_WORK, exact.LONG_WORK
    monkeypatch.setattr(exact, "blas_threads", lambda: 2)
    for busy, expected in ((False, [1, 2, 2, 2]), (True, [1, 1, 1, 2])):
        monkeypatch.setattr(exact, "others_run", lambda busy=busy: busy)
        works = (much - 1, much, long - 1, long)
        assert [exact.threads_for(work) for work in works] == expected


@pytest.mark.parametrize("k", [20, 50, 100])
def test_many_neighbors_crowd_no_query(k):
    """Hits of the k nearest groups are no reason to give a query up."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((20_000, 16)), rng.standard_normal((50, 16))
    with mock.patch.object(exact, "by_digits", side_effect=AssertionError):
        found = k_nearest(T, X, k, algorithm="brute")
    assert np.array_equal(found, k_nearest(T, X, k, method="direct"))


def test_a_mass_of_ties_is_settled_on_the_way(monkeypatch):
    """With little memory and many ties, candidates are settled before the last tile."""
    calls = []
    settled = exact.settled

    def counting(problem, found):
        calls.append(len(found.owner))
        return settled(problem, found)

    monkeypatch.setattr(exact, "settled", counting)
    rng = np.random.default_rng(0)
    T = np.concatenate([np.full((70, 2), 0.3), rng.integers(0, 3, (130, 2)) * 0.1])
    X = rng.integers(0, 5, (7, 2)) * 0.1
    for k in (1, 3, 80):
        truth = oracle_k_nearest(T, X, k)
        limit = smallest_limit(Problem(T, X), k, "exact")
        for memory_limit in (limit, limit + 3000, limit + 20000):
            calls.clear()
            assert np.array_equal(k_nearest(T, X, k, memory_limit=memory_limit), truth)
            queries, _ = Tiles(2, k, True).shape(len(X), len(T), memory_limit)
            n_blocks = len(list(slices(len(X), queries)))
            if memory_limit == limit:
                assert len(calls) > n_blocks


def test_nothing_is_settled_where_nothing_is_close(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("settled in integers")

    monkeypatch.setattr(settle, "settle", refuse)
    monkeypatch.setattr(settle, "pair_digits", refuse)  # settles masses
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((3000, 4)), rng.standard_normal((700, 4))
    for algorithm in ("brute", "tree"):
        assert k_nearest(T, X, 3, algorithm=algorithm).shape == (700, 3)
    small = rng.integers(0, 3, (300, 3))  # many ties, but nothing rounds
    for dtype in (np.int64, np.uint8, np.float32, np.float64):
        assert k_nearest(small.astype(dtype), small[:50].astype(dtype), 3).shape == (50, 3)
    with pytest.raises(AssertionError, match="settled in integers"):
        nearest(small * 0.1, small * 0.1)


# --- the computed methods ---------------------------------------------------------------------


@given(problems(), st.integers(0, 8), st.integers(0, 4000))
def test_direct_sorts_the_computed_values_under_any_memory_limit(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    try:
        D = squared_distances(X, T, method="direct")
    except ValueError:  # an overflow, which matters here only among the k nearest
        D = None
    limit = smallest_limit(problem, k, "direct") + more_memory
    if D is None:
        try:
            assert np.isfinite(k_nearest(T, X, k, method="direct", return_distance=True)[0]).all()
        except ValueError as error:
            assert "squared distances overflow" in str(error)  # noqa: PT017
        return
    expected = D.argsort(axis=1, kind="stable")[:, :k]
    for options in ({}, {"memory_limit": limit}):
        found = k_nearest(T, X, k, method="direct", return_distance=True, **options)
        assert found[0].dtype == D.dtype
        assert np.array_equal(found[1], expected)
        assert np.array_equal(found[0], np.take_along_axis(D, expected, axis=1))


@given(problems(families=INTEGERS), st.integers(0, 8), st.integers(0, 4000))
def test_all_methods_are_exact_on_small_integers(problem, k, more_memory):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    D = np.array(oracle_distances(X, T), dtype=float).reshape(len(X), len(T))
    for method in METHODS:
        limit = smallest_limit(problem, k, method) + more_memory
        for memory_limit in (2**26, limit):
            options = {"method": method, "memory_limit": memory_limit}
            distances, indices = k_nearest(T, X, k, return_distance=True, **options)
            assert np.array_equal(indices, truth)
            assert np.array_equal(distances, np.take_along_axis(D, truth, axis=1))
            assert np.array_equal(nearest(T, X, **options), truth[:, 0])


@given(problems(families=("lattice", "offset lattice", "iris-like")), st.integers(0, 4000))
def test_expanded_is_wrong_by_no_more_than_its_rounding(problem, more_memory):
    T, X = problem.T, problem.X
    limit = smallest_limit(problem, 1, "expanded") + more_memory
    found = nearest(T, X, method="expanded", memory_limit=limit)
    single = T.dtype == X.dtype == np.float32
    u = Fraction(1, 2 ** (24 if single else 53))
    largest = max((abs(Fraction(float(v))) for a in (T, X) for v in a.flat), default=Fraction(0))
    bound = 2 * (2 * T.shape[1] + 6) * u * 4 * T.shape[1] * largest**2
    for row, i in zip(oracle_distances(X, T), found, strict=True):
        assert row[i] - min(row) <= bound


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_expanded_can_be_wrong_where_exact_is_not(dtype):
    offset = 1e4 if dtype is np.float32 else 1e8
    data = (IRIS.data + offset).astype(dtype)
    expanded = nearest(data, data, method="expanded")
    exact = nearest(data, data)
    assert (exact <= np.arange(len(data))).all()
    assert (data[exact] == data).all()
    assert (expanded != exact).any()


@pytest.mark.parametrize("method", ["expanded", "direct"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_overflow_is_an_error_of_the_computed_methods_only(method, dtype):
    huge = np.array([[np.finfo(dtype).max], [0], [-np.finfo(dtype).max]], dtype)
    with pytest.raises(ValueError, match=f"overflow {np.dtype(dtype)}.*method='exact'"):
        k_nearest(huge, huge, 2, method=method)
    with np.errstate(all="raise"):
        assert k_nearest(huge, huge, 2).tolist() == [[0, 1], [1, 0], [2, 1]]
        distances, _ = k_nearest(huge, huge, 3, return_distance=True)
    assert np.isinf(distances[0, 2]) == (dtype is np.float64)
    if method == "direct":  # only the neighbors asked for must be finite
        assert nearest(huge, huge, method=method).tolist() == [0, 1, 2]


def test_coincident_queries_and_duplicates():
    T = np.array([[0.1, 0.2], [0.3, 0.3], [0.1, 0.2], [0.3, 0.3]])
    assert nearest(T, T).tolist() == [0, 1, 0, 1]
    assert nearest(T, T, method="direct").tolist() == [0, 1, 0, 1]
    distances, indices = k_nearest(T, T, 4, return_distance=True)
    assert indices.tolist() == [[0, 2, 1, 3], [1, 3, 0, 2]] * 2
    assert (distances[:, :2] == 0).all()


def test_paper_example():
    T = [[1, 1], [4, 2], [0, 3]]
    for method in METHODS:
        distances, indices = k_nearest(T, [[2, 2]], 3, method=method, return_distance=True)
        assert indices.tolist() == [[0, 1, 2]]
        assert distances.tolist() == [[2, 4, 5]]


# --- shapes, types, layouts -------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "?"])
@pytest.mark.parametrize(("n", "q", "d"), [(1, 0, 0), (1, 1, 0), (5, 3, 0), (5, 0, 3), (1, 4, 3)])
def test_degenerate_shapes(method, dtype, n, q, d):
    T, X = np.ones((n, d), dtype), np.zeros((q, d), dtype)
    for k in {1, n}:
        distances, indices = k_nearest(T, X, k, method=method, return_distance=True)
        assert indices.tolist() == [list(range(k))] * q
        assert indices.shape == distances.shape == (q, k)
        assert indices.dtype == np.intp
        single = dtype == "f4" and method != "exact"
        assert distances.dtype == (np.float32 if single else np.float64)
        assert (distances == d).all()
    assert nearest(T, X, method=method).shape == (q,)
    assert nearest(T, X, method=method).dtype == np.intp


@pytest.mark.parametrize("method", ["expanded", "direct"])
@pytest.mark.parametrize(("a", "b"), [("f4", "f4"), ("f4", "f8"), ("f8", "f4"), ("f2", "f4")])
def test_distances_are_float32_iff_both_inputs_are(method, a, b):
    T, X = np.ones((3, 2), a), np.ones((2, 2), b)
    distances, _ = k_nearest(T, X, 2, method=method, return_distance=True)
    assert distances.dtype == (np.float32 if a == b == "f4" else np.float64)


def variants(rows):
    """Yield the same rows in other layouts and containers."""
    yield np.asfortranarray(rows)
    yield np.ascontiguousarray(rows[::-1, ::-1])[::-1, ::-1]
    yield np.repeat(rows, 2, axis=0)[::2]
    frozen = rows.copy()
    frozen.flags.writeable = False
    yield frozen
    yield rows.astype(rows.dtype.newbyteorder())
    yield rows.tolist()
    yield tuple(map(tuple, rows.tolist()))
    yield pd.DataFrame(rows, index=range(100, 100 + len(rows)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [DIGITS.data[:60, 10:30], DIGITS.data[:60, 10:30] * 0.1])
def test_layout_and_container_do_not_matter_and_inputs_survive(method, data):
    T, X = data[:45], data[30:]
    distances, indices = k_nearest(T, X, 4, method=method, return_distance=True)
    for same_T, same_X in zip(variants(T), variants(X), strict=True):
        before = np.array(same_T), np.array(same_X)
        found = k_nearest(same_T, same_X, 4, method=method, return_distance=True)
        assert np.array_equal(found[1], indices)
        assert np.allclose(found[0], distances, rtol=0, atol=1e-9)
        assert np.array_equal(np.asarray(same_T), before[0])
        assert np.array_equal(np.asarray(same_X), before[1])


@pytest.mark.parametrize("method", METHODS)
def test_training_rows_and_queries_may_be_the_same_array(method):
    data = DIGITS.data[:50].copy()
    assert nearest(data, data, method=method).tolist() == list(range(50))
    assert np.array_equal(data, DIGITS.data[:50])


@pytest.mark.parametrize("method", METHODS)
def test_progress_shows_a_bar_and_changes_nothing(method, capsys):
    data = IRIS.data
    quiet = nearest(data, data[:60], method=method)
    assert capsys.readouterr().err == ""
    assert np.array_equal(nearest(data, data[:60], method=method, progress=True), quiet)
    assert "queries" in capsys.readouterr().err


@pytest.mark.parametrize("algorithm", ["brute", "tree"])
@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize("maker", ["random", "lattice"])
def test_a_bound_that_is_no_number_loses_no_row(maker, k, algorithm, monkeypatch):
    """Whatever made it NaN, what it cannot rule out stays."""
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, 6000, 3), MAKERS[maker](rng, 200, 3)
    expected = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    lost = []

    def spoil(values):
        places = rng.random(values.shape) < 0.02
        values[places] = np.nan
        lost.append(np.count_nonzero(places))
        return values

    def screen(self, tile, *rest):
        return shortlist.Shortlist.original(self, spoil(tile), *rest)

    def spoilt_cutoff(*arguments):
        return spoil(cutoff(*arguments))

    monkeypatch.setattr(shortlist.Shortlist, "original", shortlist.Shortlist.screen, raising=False)
    monkeypatch.setattr(shortlist.Shortlist, "screen", screen)
    for module in (exact, settle, tree):
        monkeypatch.setattr(module, "cutoff", spoilt_cutoff)
    for room in (None, (4, 2)):  # with much room, and with so little that queries are given up
        if room:
            monkeypatch.setattr(shortlist, "ROOM", room)
        found = k_nearest(T, X, k, algorithm=algorithm, return_distance=True)
        assert np.array_equal(found[1], expected[1])
        assert np.array_equal(found[0], expected[0])
    assert sum(lost) > 0


# --- memory -----------------------------------------------------------------------------------

MAKERS = {
    "random": lambda rng, n, d: rng.standard_normal((n, d)),
    "single": lambda rng, n, d: rng.standard_normal((n, d)).astype(np.float32),
    "all equal": lambda rng, n, d: np.full((n, d), 0.1),
    "lattice": lambda rng, n, d: rng.integers(0, 3, (n, d)) * 0.1,
    "bytes": lambda rng, n, d: rng.integers(0, 3, (n, d)).astype(np.uint8),
    "integers beyond 2**53": lambda rng, n, d: 2**60 + rng.integers(0, 3, (n, 1)).repeat(d, 1),
}


@pytest.mark.parametrize(
    ("n", "q", "d", "k"), [(300, 120, 2, 1), (260, 70, 3, 6), (130, 130, 40, 2)]
)
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("method", METHODS)
def test_peak_memory_stays_under_the_limit(method, maker, n, q, d, k):
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, n, d), MAKERS[maker](rng, q, d)
    limit = 2**16
    expected = k_nearest(T, X, k, method=method)
    tracemalloc.start()
    try:
        found = k_nearest(T, X, k, method=method, memory_limit=limit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if method != "expanded":  # whose product may round differently in other shapes
        assert np.array_equal(found, expected)
    results = 2 * found.nbytes  # distances are computed along
    norms = 8 * n
    assert limit < 4 * n * q  # less than the matrix of distances, even in float32
    assert peak <= limit + results + norms + 2**15


STORED = {
    "booleans": lambda rows: rows < 0,
    "big-endian": lambda rows: rows.astype(">f8"),
    "big-endian singles": lambda rows: rows.astype(">f4"),
    "big-endian integers": lambda rows: (1000 * rows).astype(">i4"),
    "big-endian integers beyond 2**53": lambda rows: 2**60 + (1000 * rows).astype(">i8"),
    "strided": lambda rows: rows.astype(">f8")[::-1, ::-1],
}


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("method", METHODS)
def test_what_is_stored_otherwise_is_converted_within_the_limit(method, kind):
    """A tile at a time: a copy of all rows, or of all queries, would be beyond it."""
    rng = np.random.default_rng(0)
    T, X = (STORED[kind](rng.standard_normal((n, 16))) for n in (2**12, 2**8))
    if kind == "booleans":
        T, X = np.tile(T, (6, 1)), X[:20]
    if "beyond" in kind:  # under such a limit they are not moved near zero, but taken as fractions
        X = X[:1]
    limit = 2**16
    ask: Any = predict_1nn if kind == "strided" else k_nearest
    more: Any = {"k": 2} if ask is k_nearest else {"y_train": np.arange(len(T))}
    usual = [a.astype(np.uint8 if a.dtype == bool else a.dtype.newbyteorder("=")) for a in (T, X)]
    expected = k_nearest(*usual, 2, method=method, memory_limit=limit)
    tracemalloc.start()
    try:
        found = ask(X_train=T, X_test=X, method=method, memory_limit=limit, **more)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.array_equal(found, expected if ask is k_nearest else expected[:, 0])
    assert T.nbytes >= 4 * limit
    stretch = 2**17  # of rows whose norms are taken at once
    assert peak <= limit + 32 * len(X) + 8 * len(T) + stretch + 2**15


@pytest.mark.parametrize("algorithm", ["brute", "tree"])
@pytest.mark.parametrize("kind", STORED)
def test_what_is_stored_otherwise_is_found_the_same(kind, algorithm):
    rng = np.random.default_rng(0)
    T, X = (STORED[kind](rng.standard_normal((n, 3))) for n in (3000, 400))
    usual = [a.astype(np.uint8 if a.dtype == bool else a.dtype.newbyteorder("=")) for a in (T, X)]
    expected = k_nearest(*usual, 5, algorithm="brute", return_distance=True)
    found = k_nearest(T, X, 5, algorithm=algorithm, return_distance=True)
    for a, b in zip(found, expected, strict=True):
        assert np.array_equal(a, b)
        assert a.dtype == b.dtype


@pytest.mark.parametrize("method", METHODS)
def test_tile_shapes_keep_within_the_limit(method):
    for n_test, n_train, d, k in [
        (1, 1, 0, 1),
        (7, 13, 3, 5),
        (1000, 777, 1, 1),
        (3, 10**6, 50, 9),
    ]:
        least = smallest_limit(Problem(np.zeros((n_train, d)), np.zeros((n_test, d))), k, method)
        tiles = Tiles(d, k, method == "exact")
        for limit in (least, least + 1, 2 * least, 10 * least, 2**26, 2**40):
            q, n = tiles.shape(n_test, n_train, limit)
            assert 1 <= q <= n_test
            assert 1 <= n <= n_train
            assert 8 * q * n <= max(limit, 8)
            assert 8 * q * n <= TILE_BYTES
        with pytest.raises(ValueError, match=rf"at least {least} bytes for d = {d} and k = {k}"):
            tiles.shape(n_test, n_train, least - 1)


def test_slices_cover_everything_once():
    for length in (0, 1, 5, 12):
        for step in (1, 4, 5, 100):
            covered = [i for part in slices(length, step) for i in range(length)[part]]
            assert covered == list(range(length))
            assert all(part.stop - part.start <= step for part in slices(length, step))
            assert all(part.start < length for part in slices(length, step))


# --- selection --------------------------------------------------------------------------------

TABLES = st.integers(0, 12).flatmap(
    lambda n: st.lists(
        st.lists(
            st.sampled_from([0.0, -0.0, 1.0, 2.0, 2.5, -3.0, np.inf]),
            min_size=n + 1,
            max_size=n + 1,
        ),
        min_size=1,
        max_size=4,
    )
)


@given(TABLES, st.data())
def test_smallest_k_is_a_stable_sort(table, data):
    values = np.array(table)
    k = data.draw(st.integers(1, values.shape[1]))
    expected = values.argsort(axis=1, kind="stable")[:, :k]
    assert np.array_equal(smallest_k(values, k), expected)


@given(TABLES, st.integers(1, 13), st.integers(1, 13))
def test_keep_best_does_not_depend_on_the_tiles(table, k, step):
    values = np.array(table)
    k = min(k, values.shape[1])
    best = None
    for part in slices(values.shape[1], step):
        best = keep_best(best, values[:, part], part.start, k)
    expected = values.argsort(axis=1, kind="stable")[:, :k]
    assert np.array_equal(best[1], expected)
    assert np.array_equal(best[0], np.take_along_axis(values, expected, axis=1))


# --- the prepared training side ---------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kept_weights_are_those_made_on_the_fly(dtype):
    rows = DIGITS.data[:100].astype(np.float32)
    fresh, kept = TrainingSet(rows), TrainingSet(rows, keep_weights=True)
    for part in (slice(0, 30), slice(30, 100)):
        for training in (fresh, kept):
            weights = training.weights(dtype, part)
            assert weights.dtype == dtype
            assert np.array_equal(weights[:, :-1], -2 * rows[part])
            assert np.array_equal(weights[:, -1], (rows[part] ** 2).sum(axis=1))
    whole = slice(0, 100)
    assert kept.weights(dtype, whole).base is kept.weights(dtype, whole).base
    assert fresh.weights(dtype, whole) is not fresh.weights(dtype, whole)


def test_norms_of_wide_and_converted_rows():
    for shape in ((5000, 3), (3, 50000), (4, 0)):
        rows = np.arange(np.prod(shape)).reshape(shape) % 7
        expected = (rows * rows).sum(axis=1)
        assert np.array_equal(TrainingSet(rows).norms(np.float64), expected)
        assert np.array_equal(TrainingSet(rows * 1.0).norms(np.float64), expected)


def test_a_training_set_may_be_shared_between_threads():
    training = TrainingSet(DIGITS.data[:500], keep_weights=True)
    queries = DIGITS.data[500:700]
    _, *expected = search(TrainingSet(training.rows), queries, Request(3, "expanded"))
    start, results = threading.Barrier(4), [None] * 4

    def work(i):
        start.wait()
        _, *results[i] = search(training, queries, Request(3, "expanded"))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for distances, indices in results:
        assert np.array_equal(indices, expected[1])
        assert np.array_equal(distances, expected[0])


# --- labels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["ant", "bee", "c"]),
        np.array(["ant", None, 3], dtype=object),
        np.array([1, 2, 3], np.int8),
        np.array([2**63, 2, 3], np.uint64),
        np.array([True, False, True]),
        np.array([0.5, np.nan, np.inf], np.float32),
        np.array(["2020-01-01", "NaT", "2021-01-01"], "M8[D]"),
        np.array([[1, 2], [3, 4], [5, 6]]),
        np.array([1 + 2j, 0, 0]),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_predict_1nn_returns_the_labels_as_they_are(method, labels):
    T, X = [[0, 0], [5, 5], [9, 9]], [[8, 8], [1, 0], [4, 5], [9, 9]]
    predicted = predict_1nn(T, labels, X, method=method)
    assert predicted.dtype == labels.dtype
    assert predicted.shape == (4, *labels.shape[1:])
    np.testing.assert_array_equal(predicted, labels[[2, 0, 1, 2]])
    empty = predict_1nn(T, labels, np.empty((0, 2)), method=method)
    assert empty.dtype == labels.dtype
    assert empty.shape == (0, *labels.shape[1:])


def test_predict_1nn_of_lists_and_frames():
    frame = pd.DataFrame(IRIS.data, columns=IRIS.feature_names)
    names = pd.Series(IRIS.target_names[IRIS.target], index=range(500, 650))
    predicted = predict_1nn(frame, names, frame.iloc[::10])
    assert predicted.tolist() == names.tolist()[::10]
    assert predict_1nn([[0], [2]], ["a", "b"], [[3]]).tolist() == ["b"]
    column = pd.DataFrame({"y": [7, 8]})
    assert predict_1nn([[0], [2]], column, [[3]]).tolist() == [[8]]


@given(problems(), st.data())
def test_predict_1nn_is_the_label_of_the_nearest(problem, data):
    labels = data.draw(
        st.lists(st.text(max_size=3), min_size=len(problem.T), max_size=len(problem.T))
    )
    truth = oracle_k_nearest(problem.T, problem.X, 1)[:, 0]
    y = np.array(labels)
    assert predict_1nn(problem.T, y, problem.X).tolist() == y[truth].tolist()


@pytest.mark.parametrize("algorithm", ["auto", "brute", "tree"])
def test_a_last_tile_may_hold_no_row_that_slices_hold(algorithm):
    T, X = np.full((2049, 2), 0.1), np.full((200, 2), 0.1)
    T[-1] = 1000.0
    assert not nearest(T, X, algorithm=algorithm).any()


M = np.finfo(float).max


@pytest.mark.parametrize("algorithm", ["auto", "brute", "tree"])
@pytest.mark.parametrize(
    ("T", "X", "expected"),
    [
        ([[-5e-324]], [[-0.0]], [0]),
        ([[0.0, 0.0]], [[-5e-324, -5e-324]], [0]),
        ([[1e-170, 0.0], [0.0, 2e-170]], [[0.0, 0.0]], [0]),
        (np.float32([[2.4e-22, -1.6e-22]]), np.float32([[0, 8e-23]]), [0]),
        ([[M, M, -M], [M / 2, M, M / 2]], [[M, 1, -M]], [0]),
        ([[-M], [M]], [[M / 2], [-M]], [1, 0]),
    ],
    ids=str,
)
def test_no_warning_and_no_floating_point_error_whatever_the_caller_asks_for(
    T, X, expected, algorithm
):
    with np.errstate(all="raise"):
        assert nearest(T, X, algorithm=algorithm).tolist() == expected
        many = np.repeat(np.asarray(X), 700, axis=0)  # more than a little work
        rows = np.repeat(np.asarray(T), 800, axis=0)
        found = nearest(rows, many, algorithm=algorithm)
        assert (found == np.repeat(800 * np.array(expected), 700)).all()


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
