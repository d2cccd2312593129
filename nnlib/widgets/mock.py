"""A timed mock interview: questions step by step, a clock, a rubric to tick, a summary to save.

The widget is *given* the interview, by `nnlib.practice.mock_interview`, and draws a session of it
in the page. The clock runs while a question is open and stands while answers are compared.
"""

from typing import Any, ClassVar

from traitlets import Dict, TraitError, Unicode, validate

from nnlib.widgets.base import Widget, module, stylesheet


class MockInterview(Widget):
    """A mock interview.

    Parameters
    ----------
    interview : dict
        As `nnlib.practice.mock.load` returns it.
    titles : dict of str to str
        The titles of the chapters that the rubric names.
    base : str
        What leads from the widget's page to the chapters' pages.

    Attributes
    ----------
    session : dict
        Empty before the start; then the session's ``number``, the current ``part`` and ``step``,
        the ``phase`` (asking, marking, done), the milliseconds ``spent`` on each part, the
        rubric's ``ticks``, the date it ``began``, and the ``mark`` of the interview.

    Raises
    ------
    traitlets.TraitError
        If `interview` lacks scenes, parts or mark.
    """

    _esm = module("mock.js")
    _css = stylesheet("mock.css")
    _shown: ClassVar[tuple[str, ...]] = ("name",)
    _restored: ClassVar[tuple[str, ...]] = ("session",)

    interview = Dict().tag(sync=True)
    titles = Dict().tag(sync=True)
    session = Dict().tag(sync=True)
    base = Unicode().tag(sync=True)
    name = Unicode("mock").tag(sync=True)

    def __init__(
        self, interview: dict[str, Any], titles: dict[str, str], base: str = "", **traits: Any
    ) -> None:
        super().__init__(interview=interview, titles=titles, base=base, **traits)

    @validate("interview")
    def _check_interview(self, proposal: dict[str, Any]) -> dict[str, Any]:
        interview: dict[str, Any] = proposal["value"]
        for field in ("title", "mark", "scenes", "parts"):
            if not interview.get(field):
                raise TraitError(f"interview has no {field!r}")
        return interview
