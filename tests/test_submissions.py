"""Answers by someone who knew the statements only: the command line agrees with their author."""

import ast
import importlib
import io
import re
from pathlib import Path

import pytest

from nnlib.practice.__main__ import main
from nnlib.practice.catalog import drill

HOME = Path(__file__).parent / "submissions"
VERDICTS = {"passes": "passed", "refused": "not passed", "not attempted": "not attempted"}


# What answers import may take its time on a busy machine: once, and not while they are judged.
for module in ("pandas", "scipy.stats", "sklearn.neighbors", "sklearn.preprocessing"):
    importlib.import_module(module)


def told(path):
    """Return what a file says of itself: a verdict, the part of the statement that it breaks,
    and the name of the demand that this belongs to."""
    found = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id in {"VERDICT", "BREAKS", "DEMAND"}:
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def task_of(path):
    name, *twist, _ = path.relative_to(HOME).parts
    return drill(name).twist(*twist) if twist else drill(name)


FILES = sorted(path for path in HOME.rglob("*.py") if "VERDICT" in told(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_the_command_line_agrees_with_the_author(path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    said, task = told(path), task_of(path)
    name, *twist, _ = path.relative_to(HOME).parts
    status = main([name, str(path), *(["--twist", *twist] if twist else [])])
    out = capsys.readouterr().out
    verdict = VERDICTS[said["VERDICT"]]
    assert re.match(rf"{task.name}, .*: {verdict}(, with remarks)?\n", out), out
    assert status == (said["VERDICT"] != "passes")
    if said["VERDICT"] == "refused":
        asked = re.findall(r"^  asked: +(.*)$", out, re.MULTILINE)
        assert task.sentence(said["DEMAND"]) in (asked or [""]), out


def test_there_are_right_and_wrong_ones_of_every_drill_and_twist():
    of_task = {}
    for path in FILES:
        of_task.setdefault(path.parent, set()).add(told(path)["VERDICT"])
    assert len(FILES) > 300
    assert {path.parent.name for path in FILES} >= {path.name for path in HOME.iterdir()}
    for folder in HOME.iterdir():
        assert {"passes", "refused"} <= of_task[folder]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_what_a_refused_one_breaks_is_in_the_statement(path):
    said, name = told(path), path.relative_to(HOME).parts[0]
    assert said.keys() == ({"VERDICT", "BREAKS", "DEMAND"} if "BREAKS" in said else {"VERDICT"})
    if "BREAKS" in said:
        assert said["BREAKS"] in task_of(path).statement or said["BREAKS"] in drill(name).statement
