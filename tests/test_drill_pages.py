"""The drills' pages are made from the drills, and agree with them."""

import json
import shutil
from pathlib import Path

import drill_pages
import lab
import nbformat
import pytest

from nnlib.practice import drills

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "chapters" / "practice"
DRILLS = drills()


def each_drill(test):
    return pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)(test)


def cells(notebook):
    return [(c.cell_type, c.source, c.metadata.get("tags")) for c in notebook.cells]


def stored(drill):
    return nbformat.read(PAGES / f"{drill.name}.ipynb", as_version=4)


def test_a_page_is_written_where_it_changed_and_nowhere_else(tmp_path):
    drill_pages.make(tmp_path)
    names = {f"{drill.name}.ipynb" for drill in DRILLS} | {"drills.md"}
    assert {path.name for path in tmp_path.iterdir()} == names
    before = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    changed = tmp_path / "one_nn.ipynb"
    changed.write_text("something else")
    drill_pages.make(tmp_path)
    assert {path for path, inode in before.items() if path.stat().st_ino != inode} == {changed}
    assert changed.read_text("utf-8") == (PAGES / "one_nn.ipynb").read_text("utf-8")


@each_drill
def test_the_stored_page_is_the_one_that_the_drill_makes(drill):
    assert cells(stored(drill)) == cells(drill_pages.notebook(drill)), (
        "run .venv/bin/python commands/drill_pages.py"
    )


def test_the_list_is_the_one_that_the_drills_make():
    assert (PAGES / "drills.md").read_text("utf-8") == drill_pages.listing()


@each_drill
def test_as_shipped_the_judge_says_not_attempted(drill):
    answers = [
        output["data"]["text/plain"]
        for cell in stored(drill).cells
        if cell.cell_type == "code" and "judge(" in cell.source
        for output in cell.outputs
    ]
    assert len(answers) == 1 + len(drill.twists)
    assert all("not attempted" in answer for answer in answers)


@each_drill
def test_nothing_is_given_away_unfolded(drill):
    page = stored(drill)
    prose = "\n".join(c.source for c in page.cells if c.cell_type == "markdown")
    outside = "".join(part.split("</details>")[-1] for part in prose.split("<details>"))
    for hint in drill.hints:
        assert hint in prose
        assert hint not in outside
    for pair in (*drill.clarifying, *drill.follow_ups):
        assert len(pair.answer) < 10 or pair.answer not in outside
    for cell in page.cells:
        if "show_solution(" in cell.source:
            (output,) = cell.outputs
            assert output.data["text/html"].startswith("<details><summary>Solution: ")


@each_drill
def test_the_chapter_that_a_page_names_exists_under_that_title(drill):
    path = ROOT / "chapters" / f"{drill.chapter}.ipynb"
    first = nbformat.read(path, as_version=4).cells[0].source
    title = first.splitlines()[0].removeprefix("# ")
    assert f"explained in [{title}](../{drill.chapter}.ipynb)" in stored(drill).cells[0].source


def test_a_readers_answer_survives_every_update(tmp_path):
    source, copies = tmp_path / "chapters", tmp_path / "lab"
    shutil.copytree(PAGES, source / "practice")
    lab.copy_chapters(source, copies)
    mine = copies / "practice" / "one_nn.ipynb"
    assert mine.exists()
    answered = mine.read_text().replace("raise NotImplementedError", "return y_train[:0]")
    mine.write_text(answered)
    original = source / "practice" / "one_nn.ipynb"
    newer = json.loads(original.read_text())
    newer["cells"][0]["source"] = "# A newer page"
    original.write_text(json.dumps(newer))
    kept = lab.copy_chapters(source, copies)
    assert mine.read_text() == answered
    assert kept == [
        "lab/practice/one_nn.ipynb has your changes and stays; see one_nn.new.ipynb beside it"
    ]
