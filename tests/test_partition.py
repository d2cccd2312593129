"""Rows in lists: radii and bound against exact fractions, answers against all rows."""

import pickle
import tracemalloc
import zipfile
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from threading import Barrier
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from row_files import Reader
from strategies import MAKERS, neighbors_sought, oracle_k_nearest, problems
from together import at_once

from nnlib import (
    NearestNeighborRegressor,
    choice,
    k_nearest,
    memory,
    nearest,
    partition,
    shortlist,
    training,
)
from nnlib.memory import search
from nnlib.partition import Partition, k_means, list_count, partition_bytes, sorted_rows
from nnlib.problem import Problem as Asked
from nnlib.request import Request
from nnlib.shortlist import choose_filter
from nnlib.training import TrainingSet

MEMORY = 2**26


@pytest.fixture
def small_lists(monkeypatch):
    """Let few rows fill many lists, and few queries few parts."""
    monkeypatch.setattr(partition, "LISTS", 6)
    monkeypatch.setattr(shortlist, "GROUPS", 1)


def blobs(rng, n, q, d=5, clusters=12, spread=0.05):
    """Return rows and queries in clusters far from one another."""
    centers = rng.standard_normal((clusters, d))
    return tuple(
        centers[rng.integers(0, clusters, m)] + spread * rng.standard_normal((m, d)) for m in (n, q)
    )


def partitioned(T, X, k, **options):
    return k_nearest(T, X, k, algorithm="partition", return_distance=True, **options)


def check_same(T, X, k):
    expected = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    found = partitioned(T, X, k)
    assert np.array_equal(found[1], expected[1])
    assert np.array_equal(found[0], expected[0])


# --- The lists --------------------------------------------------------------------------------


def check_lists(lists):
    """Each row is in one list, no farther from its center than the radius, in fractions."""
    T, frame = lists.rows, lists.frame
    assert sorted(lists.order.tolist()) == list(range(len(T)))
    d = T.shape[1]
    middle = [Fraction(v) for v in frame.center.tolist()]
    for number, r in enumerate(lists.radius.tolist()):
        rows = lists.order[lists.start[number] : lists.start[number + 1]]
        assert (np.diff(rows.astype(int)) > 0).all()
        if not np.isfinite(r):
            continue
        center = [Fraction(v) / -2 for v in lists.centers[number, :d].tolist()]
        for row in T[rows].tolist():
            moved = [
                Fraction(frame.scale) * (Fraction(v) - m) for v, m in zip(row, middle, strict=True)
            ]
            apart = sum((a - b) ** 2 for a, b in zip(moved, center, strict=True))
            assert apart <= Fraction(r) ** 2


@given(problems(max_rows=30, min_d=1))
def test_no_row_is_farther_out_than_the_radius_of_its_list(problem):
    if Asked(problem.T, problem.X, 1, MEMORY).examined().error == 0:
        with mock.patch.object(partition, "LISTS", 1):
            check_lists(Partition(problem.T, MEMORY, 1))


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_radii_are_bounds_where_storing_the_rows_rounds(offset):
    rng = np.random.default_rng(0)
    T = offset + rng.standard_normal((300, 7)) * 10.0 ** rng.integers(-3, 3, (300, 1))
    lists = Partition(T, MEMORY, 1)
    check_lists(lists)
    assert np.isfinite(lists.radius).all()
    assert len(lists.radius) > 10
    small = Partition(T[:50] * 1e-160, MEMORY, 1)
    check_lists(small)


def test_rows_too_far_out_are_in_a_list_that_everybody_visits():
    T = np.random.default_rng(0).standard_normal((500, 3))
    T[7], T[400] = 1e300, -1e300
    lists = Partition(T, MEMORY, 1)
    assert np.isinf(lists.radius[0])
    assert {7, 400} <= set(lists.order[: lists.start[1]].tolist())
    assert np.isfinite(lists.radius[1:]).all()
    check_lists(lists)
    check_same(T, np.concatenate([T[:20], T[395:405]]), 2)
    powers = np.ones((300, 2)) * 10.0 ** np.arange(-150, 150)[:, None]
    check_lists(Partition(powers, MEMORY, 1))


