"""The page of all interview questions is made from their homes: each text stands once in git."""

import re
import subprocess
from pathlib import Path

import cards_page
import nbformat
import pytest
from traitlets import TraitError

from nnlib.practice import cards, deck, drills, mock, progress, questions
from nnlib.widgets import Deck

ROOT = Path(__file__).resolve().parent.parent
PAGE = cards_page.page()
IDS = re.findall(r"^:name: card-(\S+)$", PAGE, re.MULTILINE)


def of(kind):
    return [name for name in IDS if name.startswith(f"{kind}-")]


def test_every_question_has_a_card_of_its_own():
    assert len(IDS) == len(set(IDS))
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in IDS)
    chapters = questions.chapters()
    asked = [(c, q["id"]) for c in chapters for q in questions.load(c)["questions"]]
    assert sorted(of("quiz")) == sorted(f"quiz-{chapter}-{name}" for chapter, name in asked)
    assert len(of("drill")) == sum(len(drill.follow_ups) for drill in drills())
    folds = 0
    for chapter in chapters:
        notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
        text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
        (section,) = re.findall(r"^## In the interview$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
        folds += section.count(":class: dropdown")
        assert any(name.startswith(f"said-{chapter}-") for name in IDS)
    assert len(of("said")) == folds


def test_what_may_be_missed_has_its_card_and_the_rest_ends_a_chapter():
    names = [name.removeprefix("card-") for name in cards.may_be_missed()]
    assert sorted(names) == sorted(name for name in IDS if not name.startswith("said-"))
    assert progress().cards == cards.may_be_missed()


def test_of_the_mock_interview_those_that_fit_every_scene():
    steps = [
        (i, step)
        for i, part in enumerate(mock.load()["parts"])
        for step in mock.steps("mock.yaml", part)
    ]
    bound = {"first-test", "negative", "twist", "units", "cosine", "millions"}
    assert set(of("mock")) == {
        f"mock-{i}-{step['id']}" for i, step in steps if step["id"] not in bound
    }


def test_nothing_of_it_is_kept_in_git():
    listed = subprocess.run(
        ["git", "ls-files", "chapters/practice/questions.md"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert listed.stdout == ""
    made = (ROOT / "chapters" / "practice" / "questions.md").read_text("utf-8")
    assert made == PAGE


def test_the_page_is_written_where_it_changed(tmp_path):
    cards_page.make(tmp_path)
    path = tmp_path / "questions.md"
    before = path.stat().st_ino
    cards_page.make(tmp_path)
    assert path.stat().st_ino == before
    path.write_text("something else")
    cards_page.make(tmp_path)
    assert path.read_text("utf-8") == PAGE


def test_the_page_says_after_how_many_days_a_card_comes_back():
    text = (ROOT / "nnlib" / "widgets" / "boxes.js").read_text("utf-8")
    (days,) = re.findall(r"const DAYS = \[(\d+), (\d+), (\d+), (\d+)\];", text)
    first, second, third, last = days
    assert f"comes back after {first} day, then after {second}, {third} and {last};" in (
        cards_page.HEAD.replace("\n", " ")
    )


def test_links_lead_from_the_page_to_where_they_led():
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", PAGE):
        assert (ROOT / "chapters" / "practice" / target).resolve().is_file(), target


def test_a_part_of_the_question_has_its_chapters():
    widget = deck()
    assert widget.parts == [part["title"] for part in mock.load()["parts"]]
    assert set(widget.chapters.values()) == set(range(len(widget.parts)))
    assert set(widget.chapters) <= set(questions.chapters())
    assert widget.chapters["argmax"] == 0  # the first to send there asks: literal layers?
    assert set(widget.drills) == {drill.name for drill in drills()}
    with pytest.raises(TraitError, match="argmax is of part 2, of 1"):
        Deck(["Clarify"], {"argmax": 2}, {})
