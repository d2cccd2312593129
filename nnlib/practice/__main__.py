"""The judge in a terminal: `python -m nnlib.practice one_nn answer.py`."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from nnlib.practice.catalog import drill, drills
from nnlib.practice.guard import call
from nnlib.practice.stage import children, kill
from nnlib.practice.task import Drill, Task
from nnlib.practice.verdict import answer_in, judged


@contextmanager
def loaded(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Import a file; give the names that it defines, and a line if something went wrong.

    While it is judged the file is a module like any other, as dataclasses and pickles need it,
    and files beside it can be imported.
    """
    name = path.stem if path.stem.isidentifier() else "answer"
    while name in sys.modules or name in sys.stdlib_module_names:
        name = f"{name}_"
    module = ModuleType(name)
    module.__file__ = str(path)
    before, places, processes = set(sys.modules), sys.path[:], set(children())
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent.resolve()))

    def run() -> None:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)

    try:
        outcome = call(run, (), tally=None)
        error, problem = outcome.error, ""
        if isinstance(error, SyntaxError) and error.filename == str(path):
            problem = f"{path.name}, line {error.lineno}: {error.msg}"
        elif outcome.problem:
            problem = f"{path.name} could not be run: {outcome.line}"
        yield vars(module), problem
    finally:
        sys.path[:] = places
        kill(processes)  # whatever the answer left running, which the exit would wait for
        for other in {name, *sys.modules} - before:
            file = getattr(sys.modules.get(other), "__file__", None)
            if file and Path(file).resolve().parent == path.parent.resolve():
                del sys.modules[other]


def main(arguments: list[str]) -> int:
    """Judge a file; return 0 if it passes, 1 if not, 2 if there is nothing to judge."""
    parser = argparse.ArgumentParser(
        prog="python -m nnlib.practice",
        description="Judge a drill. Without a file, show its statement; without a name, list all.",
    )
    parser.add_argument("name", nargs="?", help="the drill, such as one_nn")
    parser.add_argument("file", nargs="?", type=Path, help="a Python file with your function")
    parser.add_argument("--twist", help="judge a twist of the drill")
    options = parser.parse_args(arguments)
    if options.name is None:
        print(drills())
        return 0
    try:
        chosen: Drill = drill(options.name)
        task = chosen.twist(options.twist) if options.twist else chosen
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.file is None:
        print(f"{task.title}\n\n{task.statement}")
        if task is chosen:
            twists = ", ".join(twist.name for twist in chosen.twists)
            print(f"\n{chosen.stub}\nTwists, for afterwards: {twists} (--twist NAME)")
        return 0
    if not options.file.is_file():
        print(f"there is no file {options.file}", file=sys.stderr)
        return 2
    with loaded(options.file) as (names, problem):
        if problem:
            print(problem, file=sys.stderr)
            return 2
        return _told(task, chosen, options.file, names)


def _told(task: Task, chosen: Drill, file: Path, names: dict[str, Any]) -> int:
    """Judge the function of a file that has the right name, and print the report."""
    answer, missing = answer_in(names, task, chosen)
    if missing:
        print(f"{file.name} {missing}", file=sys.stderr)
        return 2
    report = judged(task, answer)
    print(report)
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