@given(problems(max_rows=30, min_d=1), st.integers(1, 29))
def test_rows_that_join_lists_are_within_the_radius(problem, cut):
    if Asked(problem.T, problem.X, 1, MEMORY).examined().error == 0:
        with mock.patch.object(partition, "LISTS", 1):
            check_lists(Partition(problem.T[:cut], MEMORY, 1).extended(problem.T))


def test_rows_that_join_lists_from_far_out():
    rng = np.random.default_rng(0)
    T = rng.standard_normal((900, 3))
    T[700:] *= 10.0 ** rng.integers(-150, 150, (200, 1))
    lists = Partition(T[:500], MEMORY, 1).extended(T[:700])
    check_lists(lists)
    assert np.isfinite(lists.radius).all()
    check_lists(lists.extended(T))


def test_rows_by_list():
    rng = np.random.default_rng(0)
    for n in (1, 5, 2**14, 40_000):
        which = rng.integers(0, 7, n).astype(np.uint16)
        which[which == 3] = 0
        start = np.concatenate([[0], np.cumsum(np.bincount(which, minlength=7))])
        assert np.array_equal(sorted_rows(which, start), np.argsort(which, kind="stable"))


def test_k_means_finds_clusters_and_needs_no_more_centers_than_points():
    rng = np.random.default_rng(0)
    T, _ = blobs(rng, 2000, 0, clusters=40, spread=0.001)
    centers = k_means(T.astype(np.float32), 80, rng)
    distances = ((T[:, None] - centers) ** 2).sum(axis=2).min(axis=1)
    assert distances.max() < 0.01**2
    assert 40 <= len(centers) <= 80
    assert len(k_means(np.ones((50, 3), np.float32), 20, rng)) == 1
    assert len(k_means(np.zeros((1, 3), np.float32), 9, rng)) == 1
    assert list_count(10**6, 64, MEMORY) == 2000
    assert list_count(10**6, 10**6, MEMORY) == list_count(1, 1, MEMORY) // 2 == 1
    assert list_count(10**12, 2, 2**40) <= 2**16


# --- The search -------------------------------------------------------------------------------


@neighbors_sought
def test_the_lists_find_the_truth(problem, k):
    T, X = problem.T, problem.X
    k = 1 + k % len(T)
    truth = oracle_k_nearest(T, X, k)
    brute = k_nearest(T, X, k, algorithm="brute", return_distance=True)
    for count in (0.5, 2, 6):
        with (
            mock.patch.object(partition, "LISTS", count),
            mock.patch.object(shortlist, "GROUPS", 1),
        ):
            distances, indices = partitioned(T, X, k)
        assert np.array_equal(indices, truth)
        assert indices.dtype == np.intp
        assert np.array_equal(distances, brute[0])
        assert distances.dtype == np.float64


