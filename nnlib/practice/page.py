"""The judge in a web page: source in, a report out, both as text.

The page's worker calls `verdict` and `run`. There Python has one thread, so the page is told of
every call that the judge makes; if one never comes back, or takes the interpreter with it, the
page judges again in a fresh one and says which call that was.
"""

import ast
import io
import json
import linecache
import sys
import tokenize
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from nnlib.practice import guard
from nnlib.practice.catalog import drill
from nnlib.practice.stage import Page
from nnlib.practice.streams import OUTPUT_LIMIT
from nnlib.practice.verdict import answer_in, judged

FILE = "answer.py"
HAS = "NumPy, nnlib and the standard library"
NO_KEYBOARD = "nobody can type here: write the value into the code, in place of input()"


class Flood(BaseException):
    """Raised inside a program that prints too much."""


def remember(source: str, file: str) -> None:
    """Have messages, and `inspect`, show the lines of a file that is on no disk."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)


def module_of(source: str, name: str) -> ModuleType:
    """Return an empty module for a source; messages can show the lines of its file."""
    remember(source, FILE)
    module = ModuleType(name)
    module.__file__ = FILE
    return module


@contextmanager
def registered(module: ModuleType) -> Iterator[None]:
    """Have a module be one like any other for a while, as dataclasses and pickles need it."""
    name, missing = module.__name__, object()
    before: Any = sys.modules.get(name, missing)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is missing:
            del sys.modules[name]
        else:
            sys.modules[name] = before


def described(error: BaseException, file: str = FILE, has: str = HAS) -> dict[str, Any]:
    """Return an error in a sentence, with the line of the reader's file where it was raised.

    `has` says what can be imported.
    """
    if isinstance(error, SyntaxError) and error.filename == file:
        return {"problem": f"{type(error).__name__}: {error.msg}", "line": error.lineno or 0}
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if f.filename == file), 0)
    if isinstance(error, EOFError):
        return {"problem": NO_KEYBOARD, "line": line}
    if isinstance(error, MemoryError):
        text = " ".join(str(error).split())
        return {"problem": f"MemoryError: more than this page's Python has. {text}", "line": line}
    if isinstance(error, ModuleNotFoundError):
        problem = f"there is no {error.name} here: this page's Python has {has}"
        return {"problem": problem, "line": line}
    if isinstance(error, Flood):
        return {"problem": guard.LINES["flood"], "line": line}
    text = guard.describe(error).removeprefix("it raised ")
    return {"problem": text, "line": line}


def verdict(
    source: str, name: str, twist: str, lost: int, died: bool, tell: Callable[[int], object]
) -> str:
    """Judge a source; return the report as JSON.

    Parameters
    ----------
    source : str
    name, twist : str
        The drill, and its twist or "".
    lost : int
        The call that did not come back when this source was judged before; 0 if none.
    died : bool
        Whether that call took the interpreter with it.
    tell : callable
        Hears the number of every call.
    """
    Page.calls, Page.stalled, Page.died, Page.tell = 0, lost, died, tell
    chosen = drill(name)
    task = chosen.twist(twist) if twist else chosen
    module = module_of(source, "answer")

    def execute() -> None:
        exec(compile(source, FILE, "exec"), module.__dict__)

    with registered(module):
        outcome = guard.call(execute, (), tally=None)
        if outcome.problem and outcome.error is not None:
            return json.dumps(described(outcome.error))
        if outcome.problem:
            return json.dumps({"problem": f"Your code could not be run: {outcome.line}", "line": 0})
        answer, missing = answer_in(vars(module), task, chosen)
        if missing:
            return json.dumps({"problem": f"Your code {missing}", "line": 0})
        report = judged(task, answer)
    return json.dumps(
        {
            "verdict": report.verdict,
            "passed": report.passed,
            "text": str(report),
            "html": report._repr_html_(),
            "tiers": report.tiers,
            "failures": report.failures,
        }
    )


class Printer(io.TextIOBase):
    """Output that goes to the page line by line, until it is too much."""

    def __init__(self, send: Callable[[str], object]) -> None:
        self.send, self.length, self.waiting = send, 0, ""

    def writable(self) -> bool:
        """Return True, as a stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Send whole lines; raise `Flood` when it is too much."""
        left = OUTPUT_LIMIT - self.length
        self.length += len(text)
        self.waiting += text[: max(left, 0)]
        if "\n" in self.waiting or self.length > OUTPUT_LIMIT:
            self.flush()
        if self.length > OUTPUT_LIMIT:
            raise Flood
        return len(text)

    def flush(self) -> None:
        """Send what waits."""
        if self.waiting:
            self.send(self.waiting)
        self.waiting = ""


def quiet(source: str) -> bool:
    """Return whether the last line ends in a semicolon: a notebook then shows no value."""
    ignored = {tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return next(t for t in reversed([*tokens]) if t.type not in ignored).string == ";"


def executed(source: str, file: str, names: dict[str, Any]) -> Any:
    """Run a source in a namespace; return what a notebook shows of its last line, if anything."""
    tree = ast.parse(source, file)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, file, "exec"), names)
        return None
    tree.body.pop()
    exec(compile(tree, file, "exec"), names)
    value = eval(compile(ast.Expression(last.value), file, "eval"), names)
    return None if quiet(source) else value


def run(source: str, send: Callable[[str], object]) -> str:
    """Run a source as a program; return the value of its last line and any error as JSON."""
    module = module_of(source, "__main__")
    printer = Printer(send)
    result: dict[str, Any] = {}
    try:
        with registered(module), redirect_stdout(printer), redirect_stderr(printer):
            if (value := executed(source, FILE, module.__dict__)) is not None:
                print(repr(value))
    except BaseException as error:
        result = described(error)
    printer.flush()
    return json.dumps(result)
