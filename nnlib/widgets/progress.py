"""What a reader has done: quizzes, drills, mock interviews, as the browser keeps them.

The record lives in the browser's localStorage and nowhere else. This widget shows it, exports it
to a file, imports such a file, and erases it, with the recordings of interviews. Quizzes and
interviews write their own entries; whether the judge has passed a drill the reader ticks here,
since the judge runs in Python, which a page cannot look into.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from traitlets import Dict, List, TraitError, TraitType, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet


class Progress(Widget):
    """The progress over all quizzes and drills.

    Parameters
    ----------
    quizzes : iterable of dict
        For each its ``name``, ``title``, ``page``, and the ``marks`` of its questions by their id.
    drills : iterable of dict
        For each its ``name``, ``title``, ``minutes`` and ``page``.
    cards : list of str, optional
        The names of the cards of the deck that a quiz, an interview or a pad may have taken up.
    base : str
        What leads from the widget's page to the pages of the quizzes.

    Attributes
    ----------
    passed : dict of str to str
        The drills that the reader has ticked, each with the date.

    Raises
    ------
    traitlets.TraitError
        If an entry of `quizzes` or `drills` lacks a field.
    """

    _esm = module("progress.js")
    _css = stylesheet("progress.css")
    _shown: ClassVar[tuple[str, ...]] = ("name",)
    _restored: ClassVar[tuple[str, ...]] = ("passed",)

    quizzes = List(Dict()).tag(sync=True)
    drills = List(Dict()).tag(sync=True)
    cards = List(Unicode()).tag(sync=True)
    passed = Dict().tag(sync=True)
    base = Unicode().tag(sync=True)
    name = Unicode("progress").tag(sync=True)

    def __init__(
        self,
        quizzes: Iterable[dict[str, Any]],
        drills: Iterable[dict[str, Any]],
        base: str = "",
        **traits: Any,
    ) -> None:
        super().__init__(quizzes=list(quizzes), drills=list(drills), base=base, **traits)

    @validate("quizzes", "drills")
    def _check_entries(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        trait: TraitType[Any, Any] = proposal["trait"]
        needed = {"quizzes": ("name", "title", "page", "marks")}
        entries: list[dict[str, Any]] = proposal["value"]
        for i, entry in enumerate(entries):
            for field in needed.get(str(trait.name), ("name", "title", "minutes", "page")):
                if field not in entry:
                    raise TraitError(f"{trait.name}[{i}] has no {field!r}")
        return entries
