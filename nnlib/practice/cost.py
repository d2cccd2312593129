"""Cost without a clock: how counts and bytes grow when the input grows.

One loop over the rows turns once a row, and a function mapped over the rows starts once a row.
So the judge runs an answer on n rows and on 2n, counts for every *place* in the answer's code
how often it turned or started something, and divides the difference by n. A loop over rows
gives 1 or more, a loop over blocks of 32 rows 1/32, a loop over features 0.

A place is an instruction of the reader's code. What a library does inside counts for the place
that called it, once a call, so that ten calls of `np.sum` in one block are ten places, not ten
rounds; a library that loops over the rows itself (`np.apply_along_axis`) has a turning place of
its own. `tolist` of a matrix loops over it inside C, and counts as a round for every row that it
unpacks: what `map` or `min` then does with lists of lists leaves no other trace.
"""

import gc
import inspect
import linecache
import sysconfig
import threading
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlib.practice.events import GiveUp, loop_of

# More than any sensible answer needs on the judge's small inputs; the same on every machine.
EVENT_LIMIT = 40_000
# Rounds a row from which a loop counts as a loop over rows. Blocks of 32 rows give 1/32, or a
# few times that if they contain a loop over two features; blocks of two rows give 1/2.
ROW_LOOP = 0.25
Place = tuple[str, str, int, int, str]  # file, function, its first line, instruction, event
TURN = "turn"
LONGEST = 80  # characters of a line that are shown

HERE = Path(__file__).resolve().parent
FOLDERS = tuple(
    {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(str(module.__file__)).parent) for module in (np, linecache)}  # may be a zip file
)
# NumPy's file that makes text of arrays; it loops over what is printed, which is no computing.
PRINTER = inspect.unwrap(np.array2string).__code__.co_filename
_library: dict[str, bool] = {}


def is_library(filename: str) -> bool:
    """Return whether code of that file is a library's, not the reader's."""
    known = _library.get(filename)
    if known is None:
        inside = filename.startswith((*FOLDERS, "<frozen", "<__array_function__"))
        own = filename.startswith(str(HERE.parent))
        answers = filename.startswith(str(HERE / "catalog"))
        known = _library[filename] = (inside or own) and not answers
    return known


class Steps:
    """A count of starts and turns of the reader's own code, with a limit that stops a runaway.

    Parameters
    ----------
    limit : int
        Steps of the reader's own code after which it is stopped.

    Attributes
    ----------
    total : int
        Steps of the reader's own code.
    stopped : set of int
        Threads that are to give up at their next step.
    closed : bool
        Whether the counting is over.
    """

    asks = False

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.total = 0
        self.stopped: set[int] = set()
        self.closed = False

    def follows(self, code: CodeType) -> bool:
        """Return whether its loops are counted: those of the reader's own code."""
        return not is_library(code.co_filename)

    def start(self, frame: FrameType) -> None:
        """Count a function that starts."""
        if self._heard() and not is_library(frame.f_code.co_filename):
            self._count()

    def turn(self, frame: FrameType, origin: int, target: int) -> None:
        """Count a round of a loop, of code that it follows."""
        if self._heard():
            self._count()

    def ask(self, frame: FrameType, method: str, of: object) -> None:
        """Count nothing."""
        self._heard()

    def _heard(self) -> bool:
        """Return whether to count what happens; give up if the thread is to stop."""
        if self.stopped and threading.get_ident() in self.stopped:
            raise GiveUp
        return not self.closed

    def _count(self) -> None:
        self.total += 1
        if self.total > self.limit:
            raise GiveUp


class Tally(Steps):
    """Counts of starts and turns by place.

    Attributes
    ----------
    places : Counter
        How often each place turned or started something.
    codes : dict
        The reader's code of each place, to find its line.
    """

    asks = True

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        super().__init__(limit)
        self.places: Counter[Place] = Counter()
        self.codes: dict[Place, CodeType] = {}
        self._open: dict[int, Counter[int]] = {}  # turns of the library calls under way

    def start(self, frame: FrameType) -> None:
        """Count a function that starts."""
        if not self._heard():
            return
        code = frame.f_code
        if not is_library(code.co_filename):
            self._count()
            self._at(frame, -1, "start")
            return
        self._open.pop(id(frame), None)
        caller = frame.f_back
        if caller is not None and not is_library(caller.f_code.co_filename):
            self._at(caller, caller.f_lasti, code.co_qualname)

    def follows(self, code: CodeType) -> bool:
        """Return whether its loops are counted: all are."""
        return True

    def turn(self, frame: FrameType, origin: int, target: int) -> None:
        """Count a round of a loop."""
        if not self._heard():
            return
        target = loop_of(frame.f_code, origin, target)
        if not is_library(frame.f_code.co_filename):
            self._count()
            self._at(frame, target, TURN)
            return
        if frame.f_code.co_filename == PRINTER:
            return
        place = _place(frame, target, TURN)
        rounds = self._open.setdefault(id(frame), Counter())
        rounds[target] += 1
        self.places[place] = max(self.places[place], rounds[target])

    def ask(self, frame: FrameType, method: str, of: object) -> None:
        """Count the rows of a matrix that the reader's code unpacks into lists."""
        if not self._heard():
            return
        if method != "tolist" or not isinstance(of, np.ndarray) or of.ndim < 2:
            return
        if not is_library(frame.f_code.co_filename):
            self._at(frame, frame.f_lasti, method, max(of.shape))

    def _at(self, frame: FrameType, offset: int, what: str, times: int = 1) -> None:
        place = _place(frame, offset, what)
        self.codes[place] = frame.f_code
        self.places[place] += times


def _place(frame: FrameType, offset: int, what: str) -> Place:
    code = frame.f_code
    return code.co_filename, code.co_qualname, code.co_firstlineno, offset, what


class CountedArray(np.ndarray[Any, Any]):
    """An ordinary array, except that making one starts a Python function, which can be counted.

    So `map(np.ndarray.argmin, distances)`, which runs no Python code of its own, is seen to make
    an array a row.
    """

    def __array_finalize__(self, obj: NDArray[Any] | None) -> None:
        """Do nothing; that it was called is the point."""


def counted(value: Any) -> Any:
    """Return arrays as arrays that are counted, anything else as it is."""
    return value.view(CountedArray) if type(value) is np.ndarray else value


def growth(small: Tally, large: Tally, rows: int) -> tuple[float, Place | None]:
    """Return the rounds a row of the place that grew most, and the place.

    Parameters
    ----------
    small, large : Tally
        Of two runs of one answer.
    rows : int
        By how many rows the second input was larger.
    """
    grown = {place: n - small.places[place] for place, n in large.places.items()}
    if not grown:
        return 0.0, None
    # Of places that grew alike the loop says more than the calls inside it, the reader's own code
    # more than a library's.
    place = max(grown, key=lambda p: (grown[p], p in large.codes, p[-1] == TURN))
    return grown[place] / rows, place


def line_of(tally: Tally, place: Place | None) -> str:
    """Return the line of the reader's code at a place, with its number; "" for a library's."""
    code = tally.codes.get(place) if place else None
    if place is None or code is None:
        return ""
    offset = place[3]
    number = code.co_firstlineno
    if offset >= 0:
        starts = [line for first, end, line in code.co_lines() if first <= offset < end]
        number = next((line for line in starts if line is not None), number)
    text = linecache.getline(code.co_filename, number).strip()
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return f"line {number}: {text}" if text else f"line {number}"


def peak_memory(run: Callable[[], Any]) -> int:
    """Return how many bytes `run` held at most beyond those held before, its result included."""
    gc.collect()
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return max(0, peak - before)
