"""What the benchmark of the page's Python rests on: a wire that counts, and what pages ask for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.request import urlopen

import pytest
import python_in_page
import wire
from playwright.sync_api import Browser
from visits import serving as plain

TEXT = b"nearest neighbor " * 4000


@pytest.mark.parametrize("compresses", [False, True])
def test_the_wire_counts_what_travels(tmp_path: Path, compresses: bool) -> None:
    (tmp_path / "a.js").write_bytes(TEXT)
    (tmp_path / "b.png").write_bytes(TEXT)
    for name in ("a.js", "b.png"):
        counted = wire.Wire(compresses=compresses)
        with wire.serving(tmp_path, counted) as url, urlopen(f"{url}/{name}") as answer:
            body = answer.read()
        packed = compresses and name == "a.js"
        assert (gzip.decompress(body) if packed else body) == TEXT
        assert 0 < counted.sent - len(body) < 500  # the headers
        assert (len(body) < len(TEXT) / 10) == packed


def test_a_slow_wire_waits_for_as_long_as_the_bytes_take(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(wire.time, "perf_counter", lambda: 0.0)
    monkeypatch.setattr(wire.time, "sleep", waits.append)
    slow = wire.Wire(rate=2.0)
    for length in (250_000, 0, 500_000):
        slow.carry(length)
    assert waits == [1.0, 1.0, 3.0]  # the clock stands: each waits for all before it, too


def test_a_page_that_nobody_clicks_asks_for_no_python(book: Path, browser: Browser) -> None:
    pages = ["chapters/practice/one_nn.html", "chapters/nearest.html"]
    with plain(book) as url:
        found = python_in_page.unclicked(browser, book, url, pages)
    for page in pages:
        assert found[page]["packs"] == []
        assert found[page]["gzipped"], "the page has no script of its own"
        limit = python_in_page.LIMITS["kilobytes of a page whose reader never clicks"]
        assert sum(found[page]["gzipped"].values()) <= 1000 * limit


def test_the_book_grows_by_no_more_than_its_limit(book: Path) -> None:
    limit = python_in_page.LIMITS["megabytes that the built book grows by"]
    assert 5e6 < python_in_page.grown(book) <= 1e6 * limit


def test_every_limit_has_its_figure() -> None:
    names = (python_in_page.BOOK_HTTP, python_in_page.STOCK, python_in_page.LITE)
    sent = {kind: dict.fromkeys(names, 1e6) for kind in ("plain", "compressed")}
    result = {
        "seconds": {name: [1.0, 2.0] for name in (*names, python_in_page.BOOK_FILE)},
        "second": {"one_nn": (0.5, 0.25)},
        "bytes": sent,
        "grown": 2e6,
        "unclicked": {"a": {"gzipped": {"x": 1000}, "packs": []}},
        "slowed": {"differing": []},
    }
    figures = python_in_page.figures(result)
    assert list(figures) == list(python_in_page.LIMITS)
    assert figures["second judging, seconds, median over the drills"] == 0.5


def test_the_stored_figures_are_those_of_their_rounds() -> None:
    stored = json.loads(python_in_page.STORED.read_text(encoding="utf-8"))
    held = {name: limit for name, (_, limit) in stored["held"].items()}
    assert held == python_in_page.LIMITS
    figures = {name: round(value, 3) for name, value in python_in_page.figures(stored).items()}
    assert figures == {name: value for name, (value, _) in stored["held"].items()}
