"""Measure how high each widget of the built book is, and store it for ``rendering/heights.py``.

Run after a change of a widget or of the widgets of a page, on the built book; then build again.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from provision import CHROMIUM, find  # noqa: E402
from visits import ARGUMENTS, BOOK, settle  # noqa: E402

from rendering.heights import HEIGHTS, PLACE  # noqa: E402

WIDTHS = (390, 1280)
TALL = "all => all.map((place) => place.offsetHeight)"


def main() -> None:
    """Open each page that has widgets, at both widths."""
    found: dict[str, list[list[int]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(CHROMIUM), args=ARGUMENTS)
        for path in sorted(BOOK.rglob("*.html")):
            if not PLACE.search(path.read_text(encoding="utf-8")):
                continue
            columns = []
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.goto(path.as_uri())
                settle(page)
                columns.append(page.locator(".widget-place").evaluate_all(TALL))
                page.close()
            name = path.relative_to(BOOK).with_suffix("").as_posix()
            found[name] = [list(pair) for pair in zip(*columns, strict=True)]
            print(name, found[name], flush=True)
        browser.close()
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(all_)}" for name, all_ in found.items())
    HEIGHTS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
