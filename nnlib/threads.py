"""Several threads for one search, each with matrix products of its own.

A BLAS shares one product among threads, and these then wait, busily, while NumPy does in one
thread what comes between two products. Where that takes as long as reading every product once,
it is faster the other way round: several threads that each take a share of the work, and a BLAS
that uses one thread for each product. NumPy releases Python's lock in both.

How many threads a BLAS uses is one number for the whole process. It is set to 1 while a search
runs in several threads, and then set back. Meanwhile products elsewhere in the process take one
thread, too, and another search that begins does all in one; no result depends on it.

The threads of OpenBLAS wait busily for about a tenth of a second after a product. A search that is
over as soon, and finds them or any other thread at work, leaves its products to them: who waits
busily starts at once, and would only get in the way of others.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from nnlib.validation import check_count

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")


@cache
def blas() -> Any:
    """Return what controls the threads of the BLAS that NumPy has loaded."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def blas_threads() -> int:
    """Return how many threads a product takes now; 1 if the BLAS does not tell."""
    return min((library["num_threads"] or 1 for library in blas().info()), default=1)


def others_run() -> bool:
    """Return whether another thread of this process is at work, or waits busily, at this moment.

    Linux tells the state of every thread, "R" of those that run or could; elsewhere it is False.
    """
    from pathlib import Path  # its import takes a while

    for task in Path("/proc/self/task").glob("*/stat"):
        if task.parent.name != str(threading.get_native_id()):
            with suppress(OSError):  # a thread may have ended meanwhile
                if task.read_bytes().rpartition(b") ")[2].startswith(b"R"):
                    return True
    return False


TURN = Lock()
# The numbers of threads that a product took before a search set another; empty where none runs.
LIMITED: list[int] = []
# Threads that hold the turn for a search of theirs, which may set the number once more.
LENT: set[int] = set()
THREADS = sys.platform not in ("emscripten", "wasi")  # Python in a web page has only one


@contextmanager
def single_products(most: int = 1) -> Iterator[bool]:
    """Let products take one thread each, or so many at most; give whether they do.

    One search at a time can have that, so that the number of threads is restored by who changed
    it. Nor can a search where another thread has set a number and holds it: threadpoolctl then
    does nothing.
    """
    turn, caller = TURN, threading.get_ident()  # a fork gives the child another turn
    lent = caller in LENT
    # A page's Python has no other thread.
    if not THREADS or not (lent or turn.acquire(blocking=False)):
        yield False
        return
    try:
        LENT.discard(caller)
        LIMITED.append(blas_threads())
        limit = min(most, LIMITED[-1])
        with blas().limit(limits=limit):
            yield blas_threads() == limit
    finally:
        if LIMITED:  # a fork in between has a list of its own
            LIMITED.pop()
        if lent:
            LENT.add(caller)
        else:
            turn.release()


def at_most(threads: int | None) -> AbstractContextManager[None]:
    """Let a search take so many threads at most, all that a product takes if it is None.

    Its own threads and those of its products: inside, `blas_threads` is that number, and products
    take one thread while there are several of its own. Where another search has the turn, the
    number is that one's.
    """
    return nullcontext() if threads is None else _limited(threads)


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    caller = threading.get_ident()
    with single_products(check_count("threads", threads, 1, None, "threads")) as limited:
        if limited:
            LENT.add(caller)
        try:
            yield
        finally:
            LENT.discard(caller)


class Shared(Iterator[Task]):
    """Tasks that several threads take from, each of them once."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._lock, self._tasks = Lock(), iter(tasks)

    def __next__(self) -> Task:
        """Return the next task."""
        with self._lock:
            return next(self._tasks)


def side_by_side(
    threads: int, work: Callable[[Iterator[Task]], Result], tasks: Iterable[Task]
) -> list[Result]:
    """Return what ``work(tasks)`` returns in each of `threads` threads, who share the tasks.

    Whoever is done with one takes the next. If one thread fails, or the caller is interrupted,
    nothing is left for the others, and the exception comes from here, once all have stopped.
    Where products cannot have one thread each, the caller does all tasks: one result.
    """
    shared = Shared(tasks)
    if threads > 1 and THREADS:
        with single_products() as single:
            if single:
                return in_threads(threads, work, shared)
    return [work(shared)]


def in_threads(
    threads: int, work: Callable[[Iterator[Task]], Result], tasks: Iterator[Task]
) -> list[Result]:
    """Return what each of so many threads returns; see `side_by_side`.

    Where a thread cannot be started, as at the end of the interpreter, the caller takes its part.
    """
    from concurrent.futures import FIRST_EXCEPTION, Future, wait  # its import takes a while

    shares: list[Future[Result]] = []
    started: list[Thread] = []

    def take_part(share: "Future[Result]") -> None:
        try:
            share.set_result(work(tasks))
        except BaseException as error:
            share.set_exception(error)

    try:
        own: list[Result] = []
        for _ in range(threads):
            share: Future[Result] = Future()
            thread = Thread(target=take_part, args=(share,))
            with suppress(RuntimeError):
                thread.start()
                shares.append(share)
                started.append(thread)
                continue
            own.append(work(tasks))
            break
        for ended in wait(shares, return_when=FIRST_EXCEPTION).done:
            ended.result()
        return own + [share.result() for share in shares]
    except BaseException:
        for _ in tasks:
            pass
        raise
    finally:
        for thread in started:
            thread.join()


def start_afresh() -> None:
    """In a child process: no other thread of it searches, so nobody holds the turn or the BLAS.

    A fork copies the lock, and the number of threads, as they were in the middle of a search.
    """
    global TURN
    TURN = Lock()
    LENT.clear()
    if LIMITED:
        for library in blas().lib_controllers:
            getattr(library, "clear_controlling_thread", bool)()  # it is a thread of the parent
            library.set_num_threads(LIMITED[0])
        LIMITED.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=start_afresh)
