"""The height of each widget, reserved before it is there, so that nothing moves when it comes.

Which it has depends on the widget, what it shows, and the width of the window. ``heights.json``
holds, for each page, what ``commands/reserve.py`` measured of its widgets on a phone and on a
laptop. ``style.css`` takes the one or the other, until a widget runs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

HEIGHTS = Path(__file__).with_name("heights.json")
PLACE = re.compile(r'<div class="widget-place"(?: style="[^"]*")?>')


def with_heights(page: str, name: str) -> str:
    """Return a page whose places of widgets say how high these will be.

    Parameters
    ----------
    page : str
    name : str
        As ``_toc.yml`` has it.
    """
    known = json.loads(HEIGHTS.read_text(encoding="utf-8")).get(name, [])
    if len(known) != len(PLACE.findall(page)):  # measured before the page changed
        return page
    styles = iter(known)

    def reserved(found: re.Match[str]) -> str:
        narrow, wide = next(styles)
        return f'<div class="widget-place" style="--narrow: {narrow}px; --wide: {wide}px">'

    return PLACE.sub(reserved, page)
