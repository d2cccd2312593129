"""How high widgets are: what a reader must see at once fits, and what was reserved for it."""

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


# A font of another machine makes some lines more or fewer.
UNLIKE = """(which) => [...document.querySelectorAll(".widget-place")].flatMap((place, i) => {
  const kept = parseFloat(place.style.getPropertyValue(which));
  const unlike = !(Math.abs(kept - place.offsetHeight) <= 0.1 * kept + 24);
  return unlike ? [`widget ${i}: ${kept} kept, ${place.offsetHeight} high`] : [];
})"""


def wrongly_kept(page: Page, which: str) -> list[str]:
    """Return the widgets of a page for which it keeps another height than they have."""
    found: list[str] = page.evaluate(UNLIKE, f"--{which}")
    return found
