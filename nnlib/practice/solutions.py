"""Solutions as they are tested: the source of the very function that the tests run."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from types import FunctionType
from typing import Any

from nnlib.practice.catalog import drill


@dataclass(frozen=True)
class Source:
    """Code that shows itself: as text in a terminal, folded in a notebook."""

    title: str
    code: str

    def __repr__(self) -> str:
        return self.code

    def _repr_html_(self) -> str:
        """Return the code behind a line that opens it."""
        return (
            f"<details><summary>{escape(self.title)}</summary>\n"
            f"<pre><code>{escape(self.code)}</code></pre></details>"
        )


def source_of(function: Callable[..., Any]) -> str:
    """Return the source of a function and of those functions of its own file that it calls."""
    wanted: list[FunctionType] = []

    def collect(one: Callable[..., Any]) -> None:
        assert isinstance(one, FunctionType)
        if one in wanted:
            return
        wanted.append(one)
        # The code of functions inside functions and of comprehensions, too.
        codes = [one.__code__]
        for code in codes:
            codes.extend(c for c in code.co_consts if isinstance(c, type(code)))
            for name in code.co_names:
                called = one.__globals__.get(name)
                if isinstance(called, FunctionType) and called.__module__.startswith(CATALOG):
                    collect(called)

    collect(function)
    # What is called comes first, as in a file.
    wanted.sort(
        key=lambda one: (one.__module__ == function.__module__, one.__code__.co_firstlineno)
    )
    head = "from __future__ import annotations  # names of types need no import then\n\n"
    parts = [head + "import numpy as np", *map(_undecorated, wanted)]
    return "\n\n\n".join(parts)


def _undecorated(function: FunctionType) -> str:
    """Return the source of a function without what hands it in."""
    lines = inspect.getsource(function).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[first:])


CATALOG = "nnlib.practice.catalog."


def show_solution(name: str, *, twist: str | None = None) -> Source:
    """Return the reference solution of a drill, or of one of its twists.

    Raises
    ------
    ValueError
        If there is no such drill or twist.
    """
    task = drill(name)
    chosen = task.twist(twist) if twist else task
    return Source(f"Solution: {chosen.title}", source_of(chosen.solution))
