"""The page's scripts: ES modules on disk, one classic script in the page.

A browser loads no module from ``file://``, so a script is joined from the modules that it imports,
each once, as `nnlib.widgets.base` does for widgets.
"""

from __future__ import annotations

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+)";\n', re.MULTILINE)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |async |function |class )", re.MULTILINE)


def collect(path: Path, files: list[Path]) -> None:
    """Append a module to `files`, after those that it imports, each once."""
    for other in IMPORT.findall(path.read_text(encoding="utf-8")):
        if (found := (path.parent / other).resolve()) not in files:
            collect(found, files)
    files.append(path)


def joined(path: Path) -> str:
    """Return one classic script: a module after all that it imports, without comments.

    Raises
    ------
    ValueError
        If a module imports or exports in another form than the two that are replaced here.
    """
    files: list[Path] = []
    collect(path.resolve(), files)
    text = "".join(
        EXPORT.sub("", IMPORT.sub("", file.read_text(encoding="utf-8"))) for file in files
    )
    if left := re.search(r"^(?:import|export)\b.*", text, re.MULTILINE):
        raise ValueError(f"{path.name}: {left[0]!r} has no place in a classic script")
    return f'(() => {{\n"use strict";\n{COMMENT.sub("", text)}}})();\n'
