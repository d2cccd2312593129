"""The built book in Firefox, by http and as files: a drill, a chapter's cell, widgets by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import firefox
import pytest
from provision import FIREFOX, find

RIGHT = """import numpy as np


def one_nn(X_train, y_train, X_test):
    T, X = X_train.astype(float), X_test.astype(float)
    return y_train[((T * T).sum(axis=1) - 2 * X @ T.T).argmin(axis=1)]
"""
# With a module that comes when it is imported.
WRONG = "import statistics\n" + RIGHT.replace("argmin", "argmax")
PAD = "document.querySelector('.nn-pad')"
AREA = f"{PAD}.querySelector('textarea')"
BUTTONS = "[...document.querySelectorAll('button')]"
PLACES = "document.querySelectorAll('.widget-place')"
IDLE = f"{PAD}.querySelector('[aria-disabled=true]').textContent === 'Stop'"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Firefox]:
    """Return a Firefox; every test has it with what the one before has kept in its storage."""
    program = find(FIREFOX)
    if program is None:
        pytest.fail(f"{FIREFOX.advice} Or run `python tests/browser/provision.py`.")
    with firefox.running(program, tmp_path_factory.mktemp("profile")) as engine:
        yield engine


@pytest.fixture
def page(engine: firefox.Firefox) -> Iterator[firefox.Firefox]:
    """Return the Firefox; afterwards, no page may have complained, nor one of the tests before."""
    yield engine
    engine.open("about:blank")
    assert engine.complaints == []


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest, book: Path) -> str:
    """Return where the chapters of the built book are: on a server, or double-clicked."""
    root = request.getfixturevalue("book_url") if request.param == "http" else book.as_uri()
    return f"{root}/chapters"


def write(page: firefox.Firefox, code: str) -> None:
    """Put code into the pad as one that is pasted."""
    page.evaluate(
        f"({AREA}.select(), document.execCommand('insertText', false, {json.dumps(code)}))"
    )


def press(page: firefox.Firefox, name: str) -> None:
    """Click the button with this name."""
    called = "(one.getAttribute('aria-label') ?? one.textContent)"
    page.click(f"{BUTTONS}.find((one) => {called} === {json.dumps(name)})")


def said(page: firefox.Firefox, part: str, words: str) -> None:
    """Wait until a part of the pad says these words."""
    page.wait(f"{PAD}.querySelector('{part}').textContent.includes({json.dumps(words)})")


def test_a_drill_is_written_run_stopped_and_passed(page: firefox.Firefox, address: str) -> None:
    page.open(f"{address}/practice/one_nn.html")
    page.click(AREA)
    page.press("Control+a")
    page.type("def f():\nreturn 7\n")
    page.press("Shift+Tab")
    page.type("f()")
    assert page.evaluate(f"{AREA}.value") == "def f():\n    return 7\nf()"
    page.press("Control+Enter")
    said(page, "pre[aria-label=Output]", "7")
    page.wait(IDLE)

    write(page, "print('begins')\nwhile True:\n    pass")
    press(page, "Run")
    said(page, "pre[aria-label=Output]", "begins")
    press(page, "Stop")
    said(page, ".nn-said", "Stopped. Your code is kept")

    for code, verdict in ((WRONG, "not passed"), (RIGHT, "vectorized: passed")):
        write(page, code)
        press(page, "Judge")
        said(page, ".nn-result", verdict)
        page.wait(IDLE)
    said(page, ".nn-said", "The drill is ticked on the page Practice.")
    page.click(AREA)
    page.press("Control+z")
    assert page.evaluate(f"{AREA}.value") == WRONG
    page.press("Escape")
    page.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_a_chapters_cell_prints_what_is_stored(page: firefox.Firefox, address: str) -> None:
    page.open(f"{address}/cancellation.html")
    press(page, "Run cell 2")
    words = "Ran after 1 cell above. It printed what is stored."
    page.wait(f"document.body.textContent.includes({json.dumps(words)})")


@pytest.mark.parametrize(
    ("chapter", "widget", "keys", "words"),
    [
        ("nearest", "scan", ["ArrowRight", "ArrowRight"], "Step 2: row 1 at"),
        ("floats", "floats", ["ArrowRight"], "float64: 2/10 + 2/10 = 0.4"),
        ("neighbors", "network", ["ArrowRight"], "The 6 largest scores"),
    ],
)
def test_a_widget_is_moved_by_keys(
    page: firefox.Firefox, address: str, chapter: str, widget: str, keys: list[str], words: str
) -> None:
    page.open(f"{address}/{chapter}.html")
    slider = f"document.querySelector('.nn-{widget} input[type=range]')"
    for place in range(page.evaluate(f"{PLACES}.length")):
        if page.evaluate(f"{slider} === null"):  # a widget starts where it is seen
            page.evaluate(f"{PLACES}[{place}].scrollIntoView()")
            page.wait(f"{PLACES}[{place}].querySelector('.nn-widget') !== null")
    page.evaluate(f"{slider}.focus()")
    for key in keys:
        page.press(key)
    said_there = f"{slider}.closest('.nn-{widget}').textContent"
    page.wait(f"{said_there}.includes({json.dumps(words)})")


def test_what_a_page_complains_about_is_heard(page: firefox.Firefox) -> None:
    page.open("about:blank")  # a page of the book may not even try
    nowhere = "https://192.0.2.1/"  # an address that belongs to nobody
    page.evaluate("console.warn('here')")
    page.evaluate(f"void (new Image().src = '{nowhere}')")
    page.hear(f"asked another host: {nowhere}")
    assert "console warn: here" in page.complaints
    page.open("about:blank")
    page.complaints.clear()
