"""Where an answer runs: the one place that decides how it is run, watched and ended.

It runs in a thread of its own, with a stack that deep recursion does not exhaust. Counted steps
end what loops; CPU time ends what makes no steps, such as a loop inside C; the wall clock ends
only what uses no CPU at all. Time inside an import is nobody's, and nothing ends one half done.
Whoever is ended is put to sleep for good, since an exception would be caught by a bare `except`.

A Python without threads, as in a web page, runs the answer in the only thread there is. There
steps alone end it, by an exception; what they do not end the page ends, and judges anew (`Page`).

One thing cannot be ended from inside Python: a C function that never returns and never lets
another thread run, such as `sum(itertools.count())`.
"""

import builtins
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import get_ident
from types import ModuleType
from typing import Any

from nnlib.practice.cost import Steps
from nnlib.practice.events import Watch, sleep_for_good
from nnlib.threads import THREADS

# Bytes of a stack; only what is used of them is taken. Nobody else asks for this very size.
STACK = 64 * 2**20 + 2**16
# Calls inside one another, at most: the stack holds so many even where each passes through C.
# Who asks Python for more than that gets a RecursionError in place of a crash.
DEEPEST = 10_000
CPU_LIMIT = 20.0  # seconds that an answer computes; a busy machine does not use them up
WAIT_LIMIT = 5.0  # seconds in which an answer does nothing at all
PATIENCE = 60.0  # either limit inside an import, and for waiting while a child process works
POLL = 0.1  # seconds
IDLE = 0.02  # the share of a core below which a thread does nothing but wait


class Ended(BaseException):
    """Raised inside an answer that is ended where there is no thread to put to sleep."""


class Page:
    """For a page that has no threads: which call is under way, and which never came back.

    A page that has waited too long starts anew, sets `stalled` to the number that it was last
    told, and judges again: that call is then not made, and counts as one that did not end, or,
    where the interpreter itself has ended, as one that took it along.
    """

    calls = 0
    stalled = 0
    died = False
    tell: Callable[[int], object] | None = None


def cpu_clock(first: bool) -> Callable[[], float]:
    """Return a clock of the CPU time of this thread from now on, to be read from any other.

    Where the system has none the clock of the whole process must do: it counts for the `first`
    thread, and stands still for the others.
    """
    # A page's Python has the function, and ends when it is called.
    if not THREADS or not hasattr(time, "pthread_getcpuclockid"):
        began = time.process_time()
        return lambda: time.process_time() - began if first else 0.0
    clock, last = time.pthread_getcpuclockid(get_ident()), 0.0

    def read() -> float:
        nonlocal last
        with suppress(OSError):  # the thread has ended
            last = time.clock_gettime(clock)
        return last

    return read


@contextmanager
def limited_depth() -> Iterator[None]:
    """Have nobody raise the limit on recursion above what the stack holds; then it is as it was."""
    depth, change = sys.getrecursionlimit(), sys.setrecursionlimit
    deepest = DEEPEST if THREADS else depth

    def limited(limit: int, /) -> None:
        change(min(limit, deepest))

    change(min(depth, deepest))
    sys.setrecursionlimit = limited
    try:
        yield
    finally:
        sys.setrecursionlimit = change
        change(depth)


