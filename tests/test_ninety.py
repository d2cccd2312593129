"""Ninety minutes: every step's minutes hold what it asks for, and every blank is computed."""

import re
from copy import deepcopy
from pathlib import Path

import cards_page
import nbformat
import numpy as np
import pytest
import reading
from traitlets import TraitError

from nnlib.practice import deck, derivation, drills, mock, ninety, ninety_minutes
from nnlib.widgets import Derivation, NinetyMinutes

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
STEPS = {step["id"]: step for step in ninety.STEPS}
CONTENT = ninety.derivation()
BLANKS = {name: blank for line in CONTENT["lines"] for name, blank in line["blanks"].items()}


def words(text):
    return len(text.split()) / reading.WORDS


def test_they_are_ninety():
    assert sum(step["minutes"] for step in ninety.STEPS) == 90
    assert [step["done"] for step in ninety.STEPS] == [
        "read", "drill", "blanks", "read", "cards", "mock", "read",
    ]  # fmt: skip


def test_pages_to_read_are_read_in_their_minutes():
    interview = (CHAPTERS / "practice" / "interview.md").read_text("utf-8")
    assert words(interview) <= STEPS["interview"]["minutes"]
    sheet = (CHAPTERS / "cheatsheet.md").read_text("utf-8")
    assert words(sheet) <= STEPS["cheatsheet"]["minutes"]
    notebook = nbformat.read(CHAPTERS / "cancellation.ipynb", as_version=4)
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    sections = dict(re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    titles = list(sections)
    start, end = titles.index("Negative, and flipped"), titles.index("Mitigate")
    asked = ["A budget of digits", *titles[start : end + 1]]
    assert asked[1:] == ["Negative, and flipped", "Detect", "Mitigate"]
    for title in (asked[0], asked[1], asked[-1]):
        assert f"*{title}*" in STEPS["stability"]["say"]
    shown, title = 0, ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            title = ([title, *re.findall(r"^## (.+)$", cell.source, re.MULTILINE)])[-1]
        elif title in asked and not reading.FOLDED & set(cell.metadata.get("tags", [])):
            shown += 1
    read = words(" ".join(sections[title] for title in asked))
    assert read + reading.CELL * shown <= STEPS["stability"]["minutes"]


def test_what_is_done_takes_its_own_minutes():
    (drill,) = (drill for drill in drills() if drill.name == STEPS["drill"]["drill"])
    assert drill.minutes == STEPS["drill"]["minutes"]
    interview = mock.load()
    assert STEPS["mock"]["minutes"] == min(interview["screens"])
    # A minute for each card, and one and a half for each blank, on paper first.
    assert STEPS["cards"]["cards"] <= STEPS["cards"]["minutes"]
    names = re.findall(r"^:name: card-\w+-(\w+)-", cards_page.page(), re.MULTILINE)
    found = [names.count(chapter) for chapter in ninety.DECK["chapters"]]
    assert sum(found) >= STEPS["cards"]["cards"]
    assert all(found)
    assert deck().sets == [ninety.DECK]
    assert 1.25 * len(BLANKS) <= STEPS["derivation"]["minutes"]


def test_the_pages_exist_and_the_section_of_the_chapter_does():
    made = {f"{drill.name}.html" for drill in drills()} | {"questions.html"}
    for step in ninety.STEPS:
        page, _, section = step["page"].partition("#")
        path = CHAPTERS / "practice" / page.replace(".html", "")
        if page and page not in made:
            assert path.with_suffix(".md").exists() or path.with_suffix(".ipynb").exists(), page
        assert section in {
            "",
            "the-derivation",
            "a-budget-of-digits",
            f"nn-deck={ninety.DECK['name']}",
        }


@pytest.mark.parametrize("name", BLANKS)
def test_the_right_option_is_equal_and_no_other_is(name):
    rng = np.random.default_rng(7)
    X, T = rng.normal(size=(4, 3)), rng.normal(size=(6, 3))
    scope = {"np": np, "X": X, "x": X[0], "T": T, "y": np.array([0, 1, 2, 0, 1, 1]), "C": 3}
    scope["tau"] = 0.7
    wanted = np.asarray(eval(BLANKS[name]["equals"], scope))
    for option in BLANKS[name]["options"]:
        value = np.asarray(eval(option["value"], scope))
        same = value.shape == wanted.shape and np.allclose(value, wanted)
        assert same == option.get("right", False), option["text"]
        assert option["why"].endswith(".")


def test_the_widgets_have_what_they_show():
    widget = ninety_minutes()
    assert widget.steps == list(ninety.STEPS)
    assert set(widget.blanks) == set(BLANKS)
    assert derivation().derivation == CONTENT
    with pytest.raises(TraitError, match=r"steps\[0\] has no 'page'"):
        NinetyMinutes([{**ninety.STEPS[0], "page": ""}], {})
    with pytest.raises(TraitError, match="derivation has no 'lines'"):
        Derivation({"title": "x"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("lines"), "derivation.yaml: 'lines' is missing"),
        (lambda c: c["lines"][0].update(text="x"), r"line 1: the text has no \{cross\}"),
        (
            lambda c: c["lines"][0]["blanks"]["cross"]["options"][0].pop("right"),
            "line 1, cross: exactly one option must be right",
        ),
        (
            lambda c: c["lines"][0]["blanks"]["cross"]["options"][1].pop("why"),
            "line 1, cross: 'why' is missing",
        ),
    ],
)
def test_a_bad_file_gets_one_clear_error(change, message):
    content = deepcopy(CONTENT)
    change(content)
    with pytest.raises(ValueError, match=message):
        ninety.check(content)
