"""A deck of cards over the folds of its page: what is due, one by one, and when each comes back.

The cards are not given to the widget: it finds them in its page, as ``<details>`` whose ids begin
with ``card-`` (``commands/cards_page.py`` says what stands in an id), so that each text stands
once. What the reader knew is kept in the browser.
"""

from typing import Any, ClassVar

from traitlets import Dict, List, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet


class Deck(Widget):
    """A deck over the cards of its page.

    Parameters
    ----------
    parts : list of str
        The parts of the interview question, in their order.
    chapters : dict of str to int
        For each chapter that belongs to a part, the part's place in `parts`.
    drills : dict of str to str
        The chapter of each drill.
    sets : list of dict, optional
        Cards of several chapters: a ``name``, by which an address may choose it, a ``title`` and
        the ``chapters``, of which the cards come in turn.

    Raises
    ------
    traitlets.TraitError
        If a chapter's part is not one of `parts`.
    """

    _esm = module("deck.js")
    _css = stylesheet("deck.css")
    _shown: ClassVar[tuple[str, ...]] = ("parts",)

    parts = List(Unicode()).tag(sync=True)
    chapters = Dict().tag(sync=True)
    drills = Dict().tag(sync=True)
    sets = List(Dict()).tag(sync=True)

    def __init__(
        self, parts: list[str], chapters: dict[str, int], drills: dict[str, str], **traits: Any
    ) -> None:
        super().__init__(parts=parts, chapters=chapters, drills=drills, **traits)

    @validate("chapters")
    def _check_chapters(self, proposal: dict[str, Any]) -> dict[str, int]:
        chapters: dict[str, int] = proposal["value"]
        for chapter, part in chapters.items():
            if part not in range(len(self.parts)):
                raise TraitError(f"{chapter} is of part {part}, of {len(self.parts)}")
        return chapters
