"""Print the built book as one PDF: its pages joined, and printed by a Chromium.

It is printed twice. On which sheet a chapter or an answer stands is known after the first time, and
written beside what leads there before the second. Bookmarks then get their words anew: Chromium 156
drops the space at which a heading breaks into lines, and doubles the first heading of a sheet.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from playwright.sync_api import Page
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject, NumberObject, TextStringObject

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from onepage import headings, join, with_sheets  # noqa: E402
from visits import chromium  # noqa: E402

from nnlib import __version__  # noqa: E402

BUILD = ROOT / "_build"
TERMS = "Code: MIT. Prose and figures: CC BY 4.0."
PATIENCE = 600_000  # milliseconds, for a machine that is busy


def title() -> str:
    """Return the book's title."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return str(config["title"])


def sheets(printed: PdfReader) -> dict[str, int]:
    """Return the number of the sheet on which each name of a PDF stands."""
    places = printed.named_destinations
    return {
        name.lstrip("/"): 1 + printed.get_destination_page_number(place)
        for name, place in places.items()
    }


def print_page(page: Page, text: str, source: Path, target: Path, *, tagged: bool) -> None:
    """Write the one page to a file, and print it into another; tags take twice the time."""
    source.write_text(text, encoding="utf-8")
    page.goto(source.as_uri(), timeout=PATIENCE)
    page.pdf(path=target, prefer_css_page_size=True, outline=tagged, tagged=tagged)


def entries(node: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield the bookmarks below one, or below the root of all, in order."""
    child = node.get("/First")
    while child is not None:
        entry = child.get_object()
        yield entry
        yield from entries(entry)
        child = entry.get("/Next")


def name_bookmarks(target: Path, titles: list[str]) -> None:
    """Give the bookmarks of a PDF their words, by an appendix that replaces them alone."""
    reader = PdfReader(target)
    kept = {NameObject(key): reader.trailer.raw_get(key) for key in ("/Size", "/Root", "/Info")}
    last = target.read_bytes().rpartition(b"startxref")[2].split()[0]
    trailer = DictionaryObject({**kept, NameObject("/Prev"): NumberObject(int(last))})
    table = b"xref\n"
    with target.open("ab") as file:
        bookmarks = entries(reader.root_object["/Outlines"])
        for entry, title in zip(bookmarks, titles, strict=True):
            entry[NameObject("/Title")] = TextStringObject(title)
            number = entry.indirect_reference.idnum
            table += f"{number} 1\n{file.tell():010} 00000 n \n".encode()
            file.write(f"{number} 0 obj\n".encode())
            entry.write_to_stream(file)
            file.write(b"\nendobj\n")
        start = file.tell()
        file.write(table + b"trailer\n")
        trailer.write_to_stream(file)
        file.write(f"\nstartxref\n{start}\n%%EOF\n".encode())


def make(html: Path, target: Path) -> None:
    """Print the pages of a folder into one PDF."""
    source = target.with_suffix(".html")
    text = join(html, ROOT / "_toc.yml", title(), __version__, TERMS)
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        print_page(page, text, source, target, tagged=False)
        numbered = with_sheets(text, sheets(PdfReader(target)))
        print_page(page, numbered, source, target, tagged=True)
    name_bookmarks(target, headings(text))
    source.unlink()


if __name__ == "__main__":
    target = BUILD / "nearest-neighbor-network.pdf"
    make(BUILD / "html", target)
    print(f"The book is printed: {target} ({len(PdfReader(target).pages)} pages)")
