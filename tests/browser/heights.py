"""What a reader must see at once: of a widget the control, the picture and the sentence."""

from __future__ import annotations

from playwright.sync_api import Page

MOST = {1280: 700, 390: 844}
"""The pixels of height for a window's width: a laptop's screen less its bars, and a phone's."""

# A quiz is text to be read, question after question: each of them must fit, with its options. So is
# the sheet of an interview, from which one reads aloud, and which is printed.
TALL = """(most) => [...document.querySelectorAll(
    ".widget-place .nn-widget:not(.nn-quiz, .nn-sheet), .widget-place .nn-question")]
  .filter((box) => box.offsetHeight > most).map((box) => `${box.className}: ${box.offsetHeight}`)"""


def too_tall(page: Page, width: int) -> list[str]:
    """Return the widgets of a page, as wide as `width`, that do not fit on its screen."""
    found: list[str] = page.evaluate(TALL, MOST[width])
    return found
