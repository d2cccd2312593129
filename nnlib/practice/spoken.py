"""The spoken part: the widgets of the practice pages, given the data that they show.

Quizzes, the mock interview and the progress over both run in the page, with no kernel. The
widgets are imported where they are made, so that drills and judge do without them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from nnlib.practice import cards, mock, ninety, questions
from nnlib.practice.catalog import drills

if TYPE_CHECKING:
    from nnlib.widgets import (
        Debrief,
        Deck,
        Derivation,
        InterviewerSheet,
        MockInterview,
        NinetyMinutes,
        Progress,
        Quiz,
    )


def quiz(chapter: str) -> "Quiz":
    """Return the quiz of one chapter, such as ``"nearest"``.

    Raises
    ------
    ValueError
        If that chapter has no questions; the message lists those that have.
    """
    from nnlib.widgets import Quiz

    content = questions.load(chapter)
    return Quiz(content["title"], content["questions"], name=content["chapter"])


def mock_interview(base: str = "../") -> "MockInterview":
    """Return the mock interview; `base` leads from its page to the chapters."""
    from nnlib.widgets import MockInterview

    return MockInterview(mock.load(), titles(), base)


def debrief(base: str = "../") -> "Debrief":
    """Return the debrief of the mock interview that ended last; `base` leads to the chapters."""
    from nnlib.widgets import Debrief

    return Debrief(mock.load(), titles(), base)


def interviewer_sheet(number: int = 1, screen: int = 45, base: str = "../") -> "InterviewerSheet":
    """Return the sheet of one who asks: session `number`, of so many minutes."""
    from nnlib.widgets import InterviewerSheet

    return InterviewerSheet(mock.load(), titles(), base, number=number, screen=screen)


def deck() -> "Deck":
    """Return the deck over the cards of the page *All interview questions*.

    A chapter belongs to the first part of the mock interview that sends readers to it.
    """
    from nnlib.widgets import Deck

    parts = mock.load()["parts"]
    taught: dict[str, int] = {}
    for number, part in enumerate(parts):
        for step in mock.steps("mock.yaml", part):
            for line in mock.earning(step):
                taught.setdefault(line["chapter"], number)
    chapters = {name: number for name, number in taught.items() if name in questions.chapters()}
    homes = {d.name: d.chapter for d in drills()}
    return Deck([part["title"] for part in parts], chapters, homes, sets=[ninety.DECK])


def ninety_minutes() -> "NinetyMinutes":
    """Return the steps of ninety minutes, with a clock."""
    from nnlib.widgets import NinetyMinutes

    blanks = {
        name: next(option["text"] for option in blank["options"] if option.get("right"))
        for line in ninety.derivation()["lines"]
        for name, blank in line["blanks"].items()
    }
    return NinetyMinutes(list(ninety.STEPS), blanks)


def derivation() -> "Derivation":
    """Return the derivation with blanks to fill."""
    from nnlib.widgets import Derivation

    return Derivation(ninety.derivation())


def titles() -> dict[str, str]:
    """Return the titles of the chapters that have questions."""
    return {chapter: questions.load(chapter)["title"] for chapter in questions.chapters()}


def progress(base: str = "../", contents: str = "../../_toc.yml") -> "Progress":
    """Return the progress over all quizzes and drills.

    Drills have their pages beside this widget's; `base` leads to the chapters, and `contents` to
    the table that says in which order they come.
    """
    from nnlib.widgets import Progress

    quizzes = []
    for chapter in questions.chapters(Path(contents)):
        content = questions.load(chapter)
        marks = {question["id"]: question["mark"] for question in content["questions"]}
        entry = {"name": chapter, "title": content["title"], "page": f"{chapter}.html"}
        quizzes.append({**entry, "marks": marks})
    entries = (
        {"name": d.name, "title": d.title, "minutes": d.minutes, "page": f"{d.name}.html"}
        for d in drills()
    )
    return Progress(quizzes, entries, base, cards=cards.may_be_missed())
