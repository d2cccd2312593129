"""Modules of JavaScript joined into one text, for pages that may load none beside it.

On disk they are proper ES modules, one importing the other, as editors and Node want them. A
widget in a static page runs from its embedded text, where a relative import has nothing to resolve
against, and from ``file://`` a browser loads no module at all. So each import is replaced by what
it names, once.
"""

import re
from collections import Counter
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |async |function |class )", re.MULTILINE)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)
# One behind code holds no quote, so that it is no end of a text either.
ASIDE = re.compile(r"(?<=[;,{}()\[\]]) // [^\"'`\n]*$", re.MULTILINE)
# What a type checker is told amid code.
TYPE = re.compile(r"/\*\* @type .*? \*/ ")
# A statement of a module begins where a line begins with a letter.
STATEMENT = re.compile(r"^(?=[A-Za-z])", re.MULTILINE)
NAMED = re.compile(r"(?:async )?(?:const|function) (\w+)")
# A word that may be a name: no property and no key, but a name that is spread.
WORD = re.compile(r"(?:(?<=\.\.\.)|(?<![.\w]))\w+\b(?!:)")


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


def lean(text: str) -> str:
    """Return a module without the constants and functions that nothing of it uses.

    A name that also stands in a text counts as used, and whatever a file does besides naming things
    stays.
    """
    parts = STATEMENT.split(text)
    words = [Counter(WORD.findall(part)) for part in parts]
    total: Counter[str] = Counter()
    for own in words:
        total.update(own)

    def is_used(i: int) -> bool:
        named = NAMED.match(parts[i])
        return named is None or total[named[1]] > words[i][named[1]]

    left = list(range(len(parts)))
    while unused := [i for i in left if not is_used(i)]:
        for i in unused:
            total.subtract(words[i])
        left = [i for i in left if i not in unused]
    return "".join(parts[i] for i in left)


def joined(path: Path) -> str:
    """Return one module that imports nothing: all that it needs, then itself, without comments.

    Only what the last one exports is exported. Comments stay behind: they are for readers of the
    files, and a sixth of a page's bytes. So does what nothing uses of the files that others share.
    """
    *others, last = map(text_of, modules(path))
    text = COMMENT.sub("", "".join(EXPORT.sub("", other) for other in others) + last)
    return lean(TYPE.sub("", ASIDE.sub("", text)))
