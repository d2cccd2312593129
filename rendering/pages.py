"""The page that Sphinx is about to write, as one value, for whoever changes it before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
