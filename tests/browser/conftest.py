"""A real browser, the built book on localhost, and pages that remember every complaint."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from ipywidgets import Widget
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

# The modules beside the tests, whichever way pytest imports this file.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from provision import CHROMIUM, find  # noqa: E402
from visits import ARGUMENTS, BOOK, ask_for_all, document, drawn, serving, watch  # noqa: E402

# Patience for a machine that is busy; a page that answers at once is waited for no longer.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find(CHROMIUM, bare=True)
    if chromium is None:
        pytest.fail(f"{CHROMIUM.advice} Or run `python tests/browser/provision.py`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def book() -> Path:
    """Return the folder of the built book."""
    if not (BOOK / "searchindex.js").exists():
        pytest.fail(f"No built book in {BOOK}. Run `make book` first.")
    return BOOK


@pytest.fixture(scope="session")
def book_url(book: Path) -> Iterator[str]:
    with serving(book) as url:
        yield url


@pytest.fixture(scope="session")
def kept() -> list[Page]:
    """Return the pages that wait for the next test that may have them."""
    return []


@pytest.fixture
def open_page(
    browser: Browser, kept: list[Page], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open pages in a browser of their own; afterwards, none of them may have complained.

    A test that provokes a complaint takes it out of ``page.complaints`` itself. One that is done
    with a page opens the next ``instead_of`` it.

    A browser of its own takes longer to begin than most pages take to load. So a module that asks
    for it by ``PAGES_LAST = True`` gets a page that an earlier test has left: another document,
    with empty storage and the mouse outside. A page that was given what outlives a document, such
    as a script that runs before every other or a clock that can be turned, is left to nobody; nor
    is one beside which another is open.
    """
    opened: list[Page] = []
    lasting: list[Page] = []
    may_last = getattr(request.module, "PAGES_LAST", False)

    def open_one(
        url: str,
        viewport: ViewportSize | None = None,
        color_scheme: Literal["dark", "light"] = "light",
        instead_of: Page | None = None,
        **options: object,
    ) -> Page:
        if instead_of is not None:
            assert instead_of.complaints == []  # type: ignore[attr-defined]
            opened.remove(instead_of)
            be_done(instead_of)
        viewport = viewport or {"width": 1280, "height": 720}
        lasts = may_last and not options
        if lasts and kept:
            page = kept.pop()
            page.complaints.clear()  # type: ignore[attr-defined]
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=color_scheme)
        else:
            # Only test_offline.py has service workers between a page and its server.
            given = {"service_workers": "block", **options}
            context = browser.new_context(viewport=viewport, color_scheme=color_scheme, **given)  # type: ignore[arg-type]
            page = context.new_page()
            page.complaints = watch(page)  # type: ignore[attr-defined]
            note_what_outlives(page)
        opened.append(page)
        if lasts:
            lasting.append(page)
        page.goto(url)
        return page

    def be_done(page: Page) -> None:
        alone = page.context.pages == [page]
        if page in lasting and alone and not page.outlived:  # type: ignore[attr-defined]
            leave(page)
            kept.append(page)
        else:
            page.context.close()

    yield open_one
    complaints = [complaint for page in opened for complaint in page.complaints]  # type: ignore[attr-defined]
    for page in opened:
        be_done(page)
    assert complaints == []


def note_what_outlives(page: Page) -> None:
    """Have a page remember whether it was given anything that outlives a document."""
    page.outlived = False  # type: ignore[attr-defined]

    def noting(give: Callable[..., object]) -> Callable[..., object]:
        def given(*arguments: Any, **options: Any) -> object:
            page.outlived = True  # type: ignore[attr-defined]
            return give(*arguments, **options)

        return given

    for owner, name in (
        (page, "add_init_script"),
        (page, "expose_function"),
        (page, "on"),
        (page, "route"),
        (page.clock, "install"),
    ):
        setattr(owner, name, noting(getattr(owner, name)))


# Once more at the very end, for some widgets keep what they have when their page is left.
CLEAR = """async () => {
  const clear = () => { localStorage.clear(); sessionStorage.clear(); };
  clear();
  for (const end of ["pagehide", "visibilitychange"]) addEventListener(end, clear);
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
}"""


def leave(page: Page) -> None:
    """Forget what a test did in a page."""
    page.mouse.move(-1, -1)
    if page.url != "about:blank":  # which has no storage
        page.evaluate(CLEAR)
        page.goto("about:blank")


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    """Return an empty page, for tests that only call functions in it."""
    page = browser.new_page()
    complaints = watch(page)
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def show(tmp_path: Path, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page from disk with the given widgets, and wait until each has drawn itself.

    What they fold away is opened, unless a test is about that.
    """

    def show_widgets(
        *widgets: Widget,
        address: str = "",
        width: int = 820,
        unfolded: bool = True,
        **options: object,
    ) -> Page:
        path = tmp_path / "page.html"
        path.write_text(document(list(widgets)), encoding="utf-8")
        # Tall, for the host starts a widget when it comes near, and nothing has to be scrolled.
        viewport = {"width": width, "height": min(2400 * len(widgets), 24_000)}
        page = open_page(path.as_uri() + address, viewport=viewport, **options)
        (ask_for_all if unfolded else drawn)(page)
        return page

    return show_widgets
