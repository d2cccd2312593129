"""The guard: what an answer changed is told by name, and a file is judged as the module it is."""

import sys

import numpy as np
import pytest

from nnlib.practice import judge
from nnlib.practice.__main__ import main
from nnlib.practice.guard import call


class Stream:
    """Rows that are handed out once, and an equality that says nothing."""

    def __init__(self, rows):
        self.rows = iter(rows)

    def __iter__(self):
        return self.rows


def zero(a, b=None):
    a[2, 0] = 0


def sort(a, b):
    b.sort()


def shorten(a, b):
    b["k"].pop()


def negative_zero(a, b):
    b *= -1


def object_entry(a, b):
    b[1] = "z"


@pytest.mark.parametrize(
    ("answer", "args", "line"),
    [
        (zero, (np.full((3, 2), 3.0), 1), "it changed a[2, 0] from 3.0 to 0.0"),
        (zero, (np.ones((3, 2), np.uint8),), "it changed a[2, 0] from 1 to 0"),
        (sort, (1, np.array(["b", "a"])), "it changed b[0] from 'b' to 'a'"),
        (sort, (1, [2, 1]), "it changed b[0] from 2 to 1"),
        (shorten, (1, {"k": [1, 2]}), "it changed the length of b['k'] from 2 to 1"),
        (negative_zero, (1, np.zeros(2)), "it changed b[0] from 0.0 to -0.0"),
        (object_entry, (1, np.array(["x", "y"], object)), "it changed b[1] from 'y' to 'z'"),
        (list.sort, ([2, 1],), "it changed self[0] from 2 to 1"),
        (lambda *a: a[1].clear(), (1, [1]), "it changed the length of argument 2 from 1 to 0"),
    ],
)
def test_what_was_changed_is_named(answer, args, line):
    outcome = call(answer, args, tally=None)
    assert (outcome.problem, outcome.line) == ("mutated", line)


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter([1, 2]),
        lambda: (i for i in (1, 2)),
        lambda: Stream([1, 2]),
        lambda: np.array([object(), None, float("nan")], dtype=object),
        lambda: np.array([1.0, np.nan]),
    ],
)
def test_what_is_used_up_is_not_changed(make):
    outcome = call(lambda values: len(list(values)), (make(),), tally=None)
    assert outcome.problem == ""
    assert outcome.value in (2, 3)


RIGHT = """
def one_nn(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(1) - 2 * X @ T.T).argmin(1)]
"""
WAYS = {
    "dataclass": "@dataclass\nclass A:\n    a: int\n    b: ClassVar[int] = 1\n",
    "enum": "class A(enum.Enum):\n    X: int = 1\n",
    "named_tuple": "class A(NamedTuple):\n    a: int = 1\n",
    "pickle": "class A: pass\n\npickle.loads(pickle.dumps(A()))\n",
}
HEADER = (
    "from __future__ import annotations\nimport enum, pickle\n"
    "from dataclasses import dataclass\nfrom typing import ClassVar, NamedTuple\n"
)


@pytest.mark.parametrize("way", WAYS)
def test_a_file_may_define_whatever_a_module_may(way, tmp_path, capsys):
    path = tmp_path / f"{way}.py"
    path.write_text(HEADER + WAYS[way] + RIGHT)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["statistics.py", "numpy.py", "my answer.py", "nnlib.py"])
def test_any_name_of_a_file_will_do(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_text("import statistics\n" + RIGHT)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out


def test_a_file_beside_it_is_found_at_once_or_later_and_forgotten(tmp_path, capsys):
    (tmp_path / "beside.py").write_text("A = 1\n")
    (tmp_path / "beside_too.py").write_text("B = 1\n")
    path = tmp_path / "answer.py"
    path.write_text("import beside\n" + RIGHT.replace("    T,", "    import beside_too\n    T,"))
    modules, places = set(sys.modules), list(sys.path)
    assert main(["one_nn", str(path)]) == 0
    assert "passed" in capsys.readouterr().out
    assert sys.path == places
    assert not {"beside", "beside_too", "answer"} & (set(sys.modules) - modules)


def test_a_fault_in_a_file_beside_it_is_not_blamed_on_a_line_of_the_answer(tmp_path, capsys):
    (tmp_path / "beside.py").write_text("def f(:\n")
    path = tmp_path / "answer.py"
    path.write_text("import beside\n" + RIGHT)
    assert main(["one_nn", str(path)]) == 2
    assert "answer.py could not be run: it raised SyntaxError" in capsys.readouterr().err


def test_judge_and_the_terminal_say_the_same(tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(HEADER + WAYS["dataclass"] + RIGHT)
    names = {"__name__": "__main__"}
    exec(compile(path.read_bytes(), str(path), "exec"), names)
    main(["one_nn", str(path)])
    assert capsys.readouterr().out == f"{judge('one_nn', names['one_nn'])}\n"
