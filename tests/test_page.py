"""The judge as a web page calls it: text in, text out, and no call that can take it along."""

import json
import sys

import pytest
from test_guard import HEADER, WAYS

from nnlib.practice import drill, guard, page, stage
from nnlib.practice.streams import OUTPUT_LIMIT

RIGHT = """import numpy as np


def one_nn(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]
"""
WRONG = RIGHT.replace("argmin", "argmax")


@pytest.fixture
def one_thread(monkeypatch):
    """Judge as where Python has one thread."""
    monkeypatch.setattr(stage, "THREADS", False)
    yield
    stage.Page.calls = stage.Page.stalled = 0
    stage.Page.died, stage.Page.tell = False, None


def verdict(source, twist="", lost=0, died=False, tell=lambda call: None):
    return json.loads(page.verdict(source, "one_nn", twist, lost, died, tell))


def run(source):
    sent = []
    return json.loads(page.run(source, sent.append)), "".join(sent)


def test_a_source_is_judged_in_one_thread_and_every_call_is_told(one_thread):
    calls = []
    report = verdict(RIGHT, tell=calls.append)
    assert (report["passed"], report["verdict"]) == (True, "passed")
    assert report["html"].startswith('<section class="judge-report">')
    assert calls == list(range(1, len(calls) + 1))
    assert len(calls) > 20
    report = verdict(WRONG)
    assert (report["passed"], report["failures"]) == (False, ["small_example"])


@pytest.mark.parametrize("way", WAYS)
def test_a_source_may_define_whatever_a_module_may(one_thread, way):
    assert verdict(HEADER + WAYS[way] + RIGHT)["passed"]
    assert "answer" not in sys.modules


def test_a_twist_takes_either_name(one_thread):
    twist = drill("one_nn").twists[0]
    other = RIGHT.replace("one_nn", twist.solution.__name__)
    assert twist.title in verdict(other, twist.name)["text"]
    assert twist.title in verdict(RIGHT, twist.name)["text"]


@pytest.mark.parametrize(
    ("died", "words"),
    [(False, "it did not end; look for a loop"), (True, "Python itself ended; look for a recur")],
)
def test_a_call_that_was_lost_is_not_made_again(one_thread, died, words):
    calls = []
    report = verdict(RIGHT, lost=3, died=died, tell=calls.append)
    assert not report["passed"]
    assert words in report["text"]
    assert calls == [1, 2]  # what never ends in one check is asked no further


def test_a_source_that_was_lost_outside_its_functions_is_said_to_be(one_thread):
    report = verdict(RIGHT, lost=1)
    assert report["problem"].startswith("Your code could not be run: it did not end")


@pytest.mark.parametrize(
    ("source", "problem", "line"),
    [
        ("def one_nn(:", "SyntaxError: invalid syntax", 1),
        ("def two_nn():\n    pass", "Your code defines no one_nn", 0),
        ("x = 1\n1 / 0", "ZeroDivisionError: division by zero", 2),
        ("import nowhere.at_all", "there is no nowhere here", 1),
    ],
)
def test_a_source_that_cannot_be_judged_gets_a_sentence(one_thread, source, problem, line):
    report = verdict(source)
    assert report["problem"].startswith(problem)
    assert report["line"] == line


def test_a_program_prints_and_shows_its_last_value():
    assert run("for i in range(3):\n    print(i, end=' ')\nprint()\ni * 21") == ({}, "0 1 2 \n42\n")
    assert run("") == ({}, "")
    assert run("None") == ({}, "")
    assert run("import sys\nprint('a', file=sys.stderr)\nprint('b')") == ({}, "a\nb\n")


def test_one_program_leaves_nothing_to_the_next():
    run("x = 1")
    result, _ = run("x")
    assert result["problem"].startswith("NameError")


@pytest.mark.parametrize(
    ("source", "problem", "line"),
    [
        ("x = (", "SyntaxError: '(' was never closed", 1),
        ("\nraise ValueError('no')", "ValueError: no", 2),
        ("def f():\n    return g()\ndef g():\n    raise KeyError(1)\nf()", "KeyError: 1", 4),
        ("raise SystemExit", "SystemExit", 1),
        ("raise MemoryError", "MemoryError: more than this page's Python has.", 1),
        ("raise EOFError", page.NO_KEYBOARD, 1),
        ("import nowhere", "there is no nowhere here", 1),
        ("def f():\n    f()\nf()", "RecursionError: it calls itself without end", 2),
    ],
)
def test_a_program_that_fails_says_where(source, problem, line):
    result, _ = run(source)
    assert result["problem"].startswith(problem)
    assert result["line"] == line


def test_a_flood_is_cut_off():
    result, printed = run("while True:\n    print('x' * 99)")
    assert result["problem"] == guard.LINES["flood"]
    assert len(printed) == OUTPUT_LIMIT
