"""The search over shards: the same bits as on one machine, whatever the cuts and losses."""

import contextlib
import importlib
import json
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import dask
import numpy as np
import pytest
import shards
from conditions import written
from dask import array as da
from distributed import Client, Future, LocalCluster
from hypothesis import given
from hypothesis import strategies as st
from row_files import FILES, REOPEN
from strategies import oracle_k_nearest, problems

from nnlib import distributed, stream, training
from nnlib import k_nearest as on_one_machine
from nnlib import radius_neighbors as within_on_one_machine
from nnlib.distributed import Form, k_nearest, nearest, radius_neighbors
from nnlib.radius import as_ball, enter
from nnlib.request import Request
from nnlib.stream import Part

PATIENCE = 30  # seconds until a test gives up waiting


def same(found, expected):
    """Return whether two results have the same bits and types."""
    return all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in zip(found, expected, strict=True)
    )


def wait_until(true):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@contextlib.contextmanager
def cluster_of(workers):
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client():
    with cluster_of(2) as client:
        yield client


def tasks_left(client):
    return client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))


@pytest.fixture
def nothing_left(client):
    yield
    wait_until(lambda: not tasks_left(client))


# --- The plan, without a cluster --------------------------------------------------------------


def answers_here(sources, X, search, fan_in=4):
    """Cut, search and join as on a cluster, but in this thread."""
    sources = distributed.sources_of(sources)
    forms = [distributed.form_of(source.rows) for source in sources]
    request = getattr(search.asked, "request", search.asked)
    whole = distributed.check_forms(sources, forms, X)
    shards = distributed.cut(sources, forms)
    assert [(s.part.start, s.length) for s in shards] == [
        (start, s.length)
        for start, s in zip(np.cumsum([0, *(s.length for s in shards)]), shards, strict=False)
    ]
    assert sum(s.length for s in shards) == len(whole)
    given = [shard.source.rows for shard in shards]
    with mock.patch.object(distributed, "FAN_IN", fan_in):
        for part in distributed.query_blocks(X, request.k, whole[:1].nbytes):
            answer, _ = distributed.plan(shards, given, X[part], search)
            yield part, dask.compute(answer, scheduler="synchronous")[0]


def run_here(sources, X, k, method, fan_in=4, algorithm="brute"):
    """Return what `k_nearest` does."""
    request = Request(k, method, algorithm, memory_limit=2**26)
    tasks = distributed.search_shard, distributed.merge_all, distributed.winners
    found = answers_here(sources, X, distributed.Search(*tasks, request), fan_in)
    return tuple(np.concatenate(column) for column in zip(*(a for _, a in found), strict=True))


def within_here(sources, X, radius, fan_in=4):
    """Return what `radius_neighbors` does."""
    asked = distributed.Asked(as_ball(radius), Request(1, "exact", "brute"))
    tasks = distributed.meet_shard, distributed.put_together, distributed.put_in_order
    lists = [], []
    for part, pairs in answers_here(sources, X, distributed.Search(*tasks, asked), fan_in):
        enter(lists, pairs, range(len(X))[part], asked.request)
    return lists


class Sliced:
    """Rows that are read by slices, as from a file."""

    def __init__(self, rows):
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype

    def __getitem__(self, part):
        assert isinstance(part, slice)
        return self.rows[part]


KINDS = (lambda rows: rows, Sliced, lambda rows: lambda: rows, lambda rows: lambda: Sliced(rows))


CUTS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(KINDS)), max_size=5)


def cut_up(T, cuts):
    """Return the rows as sources of some kinds, cut at some places."""
    places = sorted(min(place, len(T)) for place, _ in cuts)
    kinds = [KINDS[0], *(kind for _, kind in cuts)]
    return [kind(rows) for kind, rows in zip(kinds, np.split(T, places), strict=True)]


@contextlib.contextmanager
def pieces_of(size):
    """Let no shard, block or answer have more bytes than that."""
    with contextlib.ExitStack() as stack:
        for name in ("SHARD_BYTES", "BLOCK_BYTES", "WINNERS_BYTES"):
            stack.enter_context(mock.patch.object(distributed, name, size))
        yield


