"""What Python itself does while a function runs: functions that start, loops that turn.

A *start* is a Python function beginning to run. A *turn* is a jump backward in its code, which
every loop and every comprehension makes once a round. An *ask* is a call of a method that is
written in C, which runs no Python code of its own. All can be counted, and the counts are the
same on every machine, which seconds are not. Python 3.12 and later report them through
`sys.monitoring`, 3.11 through `sys.settrace` and `sys.setprofile`; what is reported is the same.
"""

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, get_ident
from types import BuiltinFunctionType, CodeType, FrameType, MethodDescriptorType
from typing import Any, Protocol

NAME = "nnlib.practice"
THREADS = sys.platform != "emscripten"  # Python in a web page has one


class GiveUp(BaseException):
    """Raised by a listener that has seen enough: the watched thread is put to sleep for good.

    An exception raised inside the watched code would be caught there by a bare `except`.
    """


class Listener(Protocol):
    """Who is told; it may raise `GiveUp` and nothing else."""

    def start(self, frame: FrameType) -> None:
        """Take note that a function starts."""

    def turn(self, frame: FrameType, target: int) -> None:
        """Take note that the code jumps back to, or for a `while` is tested at, `target`."""

    def ask(self, frame: FrameType, method: str, of: object) -> None:
        """Take note that the code calls a method, written in C, of an object."""


@cache
def jumps_to_itself(code: CodeType) -> bool:
    """Return whether an instruction of the code is a jump to itself."""
    steps = dis.get_instructions(code)
    return any(step.opname == "JUMP_BACKWARD" and step.argval == step.offset for step in steps)


@cache
def _named(code: CodeType, origin: int, target: int) -> int:
    """Return the instruction that names a jump from `origin` back to `target`.

    Up to Python 3.13 a `while` is tested again at its end, which jumps back into its body; its own
    line is then the one it jumps from. Later ones jump to its line, as a `for` does everywhere.
    """

    def line(offset: int) -> int:
        lines = (n for start, end, n in code.co_lines() if start <= offset < end)
        return next(lines, None) or 0

    into_a_body = dis.opname[code.co_code[target]] != "FOR_ITER" and line(origin) < line(target)
    return origin if into_a_body and line(origin) else target


@contextmanager
def traced(listener: Listener) -> Iterator[None]:
    """Watch this thread by `sys.settrace`, for Python 3.11."""

    def told(tell: Callable[..., None], *what: Any) -> None:
        try:
            tell(*what)
        except GiveUp:
            sys.settrace(before)
            sys.setprofile(profiled)
            _sleep_for_good()

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        told(listener.start, frame)
        last = frame.f_lasti
        # A line event comes with every jump backward, but for a jump to itself: `while True: pass`.
        wanted = "opcode" if jumps_to_itself(frame.f_code) else "line"
        frame.f_trace_opcodes = wanted == "opcode"

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == wanted:
                if frame.f_lasti <= last:
                    told(listener.turn, frame, _named(frame.f_code, last, frame.f_lasti))
                last = frame.f_lasti
            return step

        return step

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            told(listener.ask, frame, argument.__name__, argument.__self__)

    before, profiled = sys.gettrace(), sys.getprofile()
    sys.setprofile(profile)
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)
        sys.setprofile(profiled)


@contextmanager
def monitored(listener: Listener) -> Iterator[None]:
    """Watch this thread by `sys.monitoring`, for Python 3.12 and later."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    events = monitoring.events
    thread = get_ident()

    def end() -> None:
        if monitoring.get_tool(tool) == NAME:
            monitoring.set_events(tool, 0)
            monitoring.register_callback(tool, events.PY_START, None)
            monitoring.register_callback(tool, events.JUMP, None)
            monitoring.register_callback(tool, events.CALL, None)
            monitoring.free_tool_id(tool)

    def told(tell: Callable[..., None], *what: Any) -> None:
        try:
            tell(*what)
        except GiveUp:
            if not THREADS:  # whoever catches it gets it again at the next event
                raise
            end()
            _sleep_for_good()

    def start(code: CodeType, offset: int) -> None:
        if get_ident() == thread:
            told(listener.start, sys._getframe(1))

    def jump(code: CodeType, offset: int, target: int) -> None:
        if target <= offset and get_ident() == thread:
            told(listener.turn, sys._getframe(1), _named(code, offset, target))

    def call(code: CodeType, offset: int, called: object, first: object) -> None:
        if type(called) is MethodDescriptorType:
            method, of = called.__name__, first
        elif type(called) is BuiltinFunctionType:
            method, of = called.__name__, called.__self__
        else:
            return
        if get_ident() == thread:
            told(listener.ask, sys._getframe(1), method, of)

    # 0, 1, 2 and 5 belong to debuggers, coverage, profilers and optimizers by convention.
    free = [tool for tool in (3, 4, 2, 5, 1, 0) if monitoring.get_tool(tool) is None]
    if not free:
        raise RuntimeError("all six tools of sys.monitoring are in use; end one of them first")
    tool = free[0]
    monitoring.use_tool_id(tool, NAME)
    try:
        monitoring.register_callback(tool, events.PY_START, start)
        monitoring.register_callback(tool, events.JUMP, jump)
        monitoring.register_callback(tool, events.CALL, call)
        monitoring.set_events(tool, events.PY_START | events.JUMP | events.CALL)
        yield
    finally:
        end()


def _sleep_for_good() -> None:
    """Block this thread, which costs nothing; a daemon thread ends with its process."""
    lock = Lock()
    lock.acquire()
    lock.acquire()


Watch = Callable[[Listener], Any]
watched: Watch = monitored if sys.version_info >= (3, 12) else traced