def hostile():
    """Give names, rows and queries for which lists are of no use, or a bound is hard put."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((1200, 3)), rng.standard_normal((40, 3))
    yield "cloud", T, X
    yield "single", T.astype(np.float32), X.astype(np.float32)
    yield "half", T.astype(np.float16), X
    yield "all rows equal", np.full_like(T, 0.1), X
    yield "all rows and queries equal", np.full_like(T, 0.1), np.full_like(X, 0.1)
    yield "each row 20 times", np.tile(T[:60], (20, 1)), T[:40]
    giant = np.full_like(T, 1.0) + 1e-9 * T
    giant[:30] = 50 * T[:30]
    yield "one giant list", giant, np.concatenate([X, giant[-9:]])
    yield "lists of one row", 10.0 ** rng.uniform(-150, 150, (1200, 1)) * T, X
    yield "0.1 lattice", rng.integers(0, 6, T.shape) * 0.1, rng.integers(0, 6, X.shape) * 0.1
    yield "integers", rng.integers(0, 9, T.shape), rng.integers(0, 9, X.shape)
    yield "bytes", rng.integers(0, 256, T.shape).astype(np.uint8), rng.integers(0, 256, X.shape)
    yield "ulps apart", 1 + rng.integers(0, 9, T.shape) * 2.0**-52, X
    yield "ulps apart, inside", 1 + rng.integers(0, 9, T.shape) * 2.0**-52, 1 + X * 1e-16
    beyond = 2**60 + rng.integers(-(10**6), 10**6, (1200, 3))
    yield "beyond 2**53", beyond, beyond[:40] + 77
    sphere = T / np.linalg.norm(T, axis=1)[:, None]
    yield "sphere", sphere, X * 1e-14
    yield "underflow", T * 1e-170, X * 1e-170
    yield "overflow", T * 1e200, X * 1e200
    yield "far queries", T, X * 1e300
    far = T.copy()
    far[7] = 1e100
    far[11] = 1e308
    yield "outliers", far, np.concatenate([X, far[7:12]])
    yield "half of the rows too far out", np.where(rng.random((1200, 1)) < 0.5, T, 1e280 * T), X
    # Two tight clusters, and queries on the border between them, moved by ulps.
    two = np.where(np.arange(1200)[:, None] % 2, 1.0, -1.0) + 1e-3 * np.rint(T * 3)
    middle = np.zeros((41, 3)) + 2.0**-60 * np.arange(-20, 21)[:, None]
    yield "ulps at a border", two, middle
    ring = np.array([[3.0, 4.0], [5.0, 0.0], [-3.0, 4.0], [0.0, -5.0]])
    ring = np.nextafter(np.tile(ring, (300, 1)), rng.choice([-9, 9], (1200, 2)))
    yield "ulps at a radius", ring, np.concatenate([ring[:9] * 2, np.zeros((3, 2))])
    yield "flat", np.where([True, False, False], T, 0.5), X
    yield "blobs", *blobs(rng, 1200, 60)


CASES = [pytest.param(*case[1:], id=case[0]) for case in hostile()]


@pytest.mark.parametrize("k", [1, 5, 300])
@pytest.mark.parametrize(("T", "X"), CASES)
def test_same_bits_as_all_rows(T, X, k, small_lists):
    check_same(T, X[:3] if k > 5 else X, k)


@pytest.mark.parametrize(("T", "X"), CASES)
def test_hostile_rows_against_fractions(T, X):
    T, X = T[:60], X[-4:]
    with mock.patch.object(shortlist, "GROUPS", 1):
        assert np.array_equal(partitioned(T, X, 3)[1], oracle_k_nearest(T, X, 3))


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_in_several_threads_and_lists_longer_than_a_tile(maker, monkeypatch):
    rng = np.random.default_rng(0)
    T, X = MAKERS[maker](rng, 6000, 4), MAKERS[maker](rng, 100, 4)
    monkeypatch.setattr(choice, "threads_for", lambda products: 2)
    for k, count in ((1, 2), (7, 2), (2, 0.02)):
        monkeypatch.setattr(partition, "LISTS", count)
        check_same(T, X, k)


def visited_pairs(T, X, k=1):
    """Return the share of pairs that are computed, and how many queries compare all rows."""
    pairs = []
    visit, rows = partition.Visits._visit, mock.Mock(wraps=memory.compare)

    def counted(self, found, number, queries):
        pairs.append(len(queries) * int(np.diff(self.lists.start)[number]))
        visit(self, found, number, queries)

    with (
        mock.patch.object(partition.Visits, "_visit", counted),
        mock.patch.object(memory, "compare", rows),
    ):
        check_same(T, X, k)
    # `check_same` compares all rows once, to know what is right.
    left = sum(len(call.args[1].queries) for call in rows.call_args_list) - len(X)
    return sum(pairs) / (len(T) * len(X)), left


@pytest.mark.parametrize("k", [1, 4, 90])
def test_rows_are_left_out_of_their_own_lists(k, small_lists):
    """Where a list has fewer rows than neighbors are sought, too."""
    rng = np.random.default_rng(0)
    T = np.repeat(blobs(rng, 300, 0)[0], 3, axis=0)
    options = {"exclude_self": True, "return_distance": True}
    expected = k_nearest(T, T, k, algorithm="brute", **options)
    for way in ({"algorithm": "partition"}, {"algorithm": "partition", "threads": 1}):
        found = k_nearest(T, T, k, **way, **options)
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert (found[1] != np.arange(len(T))[:, None]).all()


def test_few_lists_are_visited():
    rng = np.random.default_rng(0)
    for k, most in ((1, 0.05), (10, 0.06)):
        share, left = visited_pairs(*blobs(rng, 10_000, 200, 16, 40, 0.02), k)
        assert 0 < share < most
        assert left == 0
    T, X = rng.standard_normal((2, 3000, 64))
    share, left = visited_pairs(T, X[:100])
    assert 0.9 < share <= 1
    assert left == 0


def test_a_query_with_too_many_near_rows_compares_all(small_lists):
    cases = {name: (T, X) for name, T, X in hostile()}
    for name in ("all rows equal", "sphere", "far queries"):
        assert visited_pairs(*cases[name])[1] == len(cases[name][1])
    for name in ("cloud", "blobs", "outliers"):
        assert visited_pairs(*cases[name])[1] <= 5
    rng = np.random.default_rng(0)
    T, X = blobs(rng, 500, 30)
    assert visited_pairs(np.tile(T, (20, 1)), X)[1] == 0  # the second time there is room for 20
    # Who was given up in the first list visits no other one.
    share, left = visited_pairs(np.tile(T[:12], (100, 1)), X)
    assert left == len(X)
    assert share < 0.5


@pytest.mark.parametrize("smaller", [0.0, 0.9])
def test_a_radius_that_is_too_small_is_caught(smaller, monkeypatch):
    """Without it rows are lost: these tests would see it."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((2, 4000, 4))
    truth = nearest(T, X, algorithm="brute")
    assert np.array_equal(nearest(T, X, algorithm="partition"), truth)
    fill = Partition._fill
    monkeypatch.setattr(Partition, "_fill", lambda *given: smaller * fill(*given))
    assert (nearest(T, X, algorithm="partition") != truth).any()


