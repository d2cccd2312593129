"""The spoken part: the widgets of the practice pages, given the data that they show.

Quizzes, the mock interview and the progress over both run in the page, with no kernel. The
widgets are imported where they are made, so that drills and judge do without them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from nnlib.practice import mock, questions
from nnlib.practice.catalog import drills

if TYPE_CHECKING:
    from nnlib.widgets import MockInterview, Progress, Quiz


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

    titles = {chapter: questions.load(chapter)["title"] for chapter in questions.chapters()}
    return MockInterview(mock.load(), titles, base)


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
    return Progress(quizzes, entries, base)
