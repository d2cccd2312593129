"""The glyphs of a page: each letter's outline is written once and used by all its formulas.

An outline is some 300 bytes, and a page of formulas draws the same forty of them again and again.
Formulas outside the body (a heading repeated in the sidebar) keep their own outlines, because the
sidebar is written apart from the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rendering.pages import Page

GLYPH = re.compile(r'<path data-c="[0-9A-F]+" d="([^"]*)"( transform="[^"]*")?></path>')


def share(body: str) -> str:
    """Replace the outlines in a page's body by references to one copy of each.

    Parameters
    ----------
    body : str
        HTML with typeset formulas.

    Returns
    -------
    str
        The same page to the eye; the definitions come first.
    """
    numbers: dict[str, int] = {}

    def reference(match: re.Match[str]) -> str:
        if not match[1]:
            return ""  # a space has an outline too: an empty one
        number = numbers.setdefault(match[1], len(numbers))
        return f'<use href="#glyph-{number}"{match[2] or ""}></use>'

    shared = GLYPH.sub(reference, body)
    if not numbers:
        return body
    outlines = "".join(
        f'<path id="glyph-{number}" d="{outline}"></path>' for outline, number in numbers.items()
    )
    attributes = 'class="glyphs" width="0" height="0" aria-hidden="true"'
    return f"<svg {attributes}><defs>{outlines}</defs></svg>{shared}"


def share_in_page(page: Page) -> None:
    """Share the outlines of the page that is about to be written."""
    if "body" in page.context:
        page.context["body"] = share(page.context["body"])
