"""Answers by someone who knew the statements only: the command line agrees with their author.

And the page's Python agrees with the command line.
"""

import ast
import importlib
import io
import json
import re
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from in_node import ASIDE, start, unpacked

from nnlib.practice import page
from nnlib.practice.__main__ import main
from nnlib.practice.catalog import drill
from nnlib.practice.verdict import judged

HOME = Path(__file__).parent / "submissions"
KEYS = ("passed", "verdict", "tiers", "failures")
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


ALL = sorted(HOME.rglob("*.py"))
FILES = [path for path in ALL if "VERDICT" in told(path)]


@cache
def by_command_line(path):
    """Return the status and the text that the command line gives for a file, and its reports."""
    reports = []

    def kept(task, answer):
        report = judged(task, answer)
        reports.append({key: getattr(report, key) for key in KEYS})
        return report

    name, *twist, _ = path.relative_to(HOME).parts
    with (
        mock.patch("nnlib.practice.__main__.judged", kept),
        mock.patch("sys.stdin", io.StringIO()),
        redirect_stdout(io.StringIO()) as out,
    ):
        status = main([name, str(path), *(["--twist", *twist] if twist else [])])
    return status, out.getvalue(), reports


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_the_command_line_agrees_with_the_author(path):
    said, task = told(path), task_of(path)
    status, out, _ = by_command_line(path)
    verdict = VERDICTS[said["VERDICT"]]
    assert re.match(rf"{task.name}, .*: {verdict}(, with remarks)?\n", out), out
    assert status == (said["VERDICT"] != "passes")
    if said["VERDICT"] == "refused":
        asked = re.findall(r"^  asked: +(.*)$", out, re.MULTILINE)
        assert task.sentence(said["DEMAND"]) in (asked or [""]), out


OF_ONE_NN = sorted((HOME / "one_nn").glob("*_[0-9][0-9]_*.py"))


def test_there_are_twenty_submissions_by_someone_who_had_not_seen_the_checks():
    names = [path.name.split("_")[0] for path in OF_ONE_NN]
    assert names == ["remark"] + ["right"] * 10 + ["wrong"] * 9


@pytest.mark.parametrize("path", OF_ONE_NN, ids=lambda path: path.stem)
def test_a_submission_gets_the_right_verdict(path):
    _, out, (report,) = by_command_line(path)
    assert report["passed"] != path.stem.startswith("wrong"), out
    if path.stem.startswith("remark"):
        assert report["verdict"] == "passed, with remarks"


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


# What a page's Python does not have, and so tells otherwise: these libraries, and threads.
ABSENT = re.compile(r"\b(scipy|sklearn|pandas|ThreadPoolExecutor)\b")

# Refused in both Pythons, but on the way there something differs, on some machines.
STATED = {
    "partition_unsorted": "the order that np.partition leaves depends on the processor",
    "two_loops_pure_python": "lists of numbers take half the memory where pointers have 32 bits",
}

# What a page runs: a source, the name of its drill and its twist, or "".
PROGRAM = f"""{ASIDE}
import json
from nnlib.practice import page

json.dumps([json.loads(page.verdict(*each, 0, False, lambda call: None)) for each in GIVEN])
"""


def test_every_file_gets_the_same_verdict_in_the_pages_python(tmp_path):
    given = []
    for path in ALL:
        name, *twist, _ = path.relative_to(HOME).parts
        given.append((path.read_text(encoding="utf-8"), name, "".join(twist)))
    there = start(unpacked(tmp_path), f"GIVEN = {given!r}\n{PROGRAM}")
    reports = [by_command_line(path)[-1] for path in ALL]  # meanwhile
    differing = []
    for path, each, here, other in zip(ALL, given, reports, there(), strict=True):
        if not here:  # what could not be judged is told in the page's own words, with its line
            here = [json.loads(page.verdict(*each, 0, False, lambda call: None))]
        (one,) = here
        if ABSENT.search(each[0]):
            assert not other.get("passed"), path
        elif [one.get(key) for key in (*KEYS, "line")] != [
            other.get(key) for key in (*KEYS, "line")
        ]:
            assert one["verdict"] == other["verdict"], (path, other)
            differing.append(path.stem)
    assert set(differing) <= set(STATED)
