"""The judge in a terminal: `python -m nnlib.practice one_nn answer.py`."""

import argparse
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from nnlib.practice.catalog import drill, drills
from nnlib.practice.guard import call
from nnlib.practice.task import Drill
from nnlib.practice.verdict import judged


def loaded(path: Path) -> tuple[dict[str, Any], str]:
    """Run a file; return the names that it defines, and a line if something went wrong."""
    module = ModuleType("answer")
    module.__file__ = str(path)

    def run() -> None:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)

    outcome = call(run, (), tally=None)
    if isinstance(outcome.error, SyntaxError):
        return {}, f"{path.name}, line {outcome.error.lineno}: {outcome.error.msg}"
    return vars(module), f"{path.name} could not be run: {outcome.line}" if outcome.problem else ""


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
    names, problem = loaded(options.file)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    # A twist that keeps the signature may keep the drill's name.
    wanted = dict.fromkeys([task.solution.__name__, chosen.solution.__name__])
    answer = next((names[name] for name in wanted if name in names), None)
    if answer is None:
        print(f"{options.file.name} defines no {' and no '.join(wanted)}", file=sys.stderr)
        return 2
    report = judged(task, answer)
    print(report)
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