@given(
    problems(),
    CUTS,
    st.integers(0, 8),
    st.integers(2, 5),
    st.sampled_from([1, 50, 2**20]),
    st.sampled_from(["exact", "direct"]),
)
def test_any_cuts_and_any_tree_give_the_bits_of_one_machine(problem, cuts, k, fan_in, size, method):
    T, X = problem.T, problem.X
    if not len(X):
        return
    k = 1 + k % len(T)
    sources = cut_up(T, cuts)
    try:
        expected = on_one_machine(T, X, k, method=method, return_distance=True)
    except ValueError as error:
        expected = str(error)
    with pieces_of(size):
        if isinstance(expected, str):
            with pytest.raises(ValueError, match=re.escape(expected)):
                run_here(sources, X, k, method, fan_in)
            return
        found = run_here(sources, X, k, method, fan_in)
    assert same(found, expected)
    if method == "exact":
        assert np.array_equal(found[1], oracle_k_nearest(T, X, k))


@given(problems(), CUTS, st.integers(0, 99), st.sampled_from([1, 50, 2**20]))
def test_any_cuts_give_the_same_rows_within_a_radius(problem, cuts, pair, size):
    T, X = problem.T, problem.X
    if not len(X):
        return
    with np.errstate(all="ignore"):
        apart = np.sqrt(((T.astype(float) - X[pair % len(X)]) ** 2).sum(axis=1))
    r = min(float(apart[pair % len(T)]), float(np.finfo(float).max))
    expected = within_on_one_machine(T, X, r, return_distance=True)
    with pieces_of(size):
        found = within_here(cut_up(T, cuts), X, r)
    assert all(same(a, b) for a, b in zip(found, expected, strict=True))


@given(st.integers(1, 40), st.integers(2, 8))
def test_the_tree_joins_neighbors_in_order_a_few_at_a_time(n, fan_in):
    sizes = []

    def join(group):
        sizes.append(len(group))
        return [leaf for part in group for leaf in part]

    assert distributed.tree(join, [[i] for i in range(n)], fan_in) == list(range(n))
    assert all(2 <= size <= fan_in for size in sizes)


def test_a_far_shard_whose_distances_overflow_is_no_error_unless_it_wins():
    T, X = np.array([[1e200], [2e200], [0.0], [1.0]]), np.zeros((1, 1))
    found = run_here([T[:2], T[2:]], X, 2, "direct")
    assert same(found, on_one_machine(T, X, 2, method="direct", return_distance=True))
    with pytest.raises(ValueError, match="overflow float64"):
        run_here([T[:2], T[2:]], X, 3, "direct")


def test_a_source_that_gives_slices_is_cut_and_what_a_call_gives_is_read_in_stretches():
    rows = np.arange(40.0).reshape(20, 2)
    form = Form(rows.shape, rows.dtype)
    sources = distributed.sources_of([Sliced(rows), lambda: rows])
    with mock.patch.object(distributed, "SHARD_BYTES", 7 * 16):
        sources = distributed.sources_of([Sliced(rows), lambda: rows])
        shards = distributed.cut(sources, [form, form])
        assert [(s.part.start, s.length) for s in shards] == [(0, 7), (7, 7), (14, 6), (20, 20)]
        read = []
        with mock.patch.object(stream, "read", lambda rows, part: read.append(part) or rows[part]):
            part = Part(slice(0, 20), 100, shards[-1].part.step)
            found = distributed.search_shard(lambda: rows, form, part, rows[[16]], Request(2))
    assert read == [slice(0, 7), slice(7, 14), slice(14, 20)]
    assert found.indices.tolist() == [[116, 115]]
    assert found.rows.tolist() == rows[[16, 15]][None].tolist()


