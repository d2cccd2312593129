"""One style sheet for all pages, of the rules that some page can use.

The theme, its parent, the notebooks, the design and the book bring nine style sheets, 430 kB in
all, and a browser paints nothing before it has them all. A page of the book uses a tenth. So the
sheets that every page asks for are joined, in their order, without the selectors that name a class
or an id that no page has and no script writes, and without custom properties that nothing reads.
What a script writes is not run but read: each of its words counts as a name, and one that ends in a
hyphen as the beginning of names.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import tinycss2

from rendering.together import asked_once, put_together

SHEET = "styles/book.css"
# Those for paper come last, and no page waits for them.
LINK = re.compile(
    r'\s*<link (?![^>]*\bmedia="print")(?=[^>]*\brel="stylesheet")'
    r'[^>]*?\bhref="([^"]*?)_static/([^"?]+\.css)[^"]*"[^>]*>'
)
NAMES = re.compile(r'\s(?:class|id)="([^"]*)"')
SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][\w-]*")
PROPERTY = re.compile(r"--[\w-]+")
READ = re.compile(r"var\(\s*(--[\w-]+)")
ADDRESS = re.compile(r"""url\((["']?)(?![a-z]+:|[/#])([^"')]+)\1\)""")
IMPORT = re.compile(r"""@import\s+(["'])([^"']+)\1\s*;""")
HOLDS_RULES = {"media", "supports", "layer", "container"}
# Of which one is enough; what :not() names need not be there at all.
ALTERNATIVES = {"is", "where", "has", "matches"}


class Vocabulary(NamedTuple):
    """What pages and scripts name."""

    names: set[str]
    """Classes and ids."""

    beginnings: tuple[str, ...]
    """Of names that scripts put together."""

    properties: set[str]
    """Custom properties that are named outside the sheets."""

    def has(self, name: str) -> bool:
        """Return whether an element may have this class or id."""
        return name in self.names or name.startswith(self.beginnings)


def vocabulary(pages: Iterable[str], scripts: Iterable[str]) -> Vocabulary:
    """Return what these pages, with the scripts in them, and these scripts name."""
    names: set[str] = set()
    words: set[str] = set()
    properties: set[str] = set()
    for page in pages:
        for found in NAMES.findall(page):
            names.update(found.split())
        for script in SCRIPT.findall(page):
            words.update(WORD.findall(script))
        properties.update(PROPERTY.findall(page))
    for script in scripts:
        words.update(WORD.findall(script))
        properties.update(PROPERTY.findall(script))
    beginnings = tuple(word for word in words if word.endswith("-") and len(word) > 2)
    return Vocabulary(names | words, beginnings, properties)


def split(tokens: list[Any], at: str) -> list[list[Any]]:
    """Return what stands between the commas or semicolons of a list of tokens."""
    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == at:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def may_match(selector: list[Any], known: Vocabulary) -> bool:
    """Return whether all classes and ids that a selector asks for may be there."""
    before = None
    for token in selector:
        is_name = token.type == "hash" or (token.type == "ident" and before == ".")
        if is_name and not known.has(token.value):
            return False
        if token.type == "function" and token.lower_name in ALTERNATIVES:
            parts = split(token.arguments, ",")
            if not any(may_match(part, known) for part in parts):
                return False
        before = token.value if token.type == "literal" else None
    return True


def declarations(tokens: list[Any], read: set[str] | None) -> str:
    """Return the content of a rule, without the custom properties that are not among these."""
    kept = []
    for part in split(tokens, ";"):
        name = next((token for token in part if token.type != "whitespace"), None)
        is_own = name is not None and name.type == "ident" and name.value.startswith("--")
        if name is not None and (read is None or not is_own or name.value in read):
            kept.append(tinycss2.serialize(part).strip())
    return ";".join(kept)


def written(rules: list[Any], known: Vocabulary, read: set[str] | None) -> str:
    """Return the CSS of the rules that something may match."""
    text = ""
    for rule in rules:
        if rule.type == "qualified-rule":
            kept = [part for part in split(rule.prelude, ",") if may_match(part, known)]
            if kept and (content := declarations(rule.content, read)):
                selectors = ",".join(tinycss2.serialize(part).strip() for part in kept)
                text += f"{selectors}{{{content}}}\n"
        elif rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")
        elif rule.lower_at_keyword in HOLDS_RULES and rule.content is not None:
            within = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            if inner := written(within, known, read):
                asked = tinycss2.serialize(rule.prelude).strip()
                text += f"@{rule.at_keyword} {asked}{{{inner}}}\n"
        elif rule.lower_at_keyword == "import":
            # It would be asked for once this sheet has come, and count only before all rules.
            raise ValueError(f"a style sheet imports another: {rule.serialize()}")
        elif rule.lower_at_keyword != "charset":
            text += f"{rule.serialize().strip()}\n"
    return text


def cut(css: str, known: Vocabulary) -> str:
    """Return a style sheet without comments, rules that match nothing and properties not read.

    Raises
    ------
    ValueError
        If it is no CSS.
    """
    read: set[str] | None = None
    while True:
        tokens = tinycss2.parse_component_value_list(css, skip_comments=True)
        css = written(tinycss2.parse_stylesheet(tokens, skip_whitespace=True), known, read)
        # One that only another reads that nobody reads goes the next time.
        now = {*READ.findall(css), *known.properties}
        if now == read:
            return css
        read = now


def asked_for(page: str) -> list[str]:
    """Return the names in ``_static`` of the style sheets that a page waits for."""
    return [name for _, name in LINK.findall(page)]


def join(static: Path, names: list[str], known: Vocabulary) -> str:
    """Write the one style sheet in place of these; return the address by which pages ask for it."""
    read: list[str] = []

    def whole(name: str) -> str:
        """Return the text of a sheet with those that it imports, its addresses seen from SHEET."""
        read.append(name)
        folder = posixpath.dirname(name)

        def moved(found: re.Match[str]) -> str:
            there = posixpath.relpath(posixpath.join(folder, found[2]), posixpath.dirname(SHEET))
            return f"url({found[1]}{there}{found[1]})"

        def imported(found: re.Match[str]) -> str:
            return whole(posixpath.normpath(posixpath.join(folder, found[2])))

        css = ADDRESS.sub(moved, (static / name).read_text(encoding="utf-8"))
        return IMPORT.sub(imported, css) + "\n"

    text = '@charset "utf-8";\n' + cut("".join(map(whole, names)), known)
    return put_together(static, text, SHEET, read)


def with_sheet(page: str, names: list[str], address: str) -> str:
    """Return a page that asks for the one style sheet where it asked for the first of these."""
    tag = f'<link rel="stylesheet" type="text/css" href="{{}}_static/{address}" />'
    return asked_once(page, LINK, tag, lambda found: found[2] == SHEET or found[2] in names)
