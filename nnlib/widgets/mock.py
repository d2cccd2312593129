"""A mock interview with questions that branch; its debrief; the sheet of the one who asks.

The widgets are *given* the interview, by `nnlib.practice`, and draw a session of it in the page
from a number. The clock runs while a question is open and stands while answers are compared. What
the reader said, wrote and rated stays in the browser, where the debrief finds it.
"""

from typing import Any, ClassVar

from traitlets import Dict, Int, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet

FIELDS = ("title", "mark", "opening", "unlisted", "screens", "points", "items", "scenes", "parts")
MOST = 9999  # the largest number of a session, as in sitting.js


class Interviewing(Widget):
    """What the widgets of an interview share.

    Parameters
    ----------
    interview : dict
        As `nnlib.practice.mock.load` returns it.
    titles : dict of str to str
        The titles of the chapters that the rubric names.
    base : str
        What leads from the widget's page to the chapters' pages.

    Raises
    ------
    traitlets.TraitError
        If `interview` lacks one of its fields.
    """

    interview = Dict().tag(sync=True)
    titles = Dict().tag(sync=True)
    base = Unicode().tag(sync=True)

    def __init__(
        self, interview: dict[str, Any], titles: dict[str, str], base: str = "", **traits: Any
    ) -> None:
        super().__init__(interview=interview, titles=titles, base=base, **traits)

    @validate("interview")
    def _check_interview(self, proposal: dict[str, Any]) -> dict[str, Any]:
        interview: dict[str, Any] = proposal["value"]
        for field in FIELDS:
            if not interview.get(field):
                raise TraitError(f"interview has no {field!r}")
        return interview


class MockInterview(Interviewing):
    """A mock interview; parameters and errors as of `Interviewing`.

    Attributes
    ----------
    session : dict
        Empty before the start; then the session's ``number`` and ``screen`` (minutes), the current
        ``part`` and ``step``, the ``phase`` (asking, choosing, probing, marking, done), the
        milliseconds ``spent`` on each part, for each of the ``steps`` the hints, the probe, the
        notes and how lines were rated, the ``work`` in the pad, the date it ``began``, the
        milliseconds of that moment as ``at``, and the ``mark`` of the interview.
    """

    _esm = module("mock.js")
    _css = stylesheet("mock.css")
    _shown: ClassVar[tuple[str, ...]] = ("name",)
    _restored: ClassVar[tuple[str, ...]] = ("session",)

    session = Dict().tag(sync=True)
    name = Unicode("mock").tag(sync=True)


class Debrief(Interviewing):
    """The debrief of the last interview; parameters and errors as of `Interviewing`."""

    _esm = module("debrief.js")
    _css = stylesheet("mock.css")


class InterviewerSheet(Interviewing):
    """All that a session's questions lead to, for the one who asks.

    Parameters and errors are those of `Interviewing`; further

    Attributes
    ----------
    number : int
        The number of the session, from 1 to 9999.
    screen : int
        The minutes of the interview, one of its ``screens``.

    Raises
    ------
    traitlets.TraitError
        If the number or the screen is not one of those.
    """

    _esm = module("sheet.js")
    _css = stylesheet("mock.css")
    _shown: ClassVar[tuple[str, ...]] = ("number", "screen")
    _restored: ClassVar[tuple[str, ...]] = ("number", "screen")

    number = Int(1, min=1, max=MOST).tag(sync=True)
    screen = Int(45).tag(sync=True)

    @validate("screen")
    def _check_screen(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] not in self.interview.get("screens", []):
            raise TraitError(f"there is no screen of {proposal['value']} minutes")
        return int(proposal["value"])