def test_arrays_and_queries_travel_in_pieces_and_none_is_lost():
    rows = np.zeros((1000, 4), np.float32)
    with mock.patch.object(distributed, "BLOCK_BYTES", 100 * 16):
        pieces = distributed.sources_of([rows, rows[:0]])
        assert [len(piece.rows) for piece in pieces] == [100] * 10 + [0]
        assert {piece.name for piece in pieces[:10]} == {"source 0 of X_train"}
        blocks = distributed.query_blocks(rows[:250], 1, 16)
    assert blocks == [slice(0, 100), slice(100, 200), slice(200, 250)]
    with mock.patch.object(distributed, "WINNERS_BYTES", 10 * 5 * (16 + 16)):
        blocks = distributed.query_blocks(rows[:25], 5, 16)
    assert blocks == [slice(0, 10), slice(10, 20), slice(20, 25)]


# --- What is no training set ------------------------------------------------------------------

ROWS = np.arange(12.0).reshape(4, 3)


class Null:
    """As HDF5 has it: a dataset without a shape."""

    shape, dtype = None, np.dtype(np.float64)

    def __getitem__(self, rows):
        raise AssertionError("there is nothing to read")


@pytest.mark.parametrize(
    ("X_train", "message"),
    [
        ([], "X_train has no sources"),
        ([ROWS, [[1, 2, 3]]], "source 1 of X_train is of type list"),
        ([ROWS, 3.5], "source 1 of X_train is of type float"),
        ([ROWS, da.from_array(ROWS)], "source 1 of X_train is a Array of Dask"),
        ([ROWS, ROWS[0]], "source 1 of X_train must be two-dimensional"),
        ([Sliced(ROWS), Sliced(ROWS[0])], "source 1 of X_train must be two-dimensional"),
        ([ROWS, ROWS[:, :2]], r"source 0 of X_train has shape \(4, 3\), source 1 .* \(4, 2\)"),
        ([ROWS, ROWS.astype("f4")], "source 0 of X_train has float64, source 1 .* has float32"),
        ([ROWS[:0], ROWS[:0]], r"X_train has no rows \(shape \(0, 3\)\)"),
        ([ROWS[:, :2], ROWS[:, :2]], "X_train and X_test must have the same number of columns"),
        ([ROWS.astype(complex)], "X_train must hold integers or float"),
        ([np.ma.masked_array(ROWS)], "X_train is a masked array"),
        ([lambda: np.ma.masked_array(ROWS)], "X_train is a masked array"),
        ([lambda: [np.ma.masked_array(ROWS[0])]], "X_train is a masked array"),
        (da.from_array(np.ma.masked_less(ROWS, 7)), r"X_train\[0:4\] is a masked array"),
        ([Null()], "source 0 of X_train must be two-dimensional"),
        ([ROWS, lambda: Null()], "source 1 of X_train must be two-dimensional"),
        ([ROWS[:1]], "k must be between 1 and 1 .X_train has 1 rows.; got 2"),
        (da.from_array(ROWS[0]), "X_train must be two-dimensional"),
        (da.from_array(ROWS)[da.from_array(ROWS)[:, 0] > 1], "compute_chunk_sizes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sources_that_do_not_go_together(client, X_train, message):
    with pytest.raises(ValueError, match=message):
        k_nearest(X_train, ROWS, 2, client=client)


@pytest.mark.parametrize("kind", FILES)
def test_a_source_that_cannot_travel_says_so(tmp_path, kind):
    rows = kind(tmp_path, ROWS)
    refusal = pytest.raises(ValueError, match=r"source 1 of X_train cannot travel .* a callable")
    with rows.file, refusal:
        nearest([ROWS, rows], ROWS)


@pytest.mark.parametrize("kind", FILES)
def test_a_callable_opens_on_the_worker_what_cannot_travel(client, nothing_left, tmp_path, kind):
    kind(tmp_path, ROWS).file.close()
    found = k_nearest([ROWS[:1], lambda: REOPEN[kind](tmp_path, ROWS)], ROWS, 3, client=client)
    assert np.array_equal(found, on_one_machine(np.concatenate([ROWS[:1], ROWS]), ROWS, 3))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "fast"}, "method must be one of"),
        ({"memory_limit": 10}, "memory_limit must be at least"),
        ({"k": 0}, "k must be at least 1"),
        ({"algorithm": "k"}, "algorithm must be one of"),
        ({"algorithm": "partition", "metric": "ip"}, "'partition' needs metric='sqeuclidean'"),
        ({"X_test": ROWS[0]}, "X_test must be two-dimensional"),
        ({"X_test": da.from_array(np.ma.masked_less(ROWS, 7))}, "X_test is a masked array"),
        ({"client": 3}, "client must be None, the address of a scheduler"),
    ],
)
def test_arguments_are_checked_before_anything_starts(options, message):
    with (
        mock.patch.object(distributed, "LocalCluster", side_effect=AssertionError),
        pytest.raises(ValueError, match=message),
    ):
        k_nearest(**{"X_train": [ROWS], "X_test": ROWS, "k": 1} | options)


