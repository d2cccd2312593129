"""One call of somebody's function, from which the judge always comes back.

`Stage` runs it and ends it if it does not end by itself. What it prints goes nowhere, and too
much of it ends the call, as does asking for input; what it raises, `SystemExit` and
`KeyboardInterrupt` included, becomes a line of text. Its arguments are compared with what they
were.
"""

import inspect
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from typing import Any

from nnlib.practice.changes import difference, snapshot
from nnlib.practice.cost import Steps, Tally, peak_memory
from nnlib.practice.stage import CPU_LIMIT, WAIT_LIMIT, Ended, Stage
from nnlib.practice.streams import OUTPUT_LIMIT, quiet

# For a call whose places nobody counts: what is measured in memory, or a file while it is run.
STEP_LIMIT = 1_000_000
LINES = {
    "endless": "it did not end; look for a loop whose condition never becomes false",
    "waits": "it waits for something that does not come, such as a lock, a thread or a sleep",
    "crash": "Python itself ended; look for a recursion without end",
    "asks": "it asks for input; take out input() and breakpoint()",
    "flood": f"it printed more than {OUTPUT_LIMIT:,} characters and was stopped",
}


@dataclass
class Outcome:
    """What came of a call.

    Attributes
    ----------
    value : object
        What was returned; None if something went wrong.
    problem : str
        "" or one of "raised", "endless", "waits", "crash", "asks", "flood", "mutated".
    line : str
        The problem in one line.
    error : BaseException or None
        What was raised.
    peak : int
        Bytes held at most; 0 if not asked for.
    printed : str
        The first of what it printed.
    given : tuple
        Copies of the arguments, made before.
    """

    value: Any = None
    problem: str = ""
    line: str = ""
    error: BaseException | None = None
    peak: int = 0
    printed: str = ""
    given: tuple[Any, ...] = ()


def describe(error: BaseException) -> str:
    """Return an exception as one line, not too long."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # of the answer's own making
        text = ""
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
    cpu_limit: float = CPU_LIMIT,
    wait_limit: float = WAIT_LIMIT,
) -> Outcome:
    """Return what came of `function(*args)`; raise nothing that the function raises.

    Parameters
    ----------
    function : callable
    args : tuple
        Compared afterwards with a copy made before.
    tally : Tally or None
        Counts the steps by place, and stops the call at its limit. None counts no places, which
        takes memory, and allows more steps.
    measure_memory : bool
        Measure the peak; without a tally, whose own memory would be measured, too.
    cpu_limit, wait_limit : float
        Seconds of computing and of doing nothing after which a call is ended that makes no steps.
    """
    before: tuple[Any, ...] = snapshot(args)
    outcome = Outcome(given=before)
    steps = Steps(STEP_LIMIT) if tally is None else tally
    stage = Stage(steps, cpu_limit=cpu_limit, wait_limit=wait_limit)

    def run() -> None:
        outcome.value = function(*args)

    def work() -> None:
        try:
            if measure_memory:
                outcome.peak = peak_memory(run)
            else:
                run()
        except Ended:
            raise
        except BaseException as error:
            outcome.error = error

    tracing = tracemalloc.is_tracing()
    try:
        with quiet(lambda: stage.has(get_ident()), stage.halt) as drain:
            stage.run(work)
    finally:
        if tracemalloc.is_tracing() and not tracing:  # a thread that sleeps does not clean up
            tracemalloc.stop()
    outcome.printed = drain.head
    if stage.problem:
        outcome.value, outcome.error = None, None
        outcome.problem, outcome.line = stage.problem, LINES[stage.problem]
    elif outcome.error is not None:
        outcome.problem, outcome.line = "raised", describe(outcome.error)
    elif changed := _changed(function, before, args):
        outcome.problem, outcome.line = "mutated", f"it changed {changed}"
    return outcome


def _changed(function: Callable[..., Any], before: tuple[Any, ...], args: tuple[Any, ...]) -> str:
    """Return the first change of an argument, by the name that the function gives it."""
    if not any(map(difference, before, args)):
        return ""
    try:
        names = list(inspect.signature(function).parameters)
    except Exception:  # some of what is written in C has none
        names = []
    names += [f"argument {i + 1}" for i in range(len(names), len(args))]
    return next(filter(None, map(difference, before, args, names)))
