"""Repairs of markup that others write and that a screen reader stumbles over.

Each one names who writes it. A repair that finds nothing any more can go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

REPAIRS: tuple[tuple[str, str], ...] = (
    # docutils: a bibliography is a list, but the role of its entries is withdrawn from ARIA, and no
    # list may hold it.
    (' role="doc-biblioentry"', ' role="listitem"'),
    # pandas and MyST: the empty corner of a table is the header of nothing.
    ("<th></th>", "<td></td>"),
    ('<th class="head"><p></p></th>', '<td class="head"></td>'),
)


def repair_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Repair the body of the page that is about to be written.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    pagename, templatename : str
        The page and its template.
    context : dict
        The variables of the template, changed in place.
    doctree : docutils.nodes.document or None
        The page's content, if it has a source.
    """
    for wrong, right in REPAIRS:
        if "body" in context:
            context["body"] = context["body"].replace(wrong, right)