def test_shortlists_of_the_same_rows_are_joined_by_the_better_limit():
    """Rows that two threads know of must not count twice among the k nearest."""
    rng = np.random.default_rng(0)
    asked = Asked(rng.random((100, 2)), rng.random((3, 2)), 2, MEMORY)
    by = choose_filter(asked, 1)
    sides = np.zeros((3, 4), np.float32), np.zeros(3, np.float32)
    first, second = (shortlist.Shortlist(sides, 2, by) for _ in range(2))
    first.upper[:] = [[1, 1, 0], [2, 5, 0]]
    second.upper[:] = [[1, 3, 1], [1.5, 6, 1]]
    first.join(second, apart=False)
    assert first.upper[-1].tolist() == [1.5, 5, 0]


@pytest.fixture
def nothing_to_read(monkeypatch):
    """Let reading rows be free, so that few of them are worth lists."""
    monkeypatch.setattr(partition, "VISIT", 0)
    monkeypatch.setattr(partition, "ENTRY", 0)


@contextmanager
def counted_work():
    """Give a list to which each visit and each search of all rows adds its work, in pairs."""
    counts = []
    visit, compare = partition.Visits._visit, memory.compare

    def visited(self, found, number, queries):
        counts.append(len(queries) * int(self.work[number]))
        visit(self, found, number, queries)

    def compared(kept, problem, advance):
        by = choose_filter(problem, 1)
        tiles = np.diff([*range(0, len(problem.rows), by.rows), len(problem.rows)])
        counts.append(
            len(problem.queries) * int(partition.tile_work(problem.k, tiles, by.group).sum())
        )
        return compare(kept, problem, advance)

    with (
        mock.patch.object(partition.Visits, "_visit", visited),
        mock.patch.object(memory, "compare", compared),
    ):
        yield counts


def ways():
    """Give names, rows and queries, of which lists that stand are best for some only."""
    rng = np.random.default_rng(0)
    T, X = blobs(rng, 12_000, 100, 12, 40, 0.02)
    yield "clusters", T, X
    yield "far queries", T, X * 1e5
    yield "queries between clusters", T, 0.3 * rng.standard_normal(X.shape)
    yield "each row 100 times", np.tile(T[:120], (100, 1)), X
    even = rng.standard_normal((12_100, 40))
    yield "even", even[100:], even[:100]
    yield "even, few features", even[100:, :6], even[:100, :6]


