"""Modules of JavaScript joined into one text, for pages that may load none beside it.

On disk they are proper ES modules, one importing the other, as editors and Node want them. A
widget in a static page runs from its embedded text, where a relative import has nothing to resolve
against, and from ``file://`` a browser loads no module at all. So each import is replaced by what
it names, once.
"""

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |async |function |class )", re.MULTILINE)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)


def text_of(path: Path) -> str:
    """Return a module without its imports.

    Raises
    ------
    ValueError
        If it imports in another form than by name, as it is, from a relative path.
    """
    text = path.read_text(encoding="utf-8")
    if any(" as " in found[0] for found in IMPORT.finditer(text)):
        raise ValueError(f"{path.name} must import names as they are: its imports are left out")
    left = IMPORT.sub("", text)
    if re.search(r"^import\b|\bimport\(", left, re.MULTILINE):
        raise ValueError(f"{path.name} must import by name, from files of the project only")
    return left


def modules(path: Path) -> list[Path]:
    """Return a module after all that it imports, each once."""
    found: list[Path] = []

    def collect(one: Path) -> None:
        for other in IMPORT.findall(one.read_text(encoding="utf-8")):
            if (needed := (one.parent / other).resolve()) not in found:
                collect(needed)
        found.append(one)

    collect(path.resolve())
    return found


def joined(path: Path) -> str:
    """Return one module that imports nothing: all that it needs, then itself, without comments.

    Only what the last one exports is exported. Lines that hold only a comment stay behind: they
    are for readers of the file, and a sixth of a page's bytes.
    """
    *others, last = map(text_of, modules(path))
    return COMMENT.sub("", "".join(EXPORT.sub("", other) for other in others) + last)
