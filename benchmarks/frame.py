"""The frame of the programs here: a command line, a fair process, steps that are told, a file.

A program brings its options and what it does with them, and a plan of what it measures at full
size. What all do, they do here.
"""

import argparse
import itertools
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conditions import afresh, cores, interleaved, written
from threadpoolctl import threadpool_limits

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long rounds go on; each measurement adds what it is that it measures.

    Parameters
    ----------
    seconds : float
        For all rounds together, if they are more than the fewest.
    fewest, most : int
        Rounds.
    rest : float
        Seconds before each call.
    """

    seconds: float = 10.0
    fewest: int = 2
    most: int = 9
    rest: float = 0.0

    def rounds(self, calls: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Return what each call measures, round by round."""
        return interleaved(calls, self.seconds, self.fewest, self.most, self.rest)


def program(
    stored: Path,
    text: str,
    options: dict[str, dict[str, Any]] | None = None,
    threads: str | int | None = None,
    quick: str = "",
) -> Callable[[Callable[[Namespace], int | None]], Callable[[list[str]], int]]:
    """Return a decorator: of what is done with the options it makes a program.

    Parameters
    ----------
    stored : Path
        The file to write if no other is asked for; the program lies beside it and has its name.
    text : str
        The docstring of the program.
    options : dict, optional
        More options, and how argparse is to take each.
    threads : str or int, optional
        What ``--threads`` are for, or a number that is not the user's choice: the program then
        starts once more where measuring is fair. Without either it stays where it is.
    quick : str, optional
        What ``--quick`` does besides storing nothing, if there is that option.
    """

    def decorator(body: Callable[[Namespace], int | None]) -> Callable[[list[str]], int]:
        def main(arguments: list[str]) -> int:
            parser = argparse.ArgumentParser(description=text.splitlines()[0])
            if isinstance(threads, str):
                parser.add_argument("--threads", type=int, default=cores(), help=threads)
            parser.add_argument("--output", type=Path, default=stored, help="the file to write")
            if quick:
                told = f"{quick}; nothing is stored"
                parser.add_argument("--quick", action="store_true", help=told)
            for name, how in (options or {}).items():
                parser.add_argument(name, **how)
            given = {"threads": threads, "quick": False} | vars(parser.parse_args(arguments))
            if given["threads"] is not None:
                code = afresh(str(stored.with_suffix(".py")), arguments, given["threads"])
                if code is not None:
                    return code
            with threadpool_limits(given["threads"]):
                return int(body(Namespace(**given)) or 0)

        return main

    return decorator


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def steps(total: int, say: Say) -> Say:
    """Return what says that a step begins, which of how many it is, and the seconds so far."""
    began, step, wide = time.perf_counter(), itertools.count(1), len(str(total))

    def tell(what: str) -> None:
        say(f"[{next(step):{wide}}/{total}] {time.perf_counter() - began:4.0f} s  {what} …")

    return tell


def store(options: Namespace, result: dict[str, Any], then: str = "") -> None:
    """Write a result to the file that is asked for, unless the program is only tried out."""
    if not options.quick:
        options.output.write_text(written(result), encoding="utf-8")
        say(f"Stored in {options.output.name}{then}.")
