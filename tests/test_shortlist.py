"""The filter: what it may not lose, and what must not spoil it."""

import tracemalloc
from unittest import mock

import numpy as np
import pytest
from stages import small_scale

from nnlib import exact, k_nearest, memory, nearest, shortlist
from nnlib.problem import Problem as Asked
from nnlib.request import Request
from nnlib.training import TrainingSet


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


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_rows_at_one_end_of_the_range_and_a_neighbor_at_the_other(dtype):
    """Between them a difference overflows, and the rows are moved before they are scaled."""
    end = 0.55 * float(np.finfo(dtype).max)
    T = end * (1 + 0.2 * np.random.default_rng(0).random((10_000, 1)))
    T[5] = -0.9 * end
    X = np.full((3, 1), -0.6 * end)
    assert nearest(T.astype(dtype), X.astype(dtype), algorithm="brute").tolist() == [5, 5, 5]


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


@pytest.mark.parametrize("k", [20, 50, 100])
def test_many_neighbors_crowd_no_query(k):
    """Hits of the k nearest groups are no reason to give a query up."""
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((20_000, 16)), rng.standard_normal((50, 16))
    with mock.patch.object(exact, "by_digits", side_effect=AssertionError):
        found = k_nearest(T, X, k, algorithm="brute")
    assert np.array_equal(found, k_nearest(T, X, k, method="direct"))
