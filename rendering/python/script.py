"""The page's scripts: one classic script of ES modules, and the data that a page hands to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nnlib.widgets import joining

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
STYLE_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)


def embedded(data: object, attributes: str = "") -> str:
    """Return data as a script element, which nothing in them can end."""
    text = json.dumps(data).replace("</", "<\\/")
    return f'<script type="application/json"{attributes}>{text}</script>'


def joined(path: Path) -> str:
    """Return one classic script of a module and all that it imports.

    Raises
    ------
    ValueError
        If a module imports or exports in another form than by name.
    """
    text = joining.EXPORT.sub("", joining.joined(path))
    if left := re.search(r"^export\b.*", text, re.MULTILINE):
        raise ValueError(f"{path.name}: {left[0]!r} has no place in a classic script")
    return f'(() => {{\n"use strict";\n{text}}})();\n'


def unindented(text: str) -> str:
    """Return a script or a style sheet without indentation, and so with fewer bytes.

    A text in backticks that goes over several lines loses its own, too.
    """
    return INDENT.sub("", text)


def styles(*paths: Path) -> str:
    """Return style sheets as one, without comments."""
    return STYLE_COMMENT.sub("", "".join(path.read_text(encoding="utf-8") for path in paths))
