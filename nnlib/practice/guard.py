"""One call of somebody's function, from which the judge always comes back.

The function runs in a thread of its own. What it prints goes nowhere, and too much of it ends
the call; what it raises, `SystemExit` and `KeyboardInterrupt` included, becomes a line of text;
if it does not end, a limit on events stops it, or, for code that makes none, a deadline. Its
arguments are compared with what they were.

One thing cannot be ended from inside Python: a C function that never returns and runs no Python
code, such as `sum(itertools.count())`.
"""

import ctypes
import inspect
import io
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from nnlib.practice.changes import difference, snapshot
from nnlib.practice.cost import Tally, peak_memory
from nnlib.practice.events import watched

DEADLINE = 20.0  # seconds; ends only what the count of events did not
# Python in a web page has one thread. There an answer runs in it; the page ends what the count of
# events did not, judges again from the start, and says which call it was that never came back.
THREADS = sys.platform != "emscripten"
OUTPUT_LIMIT = 20_000  # characters


class Flood(BaseException):
    """Raised inside an answer that prints too much."""


class Overdue(BaseException):
    """Raised inside an answer that ran into the deadline."""


@dataclass
class Outcome:
    """What came of a call.

    Attributes
    ----------
    value : object
        What was returned; None if something went wrong.
    problem : str
        "" or one of "raised", "endless", "flood", "mutated".
    line : str
        The problem in one line.
    error : BaseException or None
        What was raised.
    peak : int
        Bytes held at most; 0 if not asked for.
    printed : str
        The first of what it printed.
    """

    value: Any = None
    problem: str = ""
    line: str = ""
    error: BaseException | None = None
    peak: int = 0
    printed: str = ""


class Sink(io.TextIOBase):
    """Output that is counted and, but for its beginning, thrown away."""

    def __init__(self) -> None:
        self.length = 0
        self.head = ""

    def writable(self) -> bool:
        """Return True, as a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Count the text; raise `Flood` when it is too much."""
        self.length += len(text)
        self.head = (self.head + text)[:200]
        if self.length > OUTPUT_LIMIT:
            raise Flood
        return len(text)


@contextmanager
def quiet() -> Iterator[Sink]:
    """Send output into a sink and warnings nowhere; afterwards all is as the reader had it."""
    output, sink = (sys.stdout, sys.stderr), Sink()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.stdout = sys.stderr = sink
        try:
            yield sink
        finally:
            sys.stdout, sys.stderr = output


def unchanged(before: Any, after: Any) -> bool:
    """Return whether two arguments hold the same: types, shapes and every bit."""
    return not difference(before, after)


def describe(error: BaseException) -> str:
    """Return an exception as one line, not too long."""
    text = " ".join(str(error).split())
    if isinstance(error, RecursionError):  # whose own words differ from one Python to the next
        text = "it calls itself without end"
    if len(text) > 200:
        text = text[:199] + "…"
    return f"it raised {type(error).__name__}" + (f": {text}" if text else "")


def call(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    *,
    tally: Tally | None,
    measure_memory: bool = False,
    deadline: float = DEADLINE,
) -> Outcome:
    """Return what came of `function(*args)`; raise nothing that the function raises.

    Parameters
    ----------
    function : callable
    args : tuple
        Compared afterwards with a copy made before.
    tally : Tally or None
        Counts the events, and stops the call at its limit. None watches nothing: only the
        deadline ends the call.
    measure_memory : bool
        Measure the peak; without a tally, whose own memory would be measured, too.
    deadline : float
        Seconds after which a call is ended that made no events to count.
    """
    before = snapshot(args)
    outcome = Outcome()

    def run() -> None:
        outcome.value = function(*args)

    def work() -> None:
        watch = nullcontext() if tally is None else watched(tally)
        try:
            with watch:
                if measure_memory:
                    outcome.peak = peak_memory(run)
                else:
                    run()
        except BaseException as error:
            outcome.error = error

    with quiet() as sink:
        ended = in_thread(work, deadline, tally) if THREADS else in_place(work, tally)
    outcome.printed = sink.head
    if Place.lost and Place.calls == Place.lost and Place.died:
        outcome.problem = "endless"
        outcome.line = "Python itself ended; look for a recursion without end"
    elif not ended or isinstance(outcome.error, Overdue):
        outcome.problem = "endless"
        outcome.line = "it did not end; look for a loop whose condition never becomes false"
    elif isinstance(outcome.error, Flood):
        outcome.problem = "flood"
        outcome.line = f"it printed more than {OUTPUT_LIMIT:,} characters and was stopped"
    elif outcome.error is not None:
        outcome.problem, outcome.line = "raised", describe(outcome.error)
    elif changed := _changed(function, before, args):
        outcome.problem, outcome.line = "mutated", f"it changed {changed}"
    return outcome


def _changed(function: Callable[..., Any], before: tuple[Any, ...], args: tuple[Any, ...]) -> str:
    """Return the first change of an argument, by the name that the function gives it."""
    try:
        names = list(inspect.signature(function).parameters)
    except Exception:  # some of what is written in C has none
        names = []
    names += [f"argument {i + 1}" for i in range(len(names), len(args))]
    return next(filter(None, map(difference, before, args, names)), "")


def in_thread(work: Callable[[], None], deadline: float, tally: Tally | None) -> bool:
    """Do work in a thread of its own; return whether it came to an end."""
    thread = threading.Thread(target=work, name="answer", daemon=True)
    thread.start()
    try:
        _wait(thread, deadline, tally)
    finally:  # at the deadline, or when the reader interrupts the judge
        if tally is None or not tally.gave_up.is_set():
            _end(thread)
    return not thread.is_alive()


class Place:
    """How far the judge has come in the only thread: the page hears of every call."""

    calls = 0
    lost = 0  # the call that did not come back in an earlier run of this very judging
    died = False  # it took the interpreter with it
    tell: Callable[[int], object] | None = None


def in_place(work: Callable[[], None], tally: Tally | None) -> bool:
    """Do work in this thread; return whether it came to an end."""
    Place.calls += 1
    if Place.calls == Place.lost:
        return False
    if Place.tell:
        Place.tell(Place.calls)
    work()
    return tally is None or not tally.gave_up.is_set()


def _wait(thread: threading.Thread, deadline: float, tally: Tally | None) -> None:
    """Wait until the thread ends, is put to sleep, or has had its time."""
    until = time.monotonic() + deadline
    while thread.is_alive() and time.monotonic() < until:
        if tally is not None and tally.gave_up.is_set():
            return
        thread.join(0.1)


def _end(thread: threading.Thread) -> None:
    """Raise `Overdue` in a thread until it ends; give up on one that catches everything."""
    for _ in range(20):
        if not thread.is_alive() or thread.ident is None:
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Overdue)
        )
        thread.join(0.05)
