"""Every drill: what is right passes, what is wrong fails by the check meant for it."""

import ast
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest
from all_verdicts import catalog
from in_node import ASIDE, start, unpacked

from nnlib.practice import drills, show_solution
from nnlib.practice.checks import GUARDS, TIERS, UNMODIFIED
from nnlib.practice.report import MOST
from nnlib.practice.task import DIFFICULTIES
from nnlib.practice.verdict import judge, judged
from rendering.python.core import LIB

ROOT = Path(__file__).resolve().parent.parent
DRILLS = drills()
TASKS = [(drill, task) for drill in DRILLS for task in (drill, *drill.twists)]


def named(task):
    return getattr(task, "__name__", None) or task.name


def each(pairs):
    return pytest.mark.parametrize(
        ("task", "answer"), pairs, ids=lambda value: getattr(value, "name", named(value))
    )


REPORTS = {}  # by the identities of a task and an answer, which the catalog keeps


def judged_once(task, answer):
    """Return the report on an answer of the catalog, for all tests that look at it."""
    key = id(task), id(answer)
    if key not in REPORTS:
        REPORTS[key] = judged(task, answer)
    return REPORTS[key]


RIGHT = [(task, right.answer) for _, task in TASKS for right in task.right]
WRONG = [(task, wrong) for _, task in TASKS for wrong in task.wrong]


@each(RIGHT)
def test_a_right_answer_passes(task, answer):
    report = judged_once(task, answer)
    assert report.passed, str(report)
    assert report.failures == []
    assert all(report.tiers[tier] for tier in task.demanded)
    for tier in task.demanded:
        assert task.aloud[tier] in str(report)


@pytest.mark.parametrize(
    ("task", "wrong"), WRONG, ids=[f"{task.name}-{wrong.answer.__name__}" for task, wrong in WRONG]
)
def test_a_wrong_answer_breaks_the_demand_that_it_names_and_no_other(task, wrong):
    report = judged_once(task, wrong.answer)
    assert report.attempted
    assert {failure.demand for failure in report.found} == {wrong.breaks}, str(report)
    refusing = {check.tier for check in task.checks if check.demand == wrong.breaks}
    assert report.passed == (bool(refusing) and refusing <= set(task.reported)), str(report)
    told = html.unescape(report._repr_html_())
    for failure in report.found[:MOST]:
        assert failure.line
        assert failure.why in told
        assert task.sentence(failure.demand) in told


# Whether the rest of the page's Python has come.
ASKED = f"pathlib.Path({LIB!r}, 'statistics.pyc').exists()"


def test_every_answer_gets_the_same_verdict_in_the_pages_python(tmp_path):
    source = (ROOT / "tests" / "all_verdicts.py").read_text(encoding="utf-8")
    program = f"{source}\n{ASIDE}import json, pathlib\njson.dumps([catalog(), {ASKED}])\n"
    there = start(unpacked(tmp_path), program)
    here = json.loads(json.dumps(catalog(judged_once)))  # meanwhile
    assert len(here) > 200
    found, asked = there()
    assert [pair for pair in zip(here, found, strict=True) if pair[0] != pair[1]] == []
    assert not asked, "an answer of the catalog had the page bring the rest of its Python"


@pytest.mark.parametrize(("drill", "task"), TASKS, ids=lambda value: value.name)
def test_every_demand_is_stated_and_tested_and_has_its_pair(drill, task):
    demands = [demand.name for demand in task.demands]
    assert len(demands) == len(set(demands))
    assert {check.demand for check in task.checks} | {UNMODIFIED} >= set(demands)
    assert {check.demand for check in task.checks} <= set(demands)
    assert {wrong.breaks for wrong in task.wrong} == set(demands)
    assert {name for right in task.right for name in right.keeps} == set(demands)
    for demand in task.demands:
        assert demand.sentence in task.statement
        assert demand.sentence[-1] in ".;,"
    assert UNMODIFIED in demands or task is not drill or not task.parameters


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_the_stub_is_not_attempted(drill):
    names = {}
    exec(compile(drill.stub, "stub", "exec"), names)
    report = judge(drill.name, names[drill.solution.__name__])
    assert not report.attempted
    assert "not attempted" in str(report)


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_a_drill_is_complete(drill):
    assert drill.name == drill.solution.__name__
    assert (
        f"Write `{drill.name}({', '.join(drill.parameters)}".replace("temperature)", "temperature")[
            :-1
        ]
        in drill.statement
    )
    assert "Demanded tiers: " + ", ".join(drill.demanded) in drill.statement
    assert 5 <= drill.minutes <= 20
    assert drill.difficulty in DIFFICULTIES
    assert len(drill.origin) > 10
    assert len(drill.hints) == 3
    assert len(drill.clarifying) >= 3
    assert len(drill.right) >= 2
    assert len(drill.wrong) >= 4
    assert len(drill.rubric) >= 4
    assert len(drill.follow_ups) >= 2
    assert 2 <= len(drill.twists) <= 3
    for pair in (*drill.clarifying, *drill.follow_ups):
        assert pair.question[-1] in "?."
        assert pair.answer[-1] in ".ᵀ"


