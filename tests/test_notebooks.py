"""Every chapter has the same bones, its stored form is canonical, and its sources exist."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import reading
import refresh

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = refresh.notebooks()
CHAPTERS = [path for path in NOTEBOOKS if path.parent.name == "chapters"]


def read(path):
    return nbformat.read(path, as_version=4)


def prose(path):
    return "\n\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def test_there_are_notebooks():
    assert len(CHAPTERS) >= 6


@each(NOTEBOOKS)
def test_the_stored_form_is_canonical(path):
    assert path.read_text(encoding="utf-8") == refresh.written(refresh.canonical(read(path)))


@each(NOTEBOOKS)
def test_every_cell_was_run_and_none_failed(path):
    for cell in code_cells(path):
        assert cell.execution_count, cell.source
        assert all(output.output_type != "error" for output in cell.outputs), cell.source


@each(NOTEBOOKS)
def test_cells_are_short_enough_to_read(path):
    for cell in code_cells(path):
        lines = cell.source.splitlines()
        assert len([line for line in lines if line.strip()]) <= 16, cell.source
        assert max(map(len, lines)) <= 72, max(lines, key=len)


@each(NOTEBOOKS)
def test_outputs_are_plain_python(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            text = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
            assert not re.search(r"np\.(float|int|bool|str)_?\d*\(", text), text
            assert not re.search(r" at 0x|/home/|/root/|/tmp/", text), text
            assert output.get("name") != "stderr", text


@each(NOTEBOOKS)
def test_every_figure_has_a_caption_and_an_alternative_text(path):
    for cell in code_cells(path):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            settings = cell.metadata.mystnb
            assert len(settings.image.alt) > 40, cell.source
            assert len(settings.figure.caption) > 20, cell.source


@each(CHAPTERS)
def test_a_chapter_has_its_bones(path):
    text = prose(path)
    assert re.match(r"# .+\n\n\*[^*].+\*\n\n\*\*About \d+ minutes\*\* · Prerequisites: ", text)
    opening = text.split("\n## ", 1)[0]
    assert ":class: question" in opening
    assert "At the end you can" in opening
    headings = re.findall(r"^## (.+)$", text, flags=re.M)
    assert any(heading.startswith("What can go wrong") for heading in headings) or (
        "break_it(" in "".join(cell.source for cell in code_cells(path))
    )
    assert headings[-2:] == ["In the interview", "Summary"]
    assert ":class: your-turn" in text
    interview = text.split("## In the interview", 1)[1]
    assert 3 <= interview.count(":class: dropdown") <= 5
    summary = text.split("## Summary", 1)[1]
    assert 3 <= len(re.findall(r"^- ", summary, flags=re.M)) <= 6
    assert "**Sources**" in summary


@each(CHAPTERS)
def test_the_cell_of_a_your_turn_has_a_label_under_which_browsers_keep_it(path):
    cells = read(path).cells
    asked = [after for cell, after in pairwise(cells) if ":class: your-turn" in cell.source]
    labels = [cell.metadata.get("label") for cell in asked]
    assert labels == [cell.metadata.label for cell in cells if "label" in cell.metadata]
    assert len(labels) == len(set(labels))
    assert all(cell.cell_type == "code" for cell in asked)
    assert all(re.fullmatch(r"[a-z-]{1,40}", label) for label in labels)


def test_a_reading_time_is_the_sum_of_what_there_is_to_read():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    prose = text("**About 99 minutes** " + "word " * 2197)
    formulas = text("$$x$$\n\n$$y$$\n\n:class: your-turn")
    view = nbformat.v4.new_output("display_data", {reading.VIEW: {}})
    cells = [prose, formulas, code("1"), code("2"), code("3", metadata={"tags": ["hide-input"]})]
    assert reading.minutes(cells) == 15  # 10 + 1 + 3 + 1.5
    assert reading.minutes([*cells, code("w", outputs=[view])]) == 20  # + 3.75
    assert reading.timed(cells).startswith("**About 15 minutes** word")


def test_the_first_weights_come_early():
    """W and b, and a label read off them, within the first 3,000 words of the chapters."""
    words = 0
    for cell in (cell for path in CHAPTERS for cell in read(path).cells):
        if cell.cell_type == "markdown":
            words += len(cell.source.split())
        elif "W = 2 * T" in cell.source and "y[s.argmax()]" in cell.source:
            break
    assert words <= 3000


# What was added to a book that had to lose a fifth of its 40,818 words: by chapter, the openings of
# paragraphs, on anisotropic codes, search on a graphics processor, straight-through estimators,
# and what copies and far clusters do to a graph.
ADDED = {
    "approximate": ("**Which error hurts.**", "Over all queries the nearer code is better"),
    "millions": ("**On a graphics processor**", "So the rows go there once and stay"),
    "learning": ("With the *hard* readout the loss is a staircase", "The A moved away, the two Bs"),
    "graphs": (
        "**Copies.**",
        "With the limit the walk never leaves",
        "**Far clusters.**",
        "No path that the walk takes leads to it",
        "- What no path leads to",
    ),
}


def test_the_book_keeps_to_its_length():
    """As few words as 34,700, and what was added since that number was set."""
    total, added = 0, 0
    for path in CHAPTERS:
        paragraphs = re.split(r"\n\n|\n(?=- )", prose(path))
        total += len(prose(path).split())
        for opening in ADDED.get(path.stem, ()):
            (paragraph,) = [text for text in paragraphs if text.startswith(opening)]
            added += len(paragraph.split())
    assert added == 636
    assert total - added <= 34_700


@each(CHAPTERS[1:])
def test_a_chapter_breaks_something(path):
    assert "break_it(" in "".join(cell.source for cell in code_cells(path))


# Chapters in which nothing is taken in hand but quiz and cells, and why.
NOTHING_IN_HAND = {
    "warmup": "Its objects are shapes, and what changes a shape is one character of a cell: the "
    "cells that run and can be edited there are what one takes in hand.",
    "slips": "A list of twelve errors, of which each is found by reading: what moves would show it "
    "first. The smallest counter-example of each is a card that is run.",
}


def in_hand(path):
    """Return the widgets of a chapter besides its quiz, as their text says them."""
    outputs = [output.get("data", {}) for cell in code_cells(path) for output in cell.outputs]
    shown = [str(data["text/plain"]) for data in outputs if reading.VIEW in data]
    assert sum(text.startswith("Quiz(") for text in shown) == 1, path.stem
    return [text for text in shown if not text.startswith("Quiz(")]


def test_all_but_three_chapters_or_fewer_have_something_to_take_in_hand():
    empty = {path.stem for path in CHAPTERS if not in_hand(path)}
    assert empty == set(NOTHING_IN_HAND)
    assert len(empty) <= 3


@each(CHAPTERS)
def test_a_chapter_works_the_small_example(path):
    source = "".join(cell.source for cell in code_cells(path))
    assert "[[1, 1], [4, 2], [2, 5]]" in source


def cited():
    texts = [prose(path) for path in NOTEBOOKS]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "chapters").rglob("*.md")]
    keys = [key for text in texts for key in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)]
    return {key.strip() for group in keys for key in group.split(",")}


def test_every_citation_resolves_and_every_reference_is_cited():
    entries = re.findall(r"^@\w+\{(\w+),", (ROOT / "references.bib").read_text(), flags=re.M)
    assert len(entries) == len(set(entries))
    assert cited() == set(entries)


def test_every_notebook_is_in_the_table_of_contents():
    toc = (ROOT / "_toc.yml").read_text()
    for path in NOTEBOOKS:
        assert path.relative_to(ROOT).with_suffix("").as_posix() in toc