@pytest.mark.parametrize("k", [1, 10, 120, 3000])
@pytest.mark.parametrize(("T", "X"), [pytest.param(*way[1:], id=way[0]) for way in ways()])
def test_lists_that_stand_are_left_where_they_do_not_pay(T, X, k, nothing_to_read, monkeypatch):
    """Little more work than by the better of lists and all rows, and never twice as much."""
    monkeypatch.setattr(memory, "choose_tree", lambda *given: None)
    monkeypatch.setattr(partition, "ASKED", 4)  # of which the sample makes the first visits twice
    X = X[: 40 if k < 1000 else 5]
    kept, worked = TrainingSet(T), {}
    search(kept, X[:1], Request(1, algorithm="partition"))
    expected = k_nearest(T, X, k, algorithm="brute")
    for algorithm in ("brute", "partition", "auto"):
        with counted_work() as counts:
            found = search(kept, X, Request(k, algorithm=algorithm))
        worked[algorithm] = sum(counts)
        assert np.array_equal(found[2], expected)
    share = worked["partition"] / worked["brute"]
    assert worked["auto"] <= (1.2 if not 0.4 < share < 1 else 2) * min(1, share) * worked["brute"]


def test_lists_are_not_read_for_more_than_they_save(monkeypatch):
    """Few queries read few lists, many share what reading costs; in between are all rows."""
    monkeypatch.setattr(memory, "choose_tree", lambda *given: None)
    monkeypatch.setattr(partition, "VISIT", 2**11)
    T, X = blobs(np.random.default_rng(0), 12_000, 3000, 12, 40, 0.02)
    kept = TrainingSet(T)
    search(kept, X[:1], Request(1, algorithm="partition"))
    for n_test, by_lists in ((1, True), (3000, True), (60, False)):
        compared = mock.Mock(wraps=memory.compare)
        with mock.patch.object(memory, "compare", compared):
            search(kept, X[:n_test], Request(1))
        assert (compared.call_count == 0) == by_lists, n_test


def test_lists_are_tried_once_more_for_who_was_crowded_only(nothing_to_read, monkeypatch):
    """Where visits are too many, more room for candidates makes them no fewer."""
    monkeypatch.setattr(memory, "choose_tree", lambda *given: None)
    asked, ask = [], partition.Partition._ask

    def counted(self, *given):
        asked.append(self)
        return ask(self, *given)

    monkeypatch.setattr(partition.Partition, "_ask", counted)
    cases = {name: (T, X) for name, T, X in ways()}
    for name, k, tries in (("even", 1, 1), ("even", 3000, 1), ("each row 100 times", 1, 2)):
        T, X = cases[name]
        X = X[:40]
        kept = TrainingSet(T)
        search(kept, X[:1], Request(1, algorithm="partition"))
        asked.clear()
        found = search(kept, X, Request(k))
        assert len(asked) == tries
        assert np.array_equal(found[2], k_nearest(T, X, k, algorithm="brute"))


# --- What it costs, and who keeps it ----------------------------------------------------------


def test_the_bar_reaches_its_end(small_lists):
    for name, T, X in hostile():
        if name in ("cloud", "all rows equal", "outliers"):
            seen = []
            kept = TrainingSet(T)
            memory.solve(kept, X, Request(2, algorithm="partition"), seen.append)
            assert sum(seen) == len(T) * len(X)
            seen.clear()
            with mock.patch.object(memory, "choose_tree", return_value=None):
                memory.solve(kept, X, Request(2), seen.append)
            assert sum(seen) == len(T) * len(X)


@pytest.mark.parametrize("k", [1, 20])
def test_memory(k):
    rng = np.random.default_rng(0)
    T, X = (a.astype(np.float32) for a in blobs(rng, 30_000, 2000, 24, 300))
    limit = 2 * partition_bytes(len(T))
    nearest(T[:99], X[:9], algorithm="partition")
    tracemalloc.start()
    try:
        k_nearest(T, X, k, memory_limit=limit, algorithm="partition")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= limit + 3 * 16 * k * len(X)
    with pytest.raises(ValueError, match=r"too small for algorithm='partition': the lists take"):
        nearest(T, X, memory_limit=limit - 1, algorithm="partition")


