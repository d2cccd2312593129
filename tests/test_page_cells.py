"""The cells of a page, run in one namespace: text, values, figures, and errors with their line."""

import json
import subprocess
import sys
from itertools import count

import pytest

from nnlib.practice import cells
from rendering.python.needs import needs, refusal


@pytest.fixture
def run(monkeypatch):
    """Return what runs a cell and gives its report with all that it sent, in order."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(cells, "NOTEBOOK", type(sys)("__main__"))

    numbers = count(1)

    def one(source, muted=False):
        sent = []
        name = f"cell {next(numbers)}"
        report = json.loads(cells.run(source, name, muted, sent.append, sent.append))
        return {**report, "sent": "".join(sent)}

    return one


def test_cells_share_a_namespace_and_show_the_value_of_their_last_line(run):
    assert run("a = 6\nprint('b')\na") == {"widget": False, "sent": "b\n6\n"}
    assert run("a * 7") == {"widget": False, "sent": "42\n"}
    assert run("a = None\na") == {"widget": False, "sent": ""}
    assert run("") == {"widget": False, "sent": ""}


@pytest.mark.parametrize("source", ["6 * 7;", "6 * 7 ;  # quiet\n\n", "print('a');\n'b';"])
def test_a_semicolon_at_the_end_shows_no_value(source, run):
    assert run(source)["sent"] in ("", "a\n")


@pytest.mark.parametrize("source", ["';'", "6 * 7 # ;", "6; 7"])
def test_a_semicolon_elsewhere_does_not(source, run):
    assert run(source)["sent"] in ("';'\n", "42\n", "7\n")


@pytest.mark.parametrize(
    ("source", "line"), [("x = 1\nprint(", 2), ("a b", 1), ("return 1", 1), ("x = '\0'", 0)]
)
def test_what_is_no_python_is_told_with_its_line(source, line):
    assert json.loads(cells.check(source, "cell 1"))["line"] == line
    assert cells.check("x = 1\nx", "cell 1") == "{}"


def test_a_muted_cell_sends_nothing_and_counts(run):
    assert run("a = 6\na", muted=True)["sent"] == ""
    assert run("a")["sent"] == "6\n"


def test_an_error_tells_the_line_of_its_own_cell(run):
    run("def f():\n    return 1 / 0")
    report = run("a = 1\n\nf()")
    assert (report["problem"], report["line"]) == ("ZeroDivisionError: division by zero", 3)
    assert run("f(")["line"] == 1
    assert "SyntaxError" in run("f(")["problem"]
    report = run("import absent_module")
    assert report["problem"].startswith("there is no absent_module here: this page's Python has")
    assert "scikit-learn" in report["problem"]


def test_a_widget_is_told_as_one_and_markdown_is_printed_as_it_stands(run):
    shown = run("class W:\n    _esm = ''\n    def __repr__(self):\n        return 'W()'\nW()")
    assert shown == {"widget": True, "sent": "W()\n"}
    run("class M:\n    def _repr_markdown_(self):\n        return '*a*'")
    assert run("M()")["sent"] == "*a*\n"


FIGURES = """
import base64, json
from nnlib.practice import cells

def run(source, muted=False):
    sent = []
    report = json.loads(cells.run(source, "cell 1", muted, sent.append, sent.append))
    return [base64.b64decode(s)[:4] if len(s) > 99 else s for s in sent], report

begin = "from matplotlib import pyplot as plt\\nplt.plot([1])\\nprint('a')\\n"
picture = b"\\x89PNG"
assert run(begin + "plt.show()\\nprint('b')")[0] == ["a\\n", picture, "b\\n"]
assert run(begin + "print('b')")[0] == ["a\\n", "b\\n", picture]  # at the end, as a notebook does
assert run(begin, muted=True)[0] == []
sent, report = run(begin + "1 / 0")
assert (sent, report["line"]) == (["a\\n"], 4)
assert run("print('after')")[0] == ["after\\n"]  # what a cell left open is gone
"""


def test_figures_come_in_the_order_of_the_cell():
    subprocess.run([sys.executable, "-W", "error", "-c", FIGURES], check=True)


@pytest.mark.parametrize(
    ("source", "packs"),
    [
        ("import numpy as np", []),
        ("from sklearn.datasets import load_iris", ["rest", "sklearn"]),
        ("net.pruned()", ["rest", "sklearn"]),
        ("plt.show()", ["rest", "matplotlib"]),
        ("explorer.figure()", ["rest", "matplotlib"]),
        ("from nnlib.widgets import VoronoiExplorer", ["rest", "sklearn", "widgets"]),
        ('Path("../benchmarks/scale.json")', ["measured"]),
    ],
)
def test_what_a_cell_needs_is_seen_in_its_text(source, packs):
    assert needs(source) == packs
    assert refusal(source) == ""


def test_what_cannot_run_in_a_page_is_refused():
    assert "Dask" in refusal("from nnlib import distributed")
    assert refusal("a = 'distributed'") == ""
