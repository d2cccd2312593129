"""The pages at the end of the book agree with the book: answers, glossary, API."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import refresh
from mdit_py_plugins.anchors.index import slugify

import nnlib
import nnlib.widgets

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def prose(path: Path) -> str:
    """Return the Markdown of a page, without its code."""
    if path.suffix == ".md":
        return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@cache
def anchors(path: Path) -> set[str]:
    """Return the names by which the sections of a page can be linked."""
    headings = re.findall(r"^##? (.+)$", prose(path), flags=re.M)
    return {slugify(re.sub(r"[*`]", "", heading).strip()) for heading in headings}


@cache
def functions_of(name: str) -> set[str]:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def rows(page: str) -> list[list[str]]:
    """Return the cells of every table row of a page, without the heads."""
    found = []
    for line in prose(CHAPTERS / page).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and not re.fullmatch(r"[:\- ]+", cells[0]) and cells[0] != "demand":
            found.append(cells)
    return found


# What is answered where.


def test_every_demand_is_answered_and_held():
    table = rows("answers.md")
    assert len(table) >= 40
    for demand, answered, held in table:
        assert LINK.findall(answered), demand
        assert TEST.findall(held), demand


def test_every_named_section_and_test_exists():
    page = prose(CHAPTERS / "answers.md")
    for target, section in LINK.findall(page):
        path = CHAPTERS / target
        assert path.exists(), target
        assert not section or section in anchors(path), f"{target}#{section}"
    for name, test in TEST.findall(page):
        assert test in functions_of(name), f"{name}::{test}"


# The glossary.


def reading_order() -> list[Path]:
    """Return the chapters' notebooks in the order of the table of contents."""
    return [path for path in refresh.notebooks() if path.parent == CHAPTERS]


def terms() -> list[str]:
    body = (CHAPTERS / "glossary.md").read_text(encoding="utf-8").split(":::{glossary}")[1]
    return re.findall(r"^(\S.*)$", body.split("\n:::")[0], flags=re.M)


def running_text(path: Path) -> str:
    """Return the sentences of a chapter: no code, formulas, headings or names of other pages."""
    text = prose(path)
    text = re.sub(r"\$\$.*?\$\$|```.*?```", " ", text, flags=re.S)
    text = re.sub(r"^(#|:::|\*\*About|:class:).*$", " ", text, flags=re.M)
    text = re.sub(r"(?<!!)\[([^\]]+)\]\([^)]+\)", " ", text)
    text = re.sub(r"\$[^$]*\$", " ", text)
    # Of what stands between backticks only a glossary link is a word of the sentence.
    return re.sub(r"(\{[\w:]+\})?`[^`]*`", lambda m: m[0] if m[1] == "{term}" else " ", text)


def spoken(term: str) -> re.Pattern[str]:
    """Return a pattern for a term in running text, in the singular or the plural."""
    word = re.escape(term)
    plural = word[:-1] + "(?:y|ies)" if term.endswith("y") else word + "(?:e?s)?"
    return re.compile(rf"(?<![\w-]){plural}(?![\w-])", re.I)


@pytest.mark.parametrize("term", terms())
def test_a_term_is_linked_where_the_book_first_uses_it(term):
    for path in reading_order():
        text = running_text(path)
        links = re.findall(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`", text)
        if term in links:
            return
        # What another term's link shows, as "unit roundoff" shows none of "unit", is no use.
        bare = re.sub(r"\{term\}`[^`]+`", " ", text)
        assert not spoken(term).search(bare), f"{path.name} uses “{term}” before it is linked"
    pytest.fail(f"no chapter uses “{term}”")


def test_the_glossary_is_in_order():
    assert terms() == sorted(terms(), key=str.casefold)


# The API.


def test_the_api_page_shows_every_public_name():
    page = (CHAPTERS / "api.md").read_text(encoding="utf-8")
    for module in (nnlib, nnlib.widgets):
        for name in module.__all__:
            assert re.search(rf"{re.escape(module.__name__)}\.{name}\b", page), name


def test_the_signatures_of_the_api_page_are_those_of_the_code():
    # Only the widgets' are written out: traitlets hides them from autodoc.
    page = (CHAPTERS / "api.md").read_text(encoding="utf-8")
    written = re.findall(r"nnlib\.widgets\.(\w+)(\(.*\))$", page, flags=re.M)
    assert {name for name, _ in written} == set(nnlib.widgets.__all__)
    for name, given in written:
        parameters = inspect.signature(getattr(nnlib.widgets, name).__init__).parameters
        own = [p.replace(annotation=p.empty) for p in list(parameters.values())[1:]]
        assert given == str(inspect.Signature(own)), name