def test_lists_are_no_larger_than_they_are_said_to_be():
    T = np.random.default_rng(0).random((30_000, 5))
    lists = Partition(T, MEMORY, 1)
    arrays = (lists.order, lists.centers, lists.radius, lists.start)
    assert sum(a.nbytes for a in arrays) <= partition_bytes(len(T))


def test_an_estimator_makes_its_lists_once(monkeypatch):
    rng = np.random.default_rng(0)
    made = mock.Mock(wraps=Partition)
    monkeypatch.setattr(training, "Partition", made)
    T, X = blobs(rng, 3000, 200)
    model = NearestNeighborRegressor(2, algorithm="partition").fit(T, np.arange(len(T)))
    assert made.call_count == 0
    first, again = model.predict(X), model.predict(X[:50])
    assert made.call_count == 1
    assert np.array_equal(first[:50], again)
    brute = NearestNeighborRegressor(2, algorithm="brute").fit(T, np.arange(len(T)))
    assert np.array_equal(first, brute.predict(X))


def test_a_sample_tells_whether_lists_pay():
    rng = np.random.default_rng(0)
    T, X = blobs(rng, 40_000, 300, 16, 50, 0.02)
    share = partition.expected_share(Asked(T, X, 1, MEMORY), 400)
    assert 0 < share < 0.05
    noisy = T.copy()
    noisy[::50] = rng.standard_normal(noisy[::50].shape)  # some in every list
    assert partition.expected_share(Asked(noisy, X, 1, MEMORY), 400) > share
    even = rng.standard_normal((40_000, 48))
    assert partition.expected_share(Asked(even, even[:99], 1, MEMORY), 400) > 0.9
    far = T.copy()
    far[rng.random(len(far)) < 0.1] = 1e300
    assert partition.expected_share(Asked(far, X, 1, MEMORY), 400) < 0.1
    assert partition.expected_share(Asked(T, X * 1e300, 1, MEMORY), 400) == 1
    assert partition.expected_share(Asked(T[:500], X, 500, MEMORY), 40) == 1


def test_auto_makes_lists_where_they_pay(nothing_to_read, monkeypatch):
    rng = np.random.default_rng(0)
    made = mock.Mock(wraps=Partition)
    monkeypatch.setattr(training, "Partition", made)
    monkeypatch.setattr(choice, "MANY_ROWS", 10_000)
    T, X = blobs(rng, 10_000, 1600, 24, 30, 0.02)
    found = k_nearest(T, X, 2, return_distance=True)
    assert made.call_count == 1
    expected = k_nearest(T, X, 2, algorithm="brute", return_distance=True)
    assert np.array_equal(found[0], expected[0])
    assert np.array_equal(found[1], expected[1])
    even = rng.standard_normal(T.shape)
    nearest(even, even[:1600])  # lists do not pay,
    nearest(T, X[:100])  # nor for few queries,
    nearest(T[:9000], X)  # nor few rows,
    nearest(T, X, memory_limit=2**20)  # nor fit
    assert made.call_count == 1


def test_an_estimator_that_is_asked_often_makes_lists(nothing_to_read, monkeypatch):
    rng = np.random.default_rng(0)
    made = mock.Mock(wraps=Partition)
    tried = mock.Mock(wraps=partition.expected_share)
    monkeypatch.setattr(training, "Partition", made)
    monkeypatch.setattr(choice, "expected_share", tried)
    monkeypatch.setattr(choice, "MANY_ROWS", 10_000)
    T, X = blobs(rng, 10_000, 1000, 24, 30, 0.02)
    even = rng.standard_normal(T.shape)
    for rows, queries, count in ((T, X, 1), (even, even[:1000] + 0.1, 0)):
        made.reset_mock()
        tried.reset_mock()
        model = NearestNeighborRegressor().fit(rows, np.arange(len(rows)))
        brute = nearest(rows, queries, algorithm="brute")
        found = [model.predict(queries[i : i + 100]) for i in range(0, 1000, 100)]
        assert np.array_equal(np.concatenate(found), brute)
        assert made.call_count == count
        assert tried.call_count == 1


