"""The code cells of a chapter: Run, Edit, what is kept, and what comes only when it is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from axe import RULES, found_by_axe
from playwright.sync_api import Browser, Locator, Page, expect
from python_pages import fill, page_of
from visits import dress, serving, turn, watch

from rendering.python import cells, pads

PAGES_LAST = True  # see open_page
OPEN = Callable[..., Page]
KEY = "nearest-neighbor-network:cell:sample:guess"
PATIENCE = 180_000  # ms; a machine that is busy with other tests starts Python in a minute

SOURCES = [
    ("import numpy as np\n\na = np.array([1, 2])", "", ""),
    ("print('above', a.sum())\na * 2", "", "above 3\narray([2, 4])\n"),
    ("guess = 5\nprint('guess', guess)", "guess", "guess 5\n"),
    ("1 / (guess - 5)", "", ""),
    (
        "import matplotlib.pyplot as plt\n\nplt.style.use('book.mplstyle')\n"
        "plt.plot(a)\n_ = plt.show()",
        "",
        "",
    ),
    ("from distributed import Client", "", ""),
    ("while guess == 7:\n    pass\nprint('out')", "", "out\n"),
]


def document() -> str:
    """Return a page that carries cells as a chapter's page does."""
    described: dict[str, Any] | None = cells.about()
    parts = []
    for source, label, stored in SOURCES:
        output = (
            f'<div class="cell_output"><div class="output stream"><pre>{stored}</pre></div></div>'
        )
        place = cells.place(source, label and f"cell:sample:{label}", described)
        described = None
        parts.append(
            f'<div class="cell"><div class="cell_input"><div class="highlight"><pre>'
            f"{escape(source)}\n</pre></div></div>{output if stored else ''}{place}</div>"
        )
    style = "<style>.highlight pre { overflow: auto; }</style>"
    return page_of("Cells", "".join(parts), "cells.js", style)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page of cells."""
    return fill(tmp_path_factory.mktemp("cells"), document())


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="module")
def running(browser: Browser, url: str) -> Iterator[Page]:
    """Return one page whose Python has started, for tests that leave it in order."""
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    complaints = watch(page)
    page.goto(f"{url}/page.html")
    press(page, 2)
    yield page
    page.context.close()
    assert complaints == []


def cell(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Cell {number}", exact=True)


def came(page: Page, number: int) -> Locator:
    return page.get_by_role("group", name=f"Your run of cell {number}", exact=True)


def said(page: Page, number: int) -> Locator:
    return cell(page, number).locator(".nn-said")


def editor(page: Page, number: int) -> Locator:
    return cell(page, number).get_by_label("Your code")


def button(page: Page, name: str, number: int) -> Locator:
    return page.get_by_role("button", name=f"{name} cell {number}", exact=True)


def idle(page: Page, number: int) -> None:
    """Wait until nothing runs."""
    expect(button(page, "Stop", number)).to_be_hidden(timeout=PATIENCE)


def press(page: Page, number: int) -> None:
    """Run a cell to its end."""
    button(page, "Run", number).click()
    idle(page, number)


def asked(page: Page) -> list[str]:
    """Collect the names of the files that a page asks for from now on."""
    names: list[str] = []
    page.on(
        "request",
        lambda request: (
            names.append(request.url.rpartition("/")[2].partition("-")[0])
            if not request.url.startswith(("blob:", "data:"))
            else None
        ),
    )
    return names


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_cell_brings_what_it_and_those_above_need(
    way: str, folder: Path, url: str, open_page: OPEN
) -> None:
    page = open_page(f"{url if way == 'http' else folder.as_uri()}/page.html")
    requests = asked(page)
    page.reload()
    assert requests == ["page.html", "pad.css", "cells.js"]
    notice = page.locator(".nn-notice > p")
    expect(notice).to_contain_text("The first Run brings Python, ")
    expect(notice).to_contain_text("matplotlib, ")
    press(page, 2)
    core = ["nnlib", "numpy", "stdlib", "wasm", "worker"]
    more = ["matplotlib", "measured"]
    (core if way == "file" else more).append("rest")  # a file's page may not ask for it later
    assert sorted(requests[3:]) == sorted(core)
    expect(came(page, 2).get_by_label("Output")).to_have_text("above 3\narray([2, 4])\n")
    expect(said(page, 2)).to_have_text("Ran after 1 cell above. It printed what is stored.")
    expect(came(page, 1)).to_be_hidden()  # it printed nothing new: it ran for the other
    assert page.locator(".cell_output").first.is_visible()
    editor(page, 3).fill("guess = 6\nprint('guess', guess)")
    press(page, 5)
    assert sorted(requests[3 + len(core) :]) == sorted(more)
    expect(said(page, 5)).to_have_text("Ran after 2 cells above (1 with your changes).")
    picture = came(page, 5).locator("img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 800
    press(page, 5)
    expect(said(page, 5)).to_have_text("Ran.")
    assert len(requests) == 11


def test_a_pack_that_comes_brings_no_other(running: Page) -> None:
    press(running, 2)
    requests = asked(running)
    editor(running, 3).fill("import os\n'book.mplstyle' in os.listdir()")
    press(running, 3)
    expect(came(running, 3).get_by_label("Output")).to_have_text("True\n")
    assert requests == ["measured"]
    button(running, "Reset", 3).click()


def test_an_error_tells_its_line_and_an_earlier_one_ends_the_run(running: Page) -> None:
    editor(running, 3).fill("x = 1\nguess = 5")
    press(running, 4)
    expect(came(running, 4)).to_contain_text("Line 1: ZeroDivisionError: division by zero")
    editor(running, 3).fill("guess = 5\nguess.no")
    press(running, 6)
    expect(said(running, 6)).to_have_text("Cell 3, which this needs, did not come to its end.")
    expect(came(running, 3)).to_contain_text("Line 2: AttributeError")
    came(running, 3).get_by_role("button", name="Go to line 2").click()
    assert running.evaluate("getSelection().toString()") == "guess.no"
    button(running, "Reset", 3).click()
    press(running, 3)
    expect(said(running, 3)).to_have_text("Ran. It printed what is stored.")


def test_what_ran_before_a_change_above_it_runs_again(running: Page) -> None:
    press(running, 2)
    editor(running, 3).fill("guess = 6\nprint('guess', guess)")
    press(running, 6)
    press(running, 6)
    expect(said(running, 6)).to_have_text("Ran. It printed what is stored.")
    editor(running, 3).fill("guess = 8")
    press(running, 3)
    press(running, 6)
    expect(said(running, 6)).to_have_text("Ran after 2 cells above. It printed what is stored.")
    button(running, "Reset", 3).click()


def test_what_is_no_python_is_told_before_the_cells_above_run(running: Page) -> None:
    press(running, 2)
    editor(running, 3).fill("guess = 9\nprint('guess', guess)")
    button(running, "Edit", 6).click()
    editor(running, 6).fill("x = 1\nprint(")
    press(running, 6)
    expect(came(running, 6)).to_contain_text("Line 2: SyntaxError: '(' was never closed")
    expect(came(running, 3)).to_be_hidden()
    for number in (6, 3):
        button(running, "Reset", number).click()


def test_a_cell_is_edited_in_place_for_as_long_as_the_page(running: Page) -> None:
    button(running, "Edit", 1).click()
    expect(editor(running, 1)).to_be_focused()
    expect(editor(running, 1)).to_have_value(SOURCES[0][0])
    expect(cell(running, 1)).to_contain_text("This change lasts until you leave the page.")
    editor(running, 1).fill("import numpy as np\na = np.array([2**31 - 1]) + 1\na")
    press(running, 1)
    expect(came(running, 1)).to_contain_text("array([-2147483648])")  # as the page says
    button(running, "Reset", 1).click()
    expect(editor(running, 1)).to_have_value(SOURCES[0][0])
    running.keyboard.press("Control+z")
    press(running, 1)
    with running.expect_download() as download:
        running.get_by_role("button", name="Download the code of this page").click()
    assert download.value.suggested_filename == "page.ipynb"
    notebook = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert len(notebook["cells"]) == len(SOURCES) - 1
    button(running, "Reset", 1).click()
    press(running, 1)


def test_a_loop_is_stopped_and_the_next_run_begins_afresh(running: Page) -> None:
    editor(running, 3).fill("guess = 7")
    button(running, "Run", 6).click()
    expect(said(running, 6)).to_have_text("It runs.", timeout=PATIENCE)
    button(running, "Run", 2).click(force=True)  # one at a time: this does nothing
    button(running, "Stop", 6).click()
    idle(running, 6)
    expect(said(running, 6)).to_contain_text("Stopped. Your code is kept")
    expect(button(running, "Run", 6)).to_be_focused()
    button(running, "Reset", 3).click()
    press(running, 6)
    expect(said(running, 6)).to_contain_text("Cell 4, which this needs, did not come to its end.")
    press(running, 2)
    expect(said(running, 2)).to_have_text("Ran. It printed what is stored.")


def test_what_cannot_run_says_so(running: Page) -> None:
    expect(running.get_by_text("it starts workers of Dask")).to_be_visible()
    expect(running.get_by_role("button", name="Run cell")).to_have_count(len(SOURCES) - 1)


def test_a_your_turn_cell_is_kept_and_never_runs_by_itself(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    editor(page, 3).fill("guess = 9")
    kept = page.evaluate("(key) => JSON.parse(localStorage.getItem(key))", KEY)
    assert kept == {"code": "guess = 9", "stub": SOURCES[2][0]}
    requests = asked(page)
    page.reload()
    expect(editor(page, 3)).to_have_value("guess = 9")
    assert requests == ["page.html", "pad.css", "cells.js"]
    page.evaluate(
        "([k, v]) => localStorage.setItem(k, v)", [KEY, json.dumps({"code": "mine", "stub": "old"})]
    )
    page.reload()
    expect(editor(page, 3)).to_have_value("mine")
    page.get_by_role("button", name="Take this one").click()
    expect(editor(page, 3)).to_have_value(SOURCES[2][0])
    assert page.evaluate("(key) => localStorage.getItem(key)", KEY) is None


def test_what_a_your_turn_cell_prints_can_be_predicted_first(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    expect(page.get_by_text("guess 5", exact=True)).to_be_hidden()
    expect(page.get_by_text("above 3")).to_be_visible()  # of another cell
    page.get_by_text("What the book's cell prints").press("Enter")
    expect(page.get_by_text("guess 5", exact=True)).to_be_visible()


def test_by_keyboard_alone(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html")
    button(page, "Edit", 1).focus()
    page.keyboard.press("Enter")
    expect(editor(page, 1)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("6 * 7")
    page.keyboard.press("Control+Enter")
    idle(page, 1)
    expect(came(page, 1).get_by_label("Output")).to_have_text("42\n")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(button(page, "Run", 1)).to_be_focused()


def test_axe_finds_nothing_and_nothing_overflows(url: str, open_page: OPEN) -> None:
    page = open_page(f"{url}/page.html", viewport={"width": 390, "height": 844})

    def check(state: str) -> None:
        for theme in ("dark", "light"):
            turn(page, theme)
            assert found_by_axe(page, *RULES[theme]) == [], state
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        page.set_viewport_size({"width": 390, "height": 844})

    check("fresh")
    button(page, "Edit", 2).click()
    editor(page, 2).fill("print('y' * 2000)\nraise ValueError('z' * 190)")
    press(page, 2)
    expect(came(page, 2)).to_contain_text("Line 2: ValueError")
    check("problem")
    button(page, "Reset", 2).click()
    press(page, 5)
    check("figure")


def test_in_the_book_a_chapters_cells_run(book_url: str, open_page: OPEN) -> None:
    page = open_page(f"{book_url}/chapters/cancellation.html")
    assert page.get_by_role("button", name="Run cell").count() > 10
    press(page, 2)
    expect(said(page, 2)).to_have_text("Ran after 1 cell above. It printed what is stored.")


@pytest.mark.parametrize("finger", [False, True])
def test_what_indents_shows_to_fingers_only_also_beside_widgets(
    finger: bool, url: str, open_page: OPEN
) -> None:
    page = open_page(f"{url}/page.html", has_touch=finger, is_mobile=finger)
    # A widget on the page brings the shared style once more, behind that of the cells.
    dress(page, pads.STYLES[0].read_text(encoding="utf-8"))
    indents = cell(page, 3).get_by_text("Indent", exact=True)
    expect(editor(page, 3)).to_be_visible()
    expect(indents).to_be_visible(visible=finger)
