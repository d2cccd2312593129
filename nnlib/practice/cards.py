"""The cards of the deck that a quiz, an interview or a pad may have the reader take up.

The page of all interview questions has one card for each of these names, and more of the questions
that end the chapters. `progress` counts by the names what is due where the cards do not stand.
"""

from nnlib.practice import mock, questions
from nnlib.practice.catalog import drills
from nnlib.practice.questions import Fields


def fits_every_scene(step: Fields) -> bool:
    """Return whether a step of the mock interview can be a card: nothing of it is drawn."""
    lines = [line if isinstance(line, str) else line["say"] for line in step["answer"]]
    return not mock.FIELD.search(" ".join([step["ask"], *lines]))


def of_drill(name: str, question: str) -> str:
    """Return the name of the card of a drill's follow-up; it follows the question's words."""
    return f"card-drill-{name.replace('_', '-')}-{questions.digest(question)}"


def may_be_missed() -> list[str]:
    """Return the names of all these cards."""
    asked = [
        f"card-quiz-{chapter}-{question['id']}"
        for chapter in questions.chapters()
        for question in questions.load(chapter)["questions"]
    ]
    interviewed = [
        f"card-mock-{number}-{step['id']}"
        for number, part in enumerate(mock.load()["parts"])
        for step in mock.steps("mock.yaml", part)
        if fits_every_scene(step)
    ]
    followed = [of_drill(d.name, pair.question) for d in drills() for pair in d.follow_ups]
    return [*asked, *interviewed, *followed]
