"""The cells of a web page: run one by one in one namespace, as a notebook runs them.

The page's worker calls `run`. What a cell prints goes to the page as text, what it draws as
pictures, and the value of its last line is printed, as a notebook shows it. A cell that runs only
because a later one needs it is muted: the page shows its stored output already.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from nnlib.practice.page import Printer, described, executed, remember

HAS = "NumPy, SciPy, scikit-learn, matplotlib, nnlib and the standard library"
BACKEND = "module://nnlib.practice.figures"
NOTEBOOK = ModuleType("__main__")  # the namespace of all cells
# Where the pack of stored measurements lies, if a cell has asked for it.
BOOK = Path(__file__).parents[2] / "book" / "chapters"


class Figures:
    """Where figures go: `draw` takes a PNG in base64. Without it they are closed unseen."""

    draw: Callable[[str], object] | None = None


def show(value: Any) -> bool:
    """Print the value of a last line; return whether it is a widget, which the page shows alive."""
    if value is not None:
        markdown = getattr(value, "_repr_markdown_", None)
        print(markdown() if markdown else repr(value))
    return hasattr(value, "_esm")


def check(source: str, name: str) -> str:
    """Return as JSON what is no Python in a cell, before the cells that it needs run."""
    try:
        compile(source, name, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return json.dumps(described(error, name, HAS))
    return "{}"


def on_pyplot(name: str, *arguments: Any) -> None:
    """Call a function of pyplot, if a cell has imported that."""
    if "matplotlib.pyplot" in sys.modules:
        getattr(sys.modules["matplotlib.pyplot"], name)(*arguments)


def run(
    source: str,
    name: str,
    muted: bool,
    send: Callable[[str], object],
    draw: Callable[[str], object],
) -> str:
    """Run a cell; return as JSON an error, if there is one, and whether its value is a widget.

    Parameters
    ----------
    source : str
    name : str
        Of the cell, as a file has one: an error tells the line of this one.
    muted : bool
        Whether to send nothing.
    send, draw : callable
        Take what is printed, and each figure as a PNG in base64, in the order of the cell.
    """
    os.environ["MPLBACKEND"] = BACKEND
    sys.modules["__main__"] = NOTEBOOK
    if BOOK.is_dir():
        os.chdir(BOOK)
    remember(source, name)
    printer = Printer((lambda _: None) if muted else send)

    def drawn(picture: str) -> None:
        printer.flush()
        draw(picture)

    Figures.draw = None if muted else drawn
    result: dict[str, Any] = {}
    try:
        with redirect_stdout(printer), redirect_stderr(printer):
            result["widget"] = show(executed(source, name, NOTEBOOK.__dict__))
            on_pyplot("show")  # what is still open, as a notebook does
    except BaseException as error:
        result = described(error, name, HAS)
        on_pyplot("close", "all")
    printer.flush()
    return json.dumps(result)
