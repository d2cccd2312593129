"""Threads that share tasks: each done once, the BLAS held and restored, failures passed on."""

import subprocess
import sys
import threading
import time
from unittest import mock

import numpy as np
import pytest

import nnlib
from nnlib import threads
from nnlib.threads import at_most, blas, blas_threads, others_run, side_by_side, single_products


@pytest.fixture(autouse=True)
def several_blas_threads():
    """Let products take two threads, as on most machines; check that it is so again."""
    with blas().limit(limits=2):
        yield
        assert blas_threads() == 2


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_task_is_done_once(count):
    done = side_by_side(count, list, range(1000))
    assert len(done) == count
    assert sorted(task for part in done for task in part) == list(range(1000))


def test_products_take_one_thread_meanwhile():
    assert side_by_side(2, lambda tasks: [blas_threads() for _ in tasks], "ab") in (
        [[1], [1]],
        [[1, 1], []],
        [[], [1, 1]],
    )
    assert side_by_side(1, lambda tasks: [blas_threads() for _ in tasks], "ab") == [[2, 2]]


def test_one_search_at_a_time_has_several_threads():
    with single_products() as first:
        assert first
        with single_products() as second:
            assert not second
        assert side_by_side(3, list, "abc") == [["a", "b", "c"]]
        assert blas_threads() == 1
    assert blas_threads() == 2


@pytest.mark.parametrize("most", [1, 2, 7])
def test_a_search_takes_so_many_threads_at_most(most):
    with at_most(None):
        assert blas_threads() == 2
    with at_most(most):
        assert blas_threads() == min(most, 2)
        if most > 1:  # the search itself may have its products in single threads
            assert side_by_side(2, lambda tasks: [blas_threads() for _ in tasks], "ab")[0] in (
                [],
                [1],
                [1, 1],
            )
        assert blas_threads() == min(most, 2)
        with single_products() as single, single_products() as again:
            assert (single, again) == (True, False)
    assert blas_threads() == 2
    with single_products() as single:
        assert single


def test_a_number_of_threads_changes_no_answer_and_is_checked(monkeypatch):
    monkeypatch.setattr("nnlib.exact.THREADED_WORK", 0)
    monkeypatch.setattr("nnlib.exact.SMALL_WORK", 0)
    rng = np.random.default_rng(0)
    T, X = rng.standard_normal((3000, 8)), rng.standard_normal((60, 8))
    expected = nnlib.k_nearest(T, X, 3, algorithm="brute")
    for most in (1, 2, np.int8(3)):
        found = nnlib.k_nearest(T, X, 3, algorithm="brute", threads=most)
        assert np.array_equal(found, expected)
        assert np.array_equal(nnlib.nearest(T, X, threads=most), expected[:, 0])
        near = nnlib.radius_neighbors(T, X, 1.0, threads=most)
        again = nnlib.radius_neighbors(T, X, 1.0)
        assert all(np.array_equal(a, b) for a, b in zip(near, again, strict=True))
    for wrong in (0, -1, 1.5, "2", True):
        with pytest.raises(ValueError, match="threads must be"):
            nnlib.nearest(T, X, threads=wrong)


def test_where_there_is_one_thread_nothing_is_asked_of_the_blas(monkeypatch):
    """As in a web page, whose Python has no threadpoolctl either; masses of ties go that way."""
    monkeypatch.setattr(threads, "THREADS", False)
    monkeypatch.setattr(threads, "blas", mock.Mock(side_effect=ImportError))
    with single_products() as single:
        assert not single
    T = np.full((2063, 2), 0.1)
    T[::500] = 0.1 + 2.0**-56
    assert nnlib.k_nearest(T, np.full((2, 2), 0.1), 3).tolist() == [[1, 2, 3]] * 2


def test_a_number_that_another_thread_holds_is_respected():
    """The fixture holds it; threadpoolctl lets no other thread change it, and earlier ones do."""
    seen = []

    def search():
        with single_products() as single:
            seen.append((single, blas_threads()))
        seen.extend(side_by_side(2, list, "abc"))

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert seen[0] in ((False, 2), (True, 1))
    assert sorted(task for part in seen[1:] for task in part) == ["a", "b", "c"]


