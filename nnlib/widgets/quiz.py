"""A short quiz whose every option explains itself; what the reader answered stays in the browser.

The widget is *given* its questions, for instance by `nnlib.practice.quiz`. It holds no question
of its own, and grades in the page, where no kernel answers.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from traitlets import Dict, List, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet

KINDS = {
    "single": "options",
    "multiple": "options",
    "numeric": "answer",
    "wrong-line": "lines",
    "order": "start",
}
"""The kinds of questions, each with the field that only it can be graded by."""


class Quiz(Widget):
    """Questions with feedback on each option, a score, and a second try.

    Parameters
    ----------
    title : str
        What the quiz is about.
    questions : iterable of dict
        As `nnlib.practice.questions.load` returns them.
    name : str
        The name under which the browser keeps the answers.

    Attributes
    ----------
    answers : dict
        For the ``id`` of each question that was tried: what was ``given``, whether it is
        ``right``, the number of ``tries``, whether the ``first`` was right, whether the
        explanations were ``shown``, and the question's ``mark``.

    Raises
    ------
    traitlets.TraitError
        If a question has no id, mark or kind, or two have the same id.
    """

    _esm = module("quiz.js")
    _css = stylesheet("quiz.css")
    _shown: ClassVar[tuple[str, ...]] = ("name",)
    _restored: ClassVar[tuple[str, ...]] = ("answers",)

    title = Unicode().tag(sync=True)
    questions = List(Dict()).tag(sync=True)
    answers = Dict().tag(sync=True)
    name = Unicode("quiz").tag(sync=True)

    def __init__(
        self, title: str, questions: Iterable[dict[str, Any]], name: str = "quiz", **traits: Any
    ) -> None:
        super().__init__(title=title, questions=list(questions), name=name, **traits)

    @validate("questions")
    def _check_questions(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        questions: list[dict[str, Any]] = proposal["value"]
        seen = set()
        for i, question in enumerate(questions):
            kind = question.get("kind")
            if kind not in KINDS:
                raise TraitError(
                    f"questions[{i}] must be of a kind in {', '.join(KINDS)}; got {kind!r}"
                )
            for field in ("id", "mark", "ask", KINDS[kind]):
                if field not in question:
                    raise TraitError(f"questions[{i}] has no {field!r}")
            if question["id"] in seen:
                raise TraitError(f"questions[{i}] has the id of an earlier one: {question['id']!r}")
            seen.add(question["id"])
        return questions