@pytest.mark.parametrize(("drill", "task"), TASKS, ids=lambda value: value.name)
def test_a_task_is_sound(drill, task):
    names = [check.name for check in task.checks]
    assert len(names) == len(set(names))
    assert not set(names) & set(GUARDS.values())
    assert len(task.wrong) >= 2
    assert set(task.reported) <= set(TIERS)
    assert set(task.aloud) == {check.tier for check in task.checks}
    for sentence in (*task.aloud.values(), *(check.why for check in task.checks)):
        assert sentence.endswith("."), sentence
        assert "!" not in sentence
        assert not re.search(r"\b(simply|just|obviously)\b", sentence)


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_the_example_of_the_statement_is_true(drill):
    found = re.findall(r"```python\n(.*?)\n```", drill.statement, re.DOTALL)
    if not drill.parameters:  # an example would be the answer
        assert found == []
        return
    (code,) = found
    names = {"np": np, drill.name: drill.solution}
    told = 0
    for line in code.splitlines():
        assert len(line) <= 72
        code, _, value = line.partition("  # ")
        if value.startswith("raises "):
            with pytest.raises(ValueError, match=value.split()[-1]):
                eval(code, names)
        elif value:
            assert " ".join(repr(eval(code, names)).split()) == value
            told += 1
        else:
            exec(code, names)
    assert told >= 1


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_the_prose_is_plain(drill):
    prose = [drill.statement, *drill.hints, *drill.rubric]
    prose += [
        part for pair in (*drill.clarifying, *drill.follow_ups) for part in vars(pair).values()
    ]
    prose += [twist.statement for twist in drill.twists]
    for text in prose:
        assert "!" not in text.replace("!=", "")
        assert not re.search(r"\b([Ss]imply|[Jj]ust|[Oo]bviously)\b", text), text


@pytest.mark.parametrize(("drill", "task"), TASKS, ids=lambda value: value.name)
def test_the_shown_solution_is_the_tested_source_and_passes(drill, task):
    source = show_solution(drill.name, twist=None if task is drill else task.name)
    tree = ast.parse(source.code)
    assert task.solution.__name__ in {n.name for n in ast.walk(tree) if hasattr(n, "name")}
    home = (ROOT / "nnlib" / "practice" / "catalog" / f"{drill.name}.py").read_text("utf-8")
    (body,) = [n for n in tree.body if getattr(n, "name", "") == task.solution.__name__]
    assert ast.get_source_segment(source.code, body) in home
    assert repr(source) == source.code
    assert max(map(len, f"{source.code}\n{drill.stub}".splitlines())) <= 72
    names = {}
    exec(compile(source.code, "answer", "exec"), names)
    assert judged(task, names[task.solution.__name__]).passed


def test_the_drills_that_the_book_promises():
    promised = (
        "one_nn one_nn_batched one_nn_robust nn_layer stable_softmax three_layer_net knn_vote "
        "cosine_nn break_the_expansion soft_nn_gradient merge_shards entropy_and_1nn tiny_backprop"
    )
    assert set(promised.split()) <= {drill.name for drill in DRILLS}


def test_the_catalog_is_what_lies_in_its_folder():
    files = (ROOT / "nnlib" / "practice" / "catalog").glob("*.py")
    assert {f.stem for f in files} - {"__init__"} == {drill.name for drill in DRILLS}


def test_a_cheat_that_returns_the_printed_answer_is_no_answer():
    assert not judge("one_nn", lambda *arguments: "[3, 17]").passed