# --- Lists in a file --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f8", ">f4", "u1", "?"])
def test_lists_in_a_file_are_made_once_and_found_again(dtype, tmp_path, monkeypatch):
    made = mock.Mock(wraps=Partition)
    made.load = Partition.load
    monkeypatch.setattr(training, "Partition", made)
    rng = np.random.default_rng(0)
    T, X = blobs(rng, 3000, 40)
    T = (9 * T + 100).astype(dtype) if dtype != "?" else T > 0
    mapped = np.memmap(tmp_path / "rows", T.dtype, "w+", shape=T.shape)
    mapped[:] = T
    expected = k_nearest(T, X, 3, algorithm="brute", return_distance=True)
    path = tmp_path / "lists.npz"
    for rows in (mapped, T, np.memmap(tmp_path / "rows", T.dtype, "r", shape=T.shape)):
        found = k_nearest(rows, X, 3, algorithm="partition", lists=str(path), return_distance=True)
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert made.call_count == 1
    assert {p.name for p in tmp_path.iterdir()} == {"rows", "lists.npz"}
    assert np.array_equal(nearest(T, X, algorithm="partition", lists=path), expected[1][:, 0])


CHANGES = ["number", "dtype", "shape", "garbage", "cut off", "no lists", "an array", "a pickle"]
CHANGES += [
    "an empty file",
    "another format",
    "no format",
    "a header",
    "a method",
    "a number's text",
]


@pytest.mark.parametrize("change", CHANGES)
def test_lists_of_other_rows_are_one_clear_error(change, tmp_path):
    path = tmp_path / "lists.npz"
    T = np.random.default_rng(0).random((1000, 3))
    nearest(T, T[:9], algorithm="partition", lists=path)
    rows = T.copy()
    if change == "number":
        rows[700, 1] = np.nextafter(rows[700, 1], 1)
    elif change == "dtype":
        rows = T.astype(np.float32)
    elif change == "shape":
        rows = T[:-1]
    elif change == "garbage":
        path.write_bytes(b"lists")
    elif change == "cut off":
        path.write_bytes(path.read_bytes()[:-900])
    elif change == "an array":
        with path.open("wb") as file:
            np.save(file, T)
    elif change == "a pickle":
        path.write_bytes(pickle.dumps([1]))
    elif change == "an empty file":
        path.write_bytes(b"")
    elif change in ("another format", "no format", "a number's text"):
        with np.load(path) as stored:
            found = dict(stored)
        assert found["format"] == partition.FORMAT
        if change == "another format":
            found["format"] += 1
        elif change == "no format":
            del found["format"]
        else:
            found["made_for"] = np.array("many")
        np.savez(path, **found)
    elif change == "a header":  # of an array, which NumPy parses as Python
        with zipfile.ZipFile(path, "w") as stored:
            header = b"{'descr': (, 'fortran_order': False"
            stored.writestr("order.npy", b"\x93NUMPY\x01\x00" + bytes([len(header), 0]) + header)
    elif change == "a method":  # of compression, which nobody knows
        stored = bytearray(path.read_bytes())
        for mark, place in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
            stored[stored.index(mark) + place] = 77
        path.write_bytes(stored)
    else:
        np.savez(path, order=np.arange(3))
    kept = path.read_bytes()
    with pytest.raises(
        ValueError, match=r"lists.npz does not hold the lists of X_train, .*; delete"
    ):
        nearest(rows, T[:9], algorithm="partition", lists=path)
    assert path.read_bytes() == kept
    path.unlink()
    found = nearest(rows, T[:9], algorithm="partition", lists=path)
    assert np.array_equal(found, nearest(rows, T[:9], algorithm="brute"))