class Stage:
    """One call under watch, with every thread and process that it starts.

    Parameters
    ----------
    steps : Steps
        Counts, and gives up at its limit.
    cpu_limit, wait_limit : float
        Seconds of computing and of doing nothing after which the call is ended.

    Attributes
    ----------
    problem : str
        "", or why it was ended: "endless", "waits", or what `halt` was told.
    """

    usual_stack = 0  # bytes, where nobody judges; 0 is the system's

    def __init__(
        self,
        steps: Steps,
        *,
        cpu_limit: float = CPU_LIMIT,
        wait_limit: float = WAIT_LIMIT,
    ) -> None:
        self.steps = steps
        self.cpu_limit = cpu_limit
        self.wait_limit = wait_limit
        self.problem = ""
        self._watch = Watch(steps, lambda: self.halt("endless"))
        self._done = threading.Event()
        self._in_place = False
        self._clocks: list[Callable[[], float]] = []  # of all threads, those that ended, too
        self._members: set[int] = set()  # idents of those that run: the system uses them again
        self._threads: list[threading.Thread] = []
        self._asleep: set[int] = set()
        self._importing: set[int] = set()

    def has(self, thread: int) -> bool:
        """Return whether the thread of that ident is the answer's or one that it started."""
        return thread in self._members

    def halt(self, problem: str) -> None:
        """End the answer's thread that calls this, now, or at the end of an import.

        An exception left pending for another thread would be no way: on Python 3.11 every traced
        call, in whichever thread, then runs on the spot until that other thread takes it.
        """
        self.problem = self.problem or problem
        if get_ident() in self._importing:
            return
        self._asleep.add(get_ident())
        self._done.set()
        if self._in_place:
            raise Ended
        sleep_for_good()

    def run(self, work: Callable[[], None]) -> None:
        """Do the work, which raises nothing but `Ended`, and come back, whatever it does."""
        before = set(children())
        with self._watch, self._following(), self._looking_away(), limited_depth():
            try:
                if not (THREADS and self._started(work)):
                    self._work_in_place(work)
                    return
                self._attend(before)
            except BaseException:  # the reader interrupts the judge
                self.problem = self.problem or "interrupted"
                raise
            finally:
                self._clear(before)

    def _started(self, work: Callable[[], None]) -> bool:
        """Start a thread with a large stack, or a default one; return whether there is one."""

        def run() -> None:
            with self._member():
                work()
            self._done.set()

        for size in (STACK, 0):
            thread = threading.Thread(target=run, name="answer", daemon=True)
            before = threading.stack_size(size)
            if before != STACK:  # set by a judging that starts its own thread just now
                Stage.usual_stack = before
            self._threads = [thread]
            try:
                thread.start()
            except RuntimeError:
                continue
            finally:
                threading.stack_size(Stage.usual_stack)
            return True
        self._threads = []
        return False

    def _work_in_place(self, work: Callable[[], None]) -> None:
        self._in_place = True
        Page.calls += 1
        if Page.calls == Page.stalled:
            self.problem = "crash" if Page.died else "endless"
            return
        if Page.tell:
            Page.tell(Page.calls)
        try:
            with self._member():
                work()
        except Ended:
            pass

    @contextmanager
    def _member(self) -> Iterator[None]:
        """Count this thread among the answer's."""
        clock = cpu_clock(first=not self._clocks)
        self._clocks.append(clock)
        self._members.add(get_ident())
        try:
            with self._watch.here():
                yield
        finally:
            self._members.discard(get_ident())
            clock()  # remembers what it read last

    @contextmanager
    def _following(self) -> Iterator[None]:
        """Watch the threads that the answer starts; the exit of the process waits for none."""
        begin = threading.Thread.start

        def start(thread: threading.Thread) -> None:
            if self.has(get_ident()) and thread.ident is None:
                self._adopt(thread)
            begin(thread)

        threading.Thread.start = start  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            threading.Thread.start = begin  # type: ignore[method-assign]

    @contextmanager
    def _looking_away(self) -> Iterator[None]:
        """Neither watch an import nor end it, since a library half imported is broken for good."""
        real, of_importlib = builtins.__import__, importlib.import_module

        def aside(find: Callable[..., Any]) -> Callable[..., Any]:
            def imported(*args: Any, **kwargs: Any) -> Any:
                thread = get_ident()
                if not self.has(thread) or thread in self._importing:
                    return find(*args, **kwargs)
                self._importing.add(thread)
                try:
                    with self._watch.paused():
                        return find(*args, **kwargs)
                finally:
                    self._importing.discard(thread)
                    if self.problem:
                        self.halt(self.problem)

            return imported

        builtins.__import__, importlib.import_module = aside(real), aside(of_importlib)
        try:
            yield
        finally:
            builtins.__import__, importlib.import_module = real, of_importlib

    def _adopt(self, thread: threading.Thread) -> None:
        run = thread.run

        def watched() -> None:
            with self._member():
                run()

        thread.daemon = True
        thread.run = watched  # type: ignore[method-assign]
        self._threads.append(thread)

    def _attend(self, before: set[int]) -> None:
        """Wait until the answer comes back, is put to sleep, or has had its time.

        Threads that it leaves behind are awaited, too, but for those that do nothing but wait.
        """
        used = learned = quiet = last = 0.0
        while not self.problem:
            came_back = self._done.wait(POLL)
            if self.problem:
                return
            if came_back:
                self._threads[0].join()
                if not self._awake():
                    return
                time.sleep(POLL)
            now = sum(read() for read in list(self._clocks))
            spent, last = now - last, max(now, last)
            # Rounds are counted, not hours: a machine that slept in between has lost nothing.
            quiet = quiet + POLL if spent < IDLE * POLL else 0.0
            if came_back and quiet:
                return
            used, learned = (used, learned + spent) if self._importing else (used + spent, learned)
            elsewhere = self._importing or any(pid not in before for pid in children())
            if used > self.cpu_limit or learned > PATIENCE:
                self.problem = "endless"
            elif quiet > (PATIENCE if elsewhere else self.wait_limit):
                self.problem = "waits"

    def _awake(self) -> list[threading.Thread]:
        return [t for t in self._threads if t.is_alive() and t.ident not in self._asleep]

    def _clear(self, before: set[int]) -> None:
        """End what still runs."""
        if self._awake():
            self.steps.stopped.update(self._members)
            self._wait_for_sleep()
        self.steps.closed = True
        if self.problem:
            kill(before)
        _forget(self._threads)

    def _wait_for_sleep(self) -> None:
        """Give threads that are to stop the time to reach their next step."""
        for _ in range(10):
            if not any(thread.ident in self.steps.stopped for thread in self._awake()):
                return
            time.sleep(POLL / 4)


def _forget(threads: list[threading.Thread]) -> None:
    """Take threads from the lists of pools, which wait for theirs when the process exits."""
    for name, waits in (("thread", "_threads_queues"), ("process", "_threads_wakeups")):
        module: ModuleType | None = sys.modules.get(f"concurrent.futures.{name}")
        for thread in threads:
            getattr(module, waits, {}).pop(thread, None)


def children() -> list[int]:
    """Return the processes that `multiprocessing` has started here and that still run."""
    module = sys.modules.get("multiprocessing.process")
    return [child.pid for child in module.active_children()] if module else []


def kill(before: set[int]) -> None:
    """End the processes that are new."""
    module = sys.modules.get("multiprocessing.process")
    for child in module.active_children() if module else []:
        if child.pid not in before:
            child.kill()
            child.join(1)
