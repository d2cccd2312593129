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


class GiveUp(BaseException):
    """Raised by a listener that has seen enough: then the watch calls its `halt`."""


class Listener(Protocol):
    """Who is told; it may raise `GiveUp` and nothing else.

    Attributes
    ----------
    asks : bool
        Whether to tell of asks.
    """

    asks: bool

    def follows(self, code: CodeType) -> bool:
        """Return whether to tell of the turns of that code."""

    def start(self, frame: FrameType) -> None:
        """Take note that a function starts."""

    def turn(self, frame: FrameType, origin: int, target: int) -> None:
        """Take note that the code jumps from `origin` back to `target`; see `loop_of`."""

    def ask(self, frame: FrameType, method: str, of: object) -> None:
        """Take note that the code calls a method, written in C, of an object."""


@cache
def jumps_to_itself(code: CodeType) -> bool:
    """Return whether an instruction of the code is a jump to itself."""
    steps = dis.get_instructions(code)
    return any(step.opname == "JUMP_BACKWARD" and step.argval == step.offset for step in steps)


@cache
def _first(code: CodeType) -> int:
    """Return the instruction at which a function begins; a generator is resumed at others."""
    steps = dis.get_instructions(code)
    return next((step.offset for step in steps if step.opname == "RESUME" and step.arg == 0), 0)


@cache
def loop_of(code: CodeType, origin: int, target: int) -> int:
    """Return the instruction that names the loop of a jump from `origin` back to `target`.

    Up to Python 3.13 a `while` is tested again at its end, which jumps back into its body; its own
    line is then the one it jumps from. Later ones jump to its line, as a `for` does everywhere.
    """

    def line(offset: int) -> int:
        lines = (n for start, end, n in code.co_lines() if start <= offset < end)
        return next(lines, None) or 0

    into_a_body = dis.opname[code.co_code[target]] != "FOR_ITER" and line(origin) < line(target)
    return origin if into_a_body and line(origin) else target


@contextmanager
def _tracing(trace: Any, profile: Any) -> Iterator[None]:
    before, profiled = sys.gettrace(), sys.getprofile()
    sys.setprofile(profile)
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
        sys.setprofile(profiled)


class Watcher:
    """Tells a listener, and stops the thread of which it has seen enough.

    Parameters
    ----------
    listener : Listener
    halt : callable
        Called in the watched thread when the listener gives up.
    """

    def __init__(self, listener: Listener, halt: Callable[[], None]) -> None:
        self.listener = listener
        self.halt = halt

    def _told(self, tell: Callable[..., None], *what: Any) -> None:
        try:
            tell(*what)
        except GiveUp:
            self.halt()


class Traced(Watcher):
    """Watches threads by `sys.settrace`, for Python 3.11.

    A loop in Python spends most of its time here, and where memory is measured all that is
    allocated here costs again. So what depends on the code alone is found out once, and one
    function serves all frames, with the instruction that each was seen at last.
    """

    def __init__(self, listener: Listener, halt: Callable[[], None]) -> None:
        super().__init__(listener, halt)
        # By the identity of the code, which is quicker to come by than its hash: the code, where
        # it begins, whether its turns are told, and whether it is followed by instructions.
        self._rules: dict[int, tuple[CodeType, int, bool, bool]] = {}
        self._last: dict[FrameType, int] = {}  # of those that run
        self._each = self._step

    def __enter__(self) -> None:
        """Do nothing: each thread is watched by itself."""

    def __exit__(self, *what: object) -> None:
        """Do nothing, as above."""

    @contextmanager
    def here(self) -> Iterator[None]:
        """Watch this thread."""
        with _tracing(self._enter, self._profile if self.listener.asks else None):
            yield

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Look away from this thread for a while."""
        with _tracing(None, None):
            yield

    def _learn(self, code: CodeType) -> tuple[CodeType, int, bool, bool]:
        # A line event comes with every jump backward, but for a jump to itself: `while True: pass`.
        rules = code, _first(code), self.listener.follows(code), jumps_to_itself(code)
        self._rules[id(code)] = rules
        return rules

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        _, first, followed, by_instruction = self._rules.get(id(code)) or self._learn(code)
        last = frame.f_lasti
        if last <= first:
            self._told(self.listener.start, frame)
        if not followed:
            return None
        self._last[frame] = last
        if by_instruction:
            frame.f_trace_opcodes = True
        return self._each

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "return":
            del self._last[frame]
        elif event == "opcode" or (event == "line" and not frame.f_trace_opcodes):
            last, now = self._last[frame], frame.f_lasti
            self._last[frame] = now
            if now <= last:
                try:
                    self.listener.turn(frame, last, now)
                except GiveUp:
                    self.halt()
        return self._each

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            self._told(self.listener.ask, frame, argument.__name__, argument.__self__)


class Monitored(Watcher):
    """Watches threads by `sys.monitoring`, for Python 3.12 and later."""

    def __init__(self, listener: Listener, halt: Callable[[], None]) -> None:
        super().__init__(listener, halt)
        self.tool = -1
        self._threads: set[int] = set()

    def __enter__(self) -> None:
        """Have events reported, of all threads."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        events = monitoring.events
        # 0, 1, 2 and 5 belong to debuggers, coverage, profilers and optimizers by convention.
        free = [tool for tool in (3, 4, 2, 5, 1, 0) if monitoring.get_tool(tool) is None]
        if not free:
            raise RuntimeError("all six tools of sys.monitoring are in use; end one of them first")
        self.tool = free[0]
        monitoring.use_tool_id(self.tool, NAME)
        monitoring.register_callback(self.tool, events.PY_START, self._start)
        monitoring.register_callback(self.tool, events.JUMP, self._jump)
        monitoring.register_callback(self.tool, events.CALL, self._call)
        asks = events.CALL if self.listener.asks else 0
        monitoring.set_events(self.tool, events.PY_START | events.JUMP | asks)

    def __exit__(self, *what: object) -> None:
        """Have nothing reported any more, whatever the watched threads do."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        monitoring.set_events(self.tool, 0)
        for event in (monitoring.events.PY_START, monitoring.events.JUMP, monitoring.events.CALL):
            monitoring.register_callback(self.tool, event, None)
        monitoring.free_tool_id(self.tool)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Watch this thread."""
        self._threads.add(get_ident())
        try:
            yield
        finally:
            self._threads.discard(get_ident())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Look away from this thread for a while."""
        self._threads.discard(get_ident())
        try:
            yield
        finally:
            self._threads.add(get_ident())

    def _start(self, code: CodeType, offset: int) -> None:
        if get_ident() in self._threads:
            self._told(self.listener.start, sys._getframe(1))

    def _jump(self, code: CodeType, offset: int, target: int) -> None:
        if target <= offset and get_ident() in self._threads and self.listener.follows(code):
            self._told(self.listener.turn, sys._getframe(1), offset, target)

    def _call(self, code: CodeType, offset: int, called: object, first: object) -> None:
        if type(called) is MethodDescriptorType:
            method, of = called.__name__, first
        elif type(called) is BuiltinFunctionType:
            method, of = called.__name__, called.__self__
        else:
            return
        if get_ident() in self._threads:
            self._told(self.listener.ask, sys._getframe(1), method, of)


Watch: type[Traced] | type[Monitored] = Monitored if sys.version_info >= (3, 12) else Traced


def sleep_for_good() -> None:
    """Block this thread, which costs nothing; a daemon thread ends with its process."""
    lock = Lock()
    lock.acquire()
    lock.acquire()
