"""Several files that pages ask for as one: written in their place, and asked for once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path


def put_together(static: Path, text: str, name: str, parts: Iterable[str]) -> str:
    """Write the one file in place of its parts; return the address by which pages ask for it.

    It holds a sum of the text: a browser that kept an earlier one asks anew.
    """
    (static / name).write_text(text, encoding="utf-8")
    for part in {*parts} - {name}:
        (static / part).unlink()
    return f"{name}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}"


def asked_once(
    page: str,
    asks: re.Pattern[str],
    tag: str,
    is_part: Callable[[re.Match[str]], bool] = lambda found: True,
) -> str:
    """Return a page that asks for the one file where it asked for the first of its parts.

    Parameters
    ----------
    page : str
    asks : re.Pattern
        An element that asks for a file; its first group is the way to ``_static``.
    tag : str
        The element that asks for the one, with {} for that way.
    is_part : callable, optional
        Tells whether what an element asks for is one of the parts; by default all are.
    """
    joined = False

    def instead(found: re.Match[str]) -> str:
        nonlocal joined
        if not is_part(found):
            return found[0]
        link, joined = "" if joined else "\n    " + tag.format(found[1]), True
        return link

    return asks.sub(instead, page)
