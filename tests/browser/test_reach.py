"""Every page within reach: on the narrowest screen, under a finger, and with the Tab key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from test_pages import PAGES, SPILLED, assert_sound, unfold, violations
from visits import settle

PAGES_LAST = True  # see open_page
OPEN = Callable[..., Page]


@pytest.mark.parametrize("name", PAGES)
def test_from_file_on_the_narrowest_screen(name: str, book: Path, open_page: OPEN) -> None:
    """Nothing sticks out at 320 px, with all folds open, and each target is 24 px or has room.

    How a page came has nothing to do with its width: all that must hold of one from a file is
    looked at here, too.
    """
    page = open_page((book / name).as_uri(), viewport={"width": 320, "height": 700})
    assert_sound(page)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(SPILLED)
    # Further down the header lies over what scrolls under it, and that counts as covered.
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    assert violations(page, "target-size") == []


# The list of pages stands at this width only, and is the same everywhere. The window is as tall as
# the page, for what its edge cuts counts as covered.
@pytest.mark.parametrize("name", ["cancellation", "practice/mock", "api"])
def test_targets_beside_the_text(name: str, book: Path, open_page: OPEN) -> None:
    url = f"{book.as_uri()}/chapters/{name}.html"
    page = open_page(url, viewport={"width": 1280, "height": 2400})
    settle(page)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 1280, "height": height + 100})
    settle(page)
    assert page.locator(".bd-sidebar-primary li a").last.is_visible()
    assert violations(page, "target-size") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_text_comes_after_a_few_stops(width: int, book: Path, open_page: OPEN) -> None:
    url = f"{book.as_uri()}/chapters/cancellation.html"
    page = open_page(url, viewport={"width": width, "height": 900})
    stops = []
    while len(stops) < 20:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("e => Boolean(e.closest('article'))"):
            break
        stops.append(focused.evaluate("e => e.ariaLabel || e.textContent.trim()"))
    assert stops[0] == "Skip to main content"
    assert 2 < len(stops) <= 8, stops


def test_the_list_of_pages_is_seen_before_the_text(book: Path, open_page: OPEN) -> None:
    page = open_page(f"{book.as_uri()}/chapters/cancellation.html")
    sidebar, main = (page.locator(one).bounding_box() for one in (".bd-sidebar-primary", "main"))
    assert sidebar is not None
    assert main is not None
    assert sidebar["x"] + sidebar["width"] <= main["x"]
    assert sidebar["y"] == main["y"] == 0
