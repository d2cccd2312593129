"""The certified search against an oracle: each stage at work, on data that break one."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stages import small_scale
from strategies import FAMILIES, MAKERS, Problem, oracle_k_nearest, problems, smallest_limit
from together import at_once

from nnlib import exact, k_nearest, nearest, settle, shortlist, tree
from nnlib.certify import cutoff
from nnlib.memory import search
from nnlib.request import Request
from nnlib.tiles import Tiles, slices
from nnlib.training import TrainingSet

INTEGERS = ("bits", "small integers", "signed integers")


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


STAGES = (
    "filter_rows",
    "settled_pairs",
    "exact_winners",
    "first_k",
    "by_direct_form",
    "in_integers",
)


@pytest.mark.parametrize(
    ("family", "stages"),
    [
        ("doubles", {"filter_rows", "settled_pairs"}),
        ("lattice", {"filter_rows", "settled_pairs", "exact_winners", "first_k", "in_integers"}),
        ("ulps apart", {"filter_rows", "settled_pairs", "exact_winners", "first_k", "in_integers"}),
        ("mixed magnitudes", {"filter_rows", "exact_winners", "by_direct_form", "in_integers"}),
        ("integers beyond 2**53", {"by_direct_form", "in_integers"}),
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
    for _, distances, indices in at_once(lambda: search(training, X, Request(2))):
        assert np.array_equal(distances, expected[0])
        assert np.array_equal(indices, expected[1])


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


def test_threads_are_called_for_much_work_and_where_nobody_is_busy(monkeypatch):
    much, long = exact.THREADED_WORK, exact.LONG_WORK
    monkeypatch.setattr(exact, "blas_threads", lambda: 2)
    for busy, expected in ((False, [1, 2, 2, 2]), (True, [1, 1, 1, 2])):
        monkeypatch.setattr(exact, "others_run", lambda busy=busy: busy)
        works = (much - 1, much, long - 1, long)
        assert [exact.threads_for(work) for work in works] == expected


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


@pytest.mark.parametrize("algorithm", ["auto", "brute", "tree"])
def test_a_last_tile_may_hold_no_row_that_slices_hold(algorithm):
    T, X = np.full((2049, 2), 0.1), np.full((200, 2), 0.1)
    T[-1] = 1000.0
    assert not nearest(T, X, algorithm=algorithm).any()
