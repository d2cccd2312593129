"""What stands in for the terminal while an answer runs: output that is counted, no input."""

import builtins
import faulthandler
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

termios: Any
try:  # `getpass` reads the terminal itself, whose settings it looks at first
    import termios
except ImportError:  # where it reads sys.stdin if that is another stream than at the start
    termios = None

OUTPUT_LIMIT = 20_000  # characters
HEAD = 200  # characters that are kept


@cache
def nowhere() -> int:
    """Return a descriptor that leads nowhere; open for good, since a library may keep it."""
    return os.open(os.devnull, os.O_RDWR)


class Drain(io.BufferedIOBase):
    """Bytes that are counted and, but for their beginning, thrown away.

    Parameters
    ----------
    flood : callable
        Called when it is too much.
    """

    name = "<stdout>"
    mode = "wb"

    def __init__(self, flood: Callable[[], None]) -> None:
        self._flood = flood
        self.length = 0
        self.head = ""

    def writable(self) -> bool:
        """Return True, as a stream to write to."""
        return True

    def fileno(self) -> int:
        """Return a descriptor that what is written to goes nowhere, too."""
        return nowhere()

    def write(self, data: Any) -> int:
        """Count what the bytes say."""
        data = bytes(data)
        text = data.decode("utf-8", "replace")
        self.length += len(text)
        self.head = (self.head + text)[:HEAD]
        if self.length > OUTPUT_LIMIT:
            self._flood()
        return len(data)


class Deaf(io.TextIOBase):
    """An input that has none to give: whoever reads is told so.

    Parameters
    ----------
    ask : callable
        Called when somebody reads.
    """

    name = "<stdin>"
    mode = "r"
    encoding = "utf-8"
    errors = "strict"

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    @property
    def buffer(self) -> "Deaf":
        """The stream itself: reading bytes is reading."""
        return self

    def readable(self) -> bool:
        """Return True, as a stream to read from."""
        return True

    def fileno(self) -> int:
        """Return a descriptor that is always at its end."""
        return nowhere()

    def reconfigure(self, **options: Any) -> None:
        """Take note of nothing: nothing is read."""

    def read(self, size: int | None = -1) -> str:
        """Ask."""
        return self._ask()

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        """Ask."""
        return self._ask()

    read1 = readinto = read  # of the buffer


@contextmanager
def quiet(is_answer: Callable[[], bool], halt: Callable[[str], None]) -> Iterator[Drain]:
    """Send output into a drain and warnings nowhere; afterwards all is as the reader had it.

    Parameters
    ----------
    is_answer : callable
        Whether the thread that calls it is the answer's; others may ask for input.
    halt : callable
        Takes "flood" or "asks", and ends the thread that calls it.
    """
    streams = sys.stdin, sys.stdout, sys.stderr
    settings: Any = termios and termios.tcgetattr
    ask, hook, faults = builtins.input, sys.breakpointhook, faulthandler.is_enabled()

    def flood() -> None:
        if is_answer():
            halt("flood")

    def refused(real: Callable[..., Any]) -> Callable[..., Any]:
        def asks(*args: Any, **kwargs: Any) -> Any:
            if is_answer():
                halt("asks")
                raise EOFError("nobody answers")  # an import is not ended half done
            return real(*args, **kwargs)

        return asks

    drain = Drain(flood)
    out, err = (
        io.TextIOWrapper(drain, "utf-8", errors, write_through=True)
        for errors in ("replace", "backslashreplace")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A program without a console has no stdin.
        sys.stdin = Deaf(refused(getattr(streams[0], "readline", ask)))
        sys.stdout, sys.stderr = out, err
        builtins.input, sys.breakpointhook = refused(ask), refused(hook)
        if termios:
            termios.tcgetattr = refused(settings)
        try:
            yield drain
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            builtins.input, sys.breakpointhook = ask, hook
            if termios:
                termios.tcgetattr = settings
            if faulthandler.is_enabled() and not faults:
                faulthandler.disable()
