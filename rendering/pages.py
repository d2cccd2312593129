"""The page that Sphinx is about to write, as one value, for whoever changes it before.

And whether there were any, for whoever finishes what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sphinx.util.build_phase import BuildPhase

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes
    from sphinx.application import Sphinx


class Page(NamedTuple):
    """A page, with the variables of its template, which a change may set."""

    app: Sphinx
    name: str
    context: dict[str, Any]
    document: nodes.document | None  # its content, if it has a source


def were_written(app: Sphinx, error: Exception | None) -> bool:
    """Return whether a build has come to its end and has written pages for a browser.

    Where no page is out of date, Sphinx writes none and copies nothing: all stands as it was
    finished before.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    error : Exception or None
        What ended the build early, if anything did.
    """
    wrote = app.phase >= BuildPhase.RESOLVING
    return error is None and app.builder.format == "html" and wrote


def before_writing(app: Sphinx, change: Callable[[Page], None], priority: int = 500) -> None:
    """Have every page changed that is about to be written.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    change : callable
        Is called with each page.
    priority : int
        Of two changes, that with the smaller number comes first.
    """

    def hear(
        app: Sphinx, name: str, _: str, context: dict[str, Any], document: nodes.document | None
    ) -> None:
        change(Page(app, name, context, document))

    app.connect("html-page-context", hear, priority=priority)