def test_a_failure_stops_everybody_and_comes_out():
    begun, begun_in = [], set()

    def work(tasks):
        begun_in.add(threading.get_ident())
        for task in tasks:
            begun.append(task)
            if task == 3:
                raise MemoryError("no room for 3")
            time.sleep(0.001)

    with pytest.raises(MemoryError, match="no room for 3"):
        side_by_side(3, work, range(100_000))
    assert len(begun) < 10_000
    assert 1 <= len(begun_in) <= 3  # who has failed at once leaves a thread to the next
    assert not begun_in & {thread.ident for thread in threading.enumerate()}


def test_an_interruption_stops_everybody(monkeypatch):
    begun = []

    def work(tasks):
        for task in tasks:
            begun.append(task)
            time.sleep(0.001)

    def interrupted(*arguments, **options):
        while not begun:
            time.sleep(0.001)
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(2, work, range(100_000))
    assert len(begun) < 10_000


def test_a_blas_that_does_not_tell_counts_as_one_thread():
    for known in ([], [{"num_threads": None}]):
        with mock.patch.object(threads, "blas", return_value=mock.Mock(info=lambda k=known: k)):
            assert blas_threads() == 1


def until(value):
    """Wait for `others_run` to be so; other tests' threads may take a moment to rest."""
    deadline = time.monotonic() + 20
    while others_run() != value and time.monotonic() < deadline:
        time.sleep(0.005)
    return others_run() == value


def test_other_threads_are_seen_at_work():
    assert until(False)
    stop = threading.Event()

    def work():
        numbers = np.random.default_rng(0).random(10**6)
        while not stop.is_set():
            np.sort(numbers)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert until(sys.platform == "linux")
    finally:
        stop.set()
        worker.join()
    assert until(False)


def test_the_caller_does_what_no_thread_can_be_started_for():
    """A limit on threads is met at the first or a later start; no task is lost or done twice."""
    start = threading.Thread.start
    for allowed in (0, 1, 2):
        left = [None] * allowed

        def refuse(thread, left=left):
            if not left:
                raise RuntimeError("can't start new thread")
            left.pop()
            start(thread)

        with mock.patch.object(threading.Thread, "start", refuse):
            done = side_by_side(3, list, range(1000))
        assert sorted(task for part in done for task in part) == list(range(1000))
        assert blas_threads() == 2


SEARCHES = """
import {module}, os, sys, threading, time
import numpy as np
from nnlib import nearest, search, threads
from threadpoolctl import ThreadpoolController
blas = ThreadpoolController().select(user_api="blas")
blas.limit(limits=2).__enter__()
threads.others_run = lambda: False
search.THREADED_WORK = 1
rng = np.random.default_rng(0)
T, X = rng.standard_normal((20000, 16)), rng.standard_normal((500, 16))
def look():
    found = nearest(T, X, algorithm="brute")
    assert (found == nearest(T, X, method="direct")).all()
    print("answered", flush=True)
"""


def printed(code, module="atexit"):
    """Return what a process of its own prints that runs the code after a search was set up."""
    run = subprocess.run(
        [sys.executable, "-c", SEARCHES.format(module=module) + code],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    return run.stdout.split()


@pytest.mark.parametrize(
    "code",
    [
        "atexit.register(look)",
        "def later():\n    threading.main_thread().join()\n    look()\n"
        "threading.Thread(target=later).start()",
    ],
    ids=["atexit", "a thread that outlives the main one"],
)
def test_a_search_answers_while_the_interpreter_ends(code):
    assert printed(code) == ["answered"]


def test_a_child_of_a_process_that_searches_starts_afresh():
    """The turn and the BLAS's single thread belong to a thread that the child does not have."""
    code = """
inside, leave = threading.Event(), threading.Event()
def hold():
    with threads.single_products():
        inside.set()
        leave.wait()
holder = threading.Thread(target=hold)
blas.limit(limits=2)
threads.blas().lib_controllers[0].clear_controlling_thread()
holder.start()
inside.wait()
assert threads.blas_threads() == 1
import warnings
warnings.simplefilter("ignore")  # Python 3.12 and later warn of any fork with threads
child = os.fork()
if not child:
    assert threads.blas_threads() == 2
    with threads.single_products() as single:
        assert single
    look()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
leave.set()
holder.join()
"""
    assert printed(code) == ["answered"]