@pytest.mark.parametrize("error", [MemoryError("no room"), ValueError("odd"), KeyError("odd")])
def test_only_a_lack_of_memory_is_no_fault_of_the_file(error, tmp_path):
    path, T = tmp_path / "lists.npz", np.random.default_rng(0).random((500, 2))
    nearest(T, T[:9], algorithm="partition", lists=path)
    raised = type(error) if isinstance(error, MemoryError) else ValueError
    with (
        mock.patch.object(np, "load", side_effect=error),
        pytest.raises(raised, match=r"no room|does not hold the lists"),
    ):
        nearest(T, T[:9], algorithm="partition", lists=path)
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match=r"lists\.npz"):
        nearest(T, T[:9], algorithm="partition", lists=path)


def test_threads_may_write_the_same_file_at_once(tmp_path):
    path, T = tmp_path / "lists.npz", np.random.default_rng(0).random((2000, 2))
    names, together = [], Barrier(4)

    def savez(file, **kept):
        names.append(file.name)
        together.wait(30)  # all have a file open
        assert sorted(tmp_path.iterdir()) == sorted(map(Path, names))
        together.wait(30)
        write(file, **kept)

    write = np.savez
    with mock.patch.object(np, "savez", savez):
        found = at_once(lambda: nearest(T, T[:9], algorithm="partition", lists=path), 4)
    assert all(indices.tolist() == [*range(9)] for indices in found)
    assert len({*names}) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["lists.npz"]
    (tmp_path / "other").touch()
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode  # for whoever may read others
    assert nearest(T, T[:9], algorithm="partition", lists=path).tolist() == [*range(9)]


def test_where_a_file_of_lists_is_of_no_use(tmp_path):
    path, T = tmp_path / "lists.npz", np.zeros((9, 2))
    with pytest.raises(ValueError, match="lists must be a path; got int"):
        k_nearest(np.eye(3), np.eye(3), 1, algorithm="partition", lists=3)
    with pytest.raises(ValueError, match="lists needs algorithm='partition'; got 'auto'"):
        nearest(T, T, lists=path)
    with pytest.raises(ValueError, match=r"lists needs X_train in memory or in an np\.memmap"):
        nearest(Reader(T), T, algorithm="partition", lists=path)
    with (
        mock.patch.object(np, "savez", side_effect=OSError("full")),
        pytest.raises(OSError, match="full"),
    ):
        nearest(T, T, algorithm="partition", lists=path)
    assert nearest(T, T, algorithm="partition", lists=path).tolist() == [0] * 9
    assert [p.name for p in tmp_path.iterdir()] == ["lists.npz"]
    path.unlink()
    k_nearest(T, T, 9, algorithm="partition", lists=path)  # so many neighbors are in no lists
    nearest(T[:, :0], T[:, :0], algorithm="partition", lists=path)
    assert not path.exists()


def test_in_several_threads_at_once():
    rng = np.random.default_rng(0)
    T, X = blobs(rng, 3000, 400)
    kept = TrainingSet(T)
    expected = k_nearest(T, X, 3, algorithm="brute")
    for _, _, indices in at_once(lambda: search(kept, X, Request(3, algorithm="partition"))):
        assert np.array_equal(indices, expected)


def test_errors_and_where_there_are_no_lists(tmp_path):
    T, X = np.random.default_rng(0).random((900, 2)), np.zeros((2, 2))
    for method in ("expanded", "direct"):
        with pytest.raises(ValueError, match=f"'partition' needs method='exact'; got .*'{method}'"):
            nearest(T, X, algorithm="partition", method=method)
    with pytest.raises(ValueError, match="X_test must be finite"):
        nearest(T, X * np.nan, algorithm="partition")
    assert nearest(T, X[:0], algorithm="partition").shape == (0,)
    assert nearest(T[:, :0], X[:, :0], algorithm="partition").tolist() == [0, 0]
    source = np.memmap(tmp_path / "rows", np.float64, "w+", shape=T.shape)
    with pytest.raises(ValueError, match="algorithm='partition' needs X_train in memory"):
        nearest(source, T[:2], algorithm="partition")
    with mock.patch.object(training, "Partition", mock.Mock(side_effect=AssertionError)):
        beyond = np.array([[2**60], [2**60 + 1]])
        assert nearest(beyond, beyond, algorithm="partition").tolist() == [0, 1]
        assert nearest(T[:3], X, algorithm="partition").shape == (2,)  # fewer than four a neighbor