# --- On a cluster -----------------------------------------------------------------------------


def data(name):
    rng = np.random.default_rng(7)
    if name == "random":
        return rng.random((900, 6)), rng.random((40, 6))
    if name == "tied":
        return rng.integers(0, 3, (900, 4)) * 0.1, rng.integers(0, 3, (40, 4)) * 0.1
    if name == "duplicated":
        rows = rng.random((30, 5), np.float32)
        return rows[rng.integers(0, 30, 900)], rows[rng.integers(0, 30, 40)]
    if name == "far from zero":
        return 1e8 + rng.integers(0, 9, (900, 3)) * 0.1, 1e8 + rng.integers(0, 9, (40, 3)) * 0.1
    return rng.integers(0, 5, (900, 3)).astype(np.uint8), rng.integers(0, 5, (40, 3))


NAMES = ("random", "tied", "duplicated", "far from zero", "small integers")


def as_lists(T, folder):
    """Return the same rows as lists of sources of every kind, uneven and empty ones among them."""
    np.save(folder / "first.npy", T[:200])
    np.save(folder / "empty.npy", T[:0])
    np.save(folder / "last.npy", np.asfortranarray(T[777:]))
    middle = T[300:777]
    return {
        "one array": T,
        "uneven arrays": [T[:1], T[1:3], T[:0], T[3:500], T[500:]],
        "one row each": [*T[:9, None], T[9:]],
        "every kind": (
            folder / "first.npy",
            str(folder / "empty.npy"),
            T[200:300],
            lambda: middle,
            lambda: np.load(folder / "last.npy", mmap_mode="r"),
        ),
        "odd chunks": da.from_array(T, chunks=((7, 300, 1, 592), 2)),
        "empty chunks": da.concatenate([da.from_array(part) for part in (T[:0], T[:9], T[9:])]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_two_workers_find_the_bits_of_one_machine(client, nothing_left, name, tmp_path):
    T, X = data(name)
    exact = on_one_machine(T, X, 7, return_distance=True)
    direct = on_one_machine(T, X, 7, method="direct", return_distance=True)
    options = {"client": client, "return_distance": True}
    for form, X_train in as_lists(T, tmp_path).items():
        assert same(k_nearest(X_train, X, 7, **options), exact)
        if form in ("every kind", "odd chunks"):
            assert same(k_nearest(X_train, X, 7, method="direct", **options), direct)
    assert nearest([T], X, client=client).tolist() == exact[1][:, 0].tolist()


def clusters():
    rng = np.random.default_rng(0)
    centers = rng.standard_normal((9, 5))
    return (centers[rng.integers(0, 9, n)] + 0.05 * rng.random((n, 5)) for n in (2400, 60))


@pytest.mark.parametrize("algorithm", ["auto", "tree", "partition"])
def test_shards_are_searched_by_lists_or_trees_to_the_same_bits(client, algorithm):
    T, X = clusters()
    parts = [T[:1500], T[1500:1502], T[1502:]]
    options = {"client": client, "return_distance": True, "algorithm": algorithm}
    for k in (1, 7, 600):  # for 600 one of them has too few rows for lists, one has fewer
        assert same(k_nearest(parts, X, k, **options), on_one_machine(T, X, k, return_distance=1))
    found = k_nearest(parts, T, 3, exclude_self=True, **options)
    assert same(found, on_one_machine(T, T, 3, exclude_self=True, return_distance=True))
    first = nearest(parts, X, client=client, algorithm=algorithm)
    assert np.array_equal(first, on_one_machine(T, X, 1)[:, 0])


def test_each_shard_has_lists_of_its_own():
    T, X = clusters()
    with mock.patch.object(training, "Partition", wraps=training.Partition) as made:
        found = run_here([T[:1500], T[1500:]], X, 5, "exact", algorithm="partition")
    assert same(found, on_one_machine(T, X, 5, return_distance=True))
    assert sorted(len(call.args[0]) for call in made.call_args_list) == [900, 1500]


@pytest.mark.parametrize("name", NAMES)
def test_two_workers_find_all_rows_within_a_radius(client, nothing_left, name, tmp_path):
    T, X = data(name)
    r = float(on_one_machine(T, X[:1], 9, return_distance=True)[0][0, -1]) ** 0.5
    expected = within_on_one_machine(T, X, r, return_distance=True)
    assert sum(map(len, expected[1])) > 9
    for form, X_train in as_lists(T, tmp_path).items():
        if form in ("every kind", "odd chunks", "empty chunks"):
            found = radius_neighbors(X_train, X, r, client=client, return_distance=True)
            assert all(same(a, b) for a, b in zip(found, expected, strict=True))
    own = radius_neighbors([T[:7], T[7:]], T, r, client=client, exclude_self=True)
    assert same(own, within_on_one_machine(T, T, r, exclude_self=True))
    assert radius_neighbors([T], X[:0], r, client=client) == []
    (alone,) = radius_neighbors([T[:1]], T[:1], r, client=client, exclude_self=True)
    assert alone.tolist() == []  # as on one machine; no k is wanted of it


def test_a_radius_is_checked_before_anything_starts(client):
    with mock.patch.object(distributed, "connected", side_effect=AssertionError):
        with pytest.raises(ValueError, match="radius must not be negative"):
            radius_neighbors([ROWS], ROWS, -1)
        with pytest.raises(ValueError, match="memory_limit must be"):
            radius_neighbors([ROWS], ROWS, 1, memory_limit=0)
    with pytest.raises(ValueError, match="X_train has 4 rows, X_test has 2"):
        radius_neighbors([ROWS], ROWS[:2], 1, client=client, exclude_self=True)


def test_shards_leave_out_the_row_itself(client):
    rows = np.repeat(np.random.default_rng(0).integers(0, 4, (40, 2)), 3, axis=0) * 0.1
    options = {"exclude_self": True, "return_distance": True}
    found = k_nearest([rows[:50], rows[50:]], rows, 5, client=client, **options)
    assert same(found, on_one_machine(rows, rows, 5, **options))
    first = nearest([rows[:50], rows[50:]], rows, client=client, exclude_self=True)
    assert np.array_equal(first, found[1][:, 0])
    with pytest.raises(ValueError, match="X_train has 120 rows, X_test has 119"):
        k_nearest([rows[:50], rows[50:]], rows[1:], 5, client=client, exclude_self=True)


@pytest.mark.parametrize("metric", ["ip", "cosine"])
def test_shards_agree_on_other_metrics(client, metric):
    rows = np.repeat(np.random.default_rng(0).integers(1, 4, (40, 2)), 3, axis=0) * 0.1
    rows[::7] *= 3
    options = {"metric": metric, "return_distance": True}
    found = k_nearest([rows[:50], rows[50:]], rows[:9], 5, client=client, **options)
    assert same(found, on_one_machine(rows, rows[:9], 5, **options))
    with pytest.raises(ValueError, match=f"metric='{metric}' needs method='exact'"):
        k_nearest([rows], rows, 5, client=client, metric=metric, method="direct")


def test_k_may_be_all_rows_of_all_shards(client):
    T, X = data("tied")
    found = k_nearest([T[:3], T[3:4], T[4:11]], X, 11, client=client)
    assert np.array_equal(found, on_one_machine(T[:11], X, 11))


def test_the_expanded_form_runs_too(client):
    T, X = data("small integers")  # where nothing rounds
    found = k_nearest([T[:400], T[400:]], X, 5, client=client, method="expanded")
    assert np.array_equal(found, on_one_machine(T, X, 5))


def test_without_queries_there_is_an_empty_answer(client):
    distances, indices = k_nearest([ROWS], ROWS[:0], 2, client=client, return_distance=True)
    assert (distances.shape, distances.dtype) == ((0, 2), np.float64)
    assert (indices.shape, indices.dtype) == ((0, 2), np.intp)


def test_many_queries_and_large_arrays_raise_no_warning(client):
    """Dask warns of what exceeds 10 MB in one piece, and warnings are errors here."""
    rng = np.random.default_rng(3)
    T, X = rng.integers(0, 9, (40_000, 40)).astype(float), rng.integers(0, 9, (50, 40))
    assert T.nbytes > 12e6
    assert np.array_equal(nearest([T], X, client=client), on_one_machine(T, X, 1)[:, 0])
    X, T = T, T[:40]
    assert np.array_equal(nearest([T], X, client=client), on_one_machine(T, X, 1)[:, 0])


def test_the_bar_counts_pairs_of_queries_and_rows(client, capsys):
    T, X = data("random")
    nearest([T[:300], T[300:]], X, client=client, progress=True)
    assert "100%" in capsys.readouterr().err
    seen = []

    @contextlib.contextmanager
    def bar(total, show):
        seen.append((total, show, threading.get_ident()))
        yield lambda count: seen.append((count, threading.get_ident()))

    with mock.patch.object(distributed, "progress_bar", bar):
        nearest([T[:300], T[300:]], X, client=client)
    here = threading.get_ident()
    assert seen[0] == (900 * 40, False, here)
    assert sorted(seen[1:]) == [(300 * 40, here), (600 * 40, here)]


def test_without_a_client_a_cluster_is_made_and_closed(monkeypatch):
    T, X = data("tied")
    made = []

    def remember(**options):
        cluster = LocalCluster(**options)
        made.append((cluster, len(cluster.workers)))
        return cluster

    monkeypatch.setattr(distributed, "LocalCluster", remember)
    monkeypatch.setattr(distributed, "CPU_COUNT", 4)
    sources = [T[:100], T[100:300], T[300:310], T[310:700], T[700:]]
    assert np.array_equal(k_nearest(sources, X, 5), on_one_machine(T, X, 5))
    ((cluster, workers),) = made
    assert workers == 4
    assert cluster.status.name == "closed"


def test_the_current_client_and_an_address_are_used(client, monkeypatch):
    T, X = data("random")
    expected = on_one_machine(T, X, 1)[:, 0]
    monkeypatch.setattr(distributed, "LocalCluster", None)
    with client.as_current():
        assert np.array_equal(nearest([T], X), expected)
    address = client.scheduler.address
    assert np.array_equal(nearest([T], X, client=address), expected)
    wait_until(lambda: len(client.run_on_scheduler(clients_of)) == 1)


def clients_of(dask_scheduler):
    return [name for name in dask_scheduler.clients if name.startswith("Client-")]


# --- What fails -------------------------------------------------------------------------------


# Functions inside of others travel as they are, without this module.


def broken():
    def call():
        raise KeyError("no such rows")

    return call


def divided():
    def work(block, block_info=None):
        if block_info[0]["chunk-location"][0] == 2:
            raise ZeroDivisionError("in a chunk")
        return block

    return work


def not_finite(T):
    T = T.copy()
    T[654, 2] = np.nan
    return T


FAILING = {
    "call": (lambda T: [T, broken()], KeyError, "no such rows", "in source 1 of X_train"),
    "file": (lambda T: [T, "nowhere.npy"], FileNotFoundError, "nowhere", "in source 1 of X_train"),
    "no array": (lambda T: [lambda: "text"], ValueError, "two-dim", None),
    "number": (
        lambda T: [T[:600], not_finite(T)[600:]],
        ValueError,
        r"X_train must be finite; row 654 holds nan \(column 2\)",
        "in source 1 of X_train, among rows 600 to 899 of all",
    ),
    "chunk": (
        lambda T: da.from_array(T, chunks=(300, -1)).map_blocks(
            divided(), dtype=T.dtype, meta=T[:0]
        ),
        ZeroDivisionError,
        "in a chunk",
        "in chunk 2 of X_train, among rows 600 to 899 of all",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_the_exception_of_a_shard_comes_home_and_says_where(client, nothing_left, name):
    make, kind, message, note = FAILING[name]
    T, X = data("random")
    with pytest.raises(kind, match=message) as caught:
        nearest(make(T), X, client=client)
    assert getattr(caught.value, "__notes__", None) == ([note] if note else None)


def test_a_file_that_is_no_array_says_so(client, tmp_path):
    (tmp_path / "text.npy").write_text("text")
    with pytest.raises(ValueError, match="magic string") as caught:
        nearest([ROWS, tmp_path / "text.npy"], ROWS, client=client)
    assert caught.value.__notes__ == ["in source 1 of X_train"]


def test_a_source_that_changes_its_mind_is_found_out(client, tmp_path):
    path = str(tmp_path / "called")

    def fickle():
        from pathlib import Path

        called = Path(path).exists()
        Path(path).touch()
        return ROWS[: 4 - called]

    with pytest.raises(ValueError, match=r"promised float64 rows of shape \(4, 3\) here and gave"):
        nearest([fickle], ROWS, client=client)


def test_an_unreachable_scheduler_is_one_clear_error(capfd):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(ConnectionError, match=f"at {address} within 0.3 seconds"):
            nearest([ROWS], ROWS, client=address, timeout=0.3)
        assert time.monotonic() - start < 10
    assert capfd.readouterr().err == ""


def test_a_server_that_says_nothing_is_no_scheduler(capfd):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=f"at {address} within 0.3 seconds"):
            nearest([ROWS], ROWS, client=address, timeout=0.3)
    assert capfd.readouterr().err == ""


def gated(rows, folder, number, free=0):
    """Return a source that notes each reading; after `free` of all, readers wait at the gate."""
    folder = str(folder)

    class Gated:
        shape, dtype = rows.shape, rows.dtype

        def __getitem__(self, part):
            from pathlib import Path

            order, path = 0, None
            while path is None:  # the first that makes the folder has that turn
                try:
                    (Path(folder) / f"turn {order}").mkdir()
                    path = Path(folder) / f"turn {order}" / f"{number} in {os.getpid()}"
                except FileExistsError:
                    order += 1
            path.touch()
            end = time.monotonic() + PATIENCE
            while order >= free and not (Path(folder) / "open").exists():
                assert time.monotonic() < end
                time.sleep(0.01)
            return rows[part]

    return Gated()


def readers(folder, after=0):
    """Return (source, process) of every reading but so many, in the order of their beginning."""
    found = []
    for path in folder.glob("turn */* in *"):
        number, pid = path.name.split(" in ")
        found.append((int(path.parent.name.removeprefix("turn ")), int(number), int(pid)))
    return [(number, pid) for order, number, pid in sorted(found) if order >= after]


@pytest.mark.parametrize("what", ["error", "interrupt"])
def test_what_has_not_begun_never_does_after_a_failure(client, nothing_left, tmp_path, what):
    T, X = data("random")
    if what == "error":
        T = np.full_like(T, np.nan)
        failing, kind = contextlib.nullcontext(), ValueError
    else:
        bar = contextlib.contextmanager(lambda *_: (yield interrupt))
        failing, kind = mock.patch.object(distributed, "progress_bar", bar), KeyboardInterrupt
    sources = [gated(part, tmp_path, i, free=1) for i, part in enumerate(np.split(T, 30))]
    with failing, pytest.raises(kind):
        nearest(sources, X, client=client)
    (tmp_path / "open").touch()
    wait_until(lambda: not tasks_left(client))
    assert len(readers(tmp_path)) < 10


def interrupt(count):
    raise KeyboardInterrupt


def results_of(client, address):
    """Return how many shards have a result that only the worker at this address holds."""

    def held(dask_scheduler):
        return sum(
            [worker.address for worker in task.who_has or ()] == [address]
            for task in dask_scheduler.tasks.values()
            if task.prefix.name == "search_shard"
        )

    return client.run_on_scheduler(held)


def test_a_worker_killed_on_the_way_changes_nothing(client, nothing_left, tmp_path):
    T, X = data("tied")
    # Three shards are done before the gate, too few for a merge: each worker keeps its own.
    parts = np.split(T, [90, 180, 181, 400, 500, 600, 750])
    assert len(parts) % distributed.FAN_IN == 0
    sources = [gated(part, tmp_path, i, free=3) for i, part in enumerate(parts)]
    expected = on_one_machine(T, X, 9, return_distance=True)
    client.wait_for_workers(2)
    before = client.run(os.getpid)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(k_nearest, sources, X, 9, client=client, return_distance=True)
        try:
            wait_until(lambda: {pid for _, pid in readers(tmp_path, 3)} == {*before.values()})
            wait_until(lambda: sum(results_of(client, address) for address in before) == 3)
            victim = max(before, key=lambda address: results_of(client, address))
            lost, pid = results_of(client, victim), before[victim]
            (at,) = (number for number, reader in readers(tmp_path, 3) if reader == pid)
            os.kill(pid, signal.SIGKILL)
            # It is gone, and another process has begun in its place.
            wait_until(lambda: {pid for _, pid in readers(tmp_path)} > {*before.values()})
            assert pid not in client.run(os.getpid).values()
            assert not running.done()
        finally:
            (tmp_path / "open").touch()
        found = running.result(PATIENCE)
    assert same(found, expected)
    # What the dead worker was at has been read again, and so has what it had done.
    times = Counter(number for number, _ in readers(tmp_path))
    assert set(times) == set(range(len(parts)))
    assert {reader for number, reader in readers(tmp_path) if number == at} > {pid}
    assert sum(count > 1 for count in times.values()) == lost + 1 > 2


def test_a_cluster_that_drops_the_tasks_is_a_clear_error(client, nothing_left, tmp_path):
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(nearest, [gated(ROWS, tmp_path, 0)], ROWS, client=client)
        try:
            wait_until(lambda: readers(tmp_path))
            dropped = [Future(key, client) for key in client.futures]
            client.cancel(dropped, reason="maintenance")
            with pytest.raises(ConnectionError, match=r"dropped the search: .*maintenance"):
                running.result(PATIENCE)
        finally:
            (tmp_path / "open").touch()


# --- Without Dask -----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["dask", "distributed"])
def test_without_dask_the_error_names_the_extra(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "nnlib.distributed")
    monkeypatch.delattr("nnlib.distributed")
    with pytest.raises(ImportError, match=r"pip install 'nnlib\[distributed\]'"):
        importlib.import_module("nnlib.distributed")


# --- What was measured ------------------------------------------------------------------------


def test_the_measured_runs_agreed_with_one_process():
    text = (Path(__file__).parent.parent / "benchmarks" / "shards.json").read_text()
    stored = json.loads(text)
    assert written(stored) == text
    assert set(stored) == {"date", "machine", "cases", "killed", "lists"}
    assert [(case["workers"], case["data"]) for case in stored["cases"]] == [
        (workers, name) for workers in shards.WORKERS for name in ("random", "tied", "duplicated")
    ]
    for case in stored["cases"]:
        assert case["wrong"] == 0
        assert case["overhead"] == shards.overhead(case, "seconds")
        assert case["processor_overhead"] == shards.overhead(case, "processor_seconds")
    for case in stored["lists"]:
        assert case["wrong"] == 0
        assert case["ratio"] == round(shards.ratio(case, "lists", "all rows"), 3)
    assert stored["cases"][0]["shape"][1:] == [1_000_000, 64]
    killed = stored["killed"]
    assert (killed["wrong"], killed["dead"], killed["on_the_way"]) == (0, True, True)
    assert killed["searched_before"] > 0
    assert killed["interrupted"] > 0


def test_the_files_that_are_measured_hold_all_rows_in_order(tmp_path):
    rows = np.arange(200.0)[:, None]
    paths = shards.saved(rows, tmp_path)
    parts = [np.load(path) for path in paths]
    assert np.array_equal(np.concatenate(parts), rows)
    lengths = [len(part) for part in parts]
    assert len(set(lengths)) > 3
    assert lengths[-1] == 0
