"""The book as one PDF: every chapter and section found, every link led, every letter drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pdf
import pytest
from bs4 import BeautifulSoup
from onepage import FOLDS, chapters
from playwright.sync_api import Page
from pypdf import PdfReader
from pypdfium2 import PdfDocument

CONTENTS = pdf.ROOT / "_toc.yml"
# Of TeX, and of what a font does not have.
RAW = re.compile(r"\\(?:frac|begin|end|mathbb|sum|left|right|text)\b|\$\$")
MISSING = re.compile("[\0\ufffd\ue000-\uf8ff]")


@pytest.fixture(scope="module")
def file(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print the whole book, once for all tests."""
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    # Playwright runs once in a thread, and in this one other tests have it running.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(pdf.make, book, target).result()
    return target


@pytest.fixture(scope="module")
def printed(file: Path) -> PdfReader:
    """Return the printed book's structure."""
    return PdfReader(file)


@pytest.fixture(scope="module")
def texts(file: Path) -> list[str]:
    """Return the text of each sheet."""
    with PdfDocument(file) as document:
        return [sheet.get_textpage().get_text_range() for sheet in document]


@pytest.fixture(scope="module")
def where(printed: PdfReader) -> dict[str, int]:
    """Return the number of the sheet on which each name stands."""
    return pdf.sheets(printed)


def bookmarks(entries: list[Any], level: int = 1) -> list[tuple[int, str]]:
    """Return the level and the title of each bookmark, in order."""
    found = []
    for entry in entries:
        if isinstance(entry, list):
            found += bookmarks(entry, level + 1)
        else:
            found.append((level, squeezed(entry.title)))
    return found


def squeezed(text: str) -> str:
    """Return a text without its spaces, which formulas set in ways of their own."""
    return re.sub(r"\s+", "", text)


def headings(book: Path) -> list[tuple[int, str]]:
    """Return the level and the text of what the bookmarks should be, from the built pages."""
    found = [(1, "Contents")]
    for number, chapter in enumerate(chapters(CONTENTS)):
        deeper = number > 0  # the first page belongs to no part
        page = BeautifulSoup((book / f"{chapter.name}.html").read_text("utf-8"), "html.parser")
        if chapter.part:
            found.append((1, chapter.part))
        for tag in page.article.select(".headerlink, script"):
            tag.decompose()
        for tag in page.article.find_all(re.compile("^h[1-6]$")):
            found.append((int(tag.name[1]) + deeper, squeezed(tag.get_text())))
        for called, (_, selector) in FOLDS.items():
            if page.article.select(selector):
                found.append((2 + deeper, called))
    return found


def test_each_chapter_begins_a_sheet_in_the_order_of_the_contents(
    printed: PdfReader, where: dict[str, int]
) -> None:
    begins = [where[chapter.key] for chapter in chapters(CONTENTS)]
    assert begins == sorted(set(begins))
    assert begins[0] >= 3  # after the title and the contents
    assert begins[-1] <= len(printed.pages)


def test_bookmarks_are_the_parts_the_chapters_and_their_sections(
    book: Path, printed: PdfReader
) -> None:
    assert bookmarks(printed.outline) == headings(book)


def test_contents_name_the_sheets(book: Path, texts: list[str], where: dict[str, int]) -> None:
    told = chapters(CONTENTS)
    listed = squeezed("".join(texts[1 : where[told[0].key] - 1]))
    end = 0
    for chapter in told:
        page = BeautifulSoup((book / f"{chapter.name}.html").read_text("utf-8"), "html.parser")
        heading = page.article.find("h1")
        heading.select_one(".headerlink").decompose()
        line = re.compile(rf"{re.escape(squeezed(heading.get_text()))}{where[chapter.key]}")
        found = line.search(listed, end)
        assert found, chapter.name
        end = found.end()


def test_letters_are_drawn_and_formulas_typeset(texts: list[str]) -> None:
    for number, text in enumerate(texts, 1):
        assert text.strip(), f"sheet {number} is empty"
        assert not MISSING.search(text), f"sheet {number}"
        assert not RAW.search(text), f"sheet {number}"


def test_links_resolve(printed: PdfReader, where: dict[str, int]) -> None:
    inside, outside = set(), set()
    for page in printed.pages:
        for entry in page.get("/Annots", []):
            link = entry.get_object()
            assert link["/Subtype"] == "/Link"
            if "/Dest" in link:
                inside.add(str(link["/Dest"]).lstrip("/"))
            else:
                outside.add(str(link["/A"]["/URI"]))
    assert inside <= set(where)
    folds = {name for name in inside if re.search(r"--to-(answer|code)-", name)}
    contents = {name for name in inside if re.search(r"--(answer|code)-\d", name)}
    assert {name.replace("--to-", "--") for name in folds} == contents
    assert len(folds) > 400  # what was folded leads back to where it was
    assert all(re.match(r"(https?://|mailto:)", address) for address in outside)


def test_the_first_sheet_says_what_it_is(printed: PdfReader, texts: list[str]) -> None:
    assert pdf.title() in texts[0]
    assert f"Version {pdf.__version__}" in texts[0]
    assert printed.metadata is not None
    assert printed.metadata.title == pdf.title()


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_the_cheat_sheet_is_one_sheet(
    size: str, book_url: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"{book_url}/chapters/cheatsheet.html")
    page.pdf(path=tmp_path / "sheet.pdf", format=size)
    assert len(PdfReader(tmp_path / "sheet.pdf").pages) == 1
