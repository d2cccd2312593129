"""Repairs of markup that others write: what a screen reader stumbles over, what shows too late.

Each one names who writes it. A repair that finds nothing any more can go.
"""

from __future__ import annotations

import re
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
# The pydata theme decides between light and dark in a script that comes last; until then the page
# is light. The mode is known at once, and so is what the system prefers.
THEME = 'document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";'
THEME_AT_ONCE = """\
{ const chosen = document.documentElement.dataset.mode;
    const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.dataset.theme = chosen === "auto" ? preferred : chosen; }"""
# The theme: its dialogs have no names, nor has the chevron that unfolds the pages below another.
DIALOGS = {
    '<dialog id="pst-search-dialog">': "Search this book",
    '<dialog id="pst-primary-sidebar-modal">': "The book's pages",
    '<dialog id="pst-secondary-sidebar-modal">': "Contents of this page",
}
# The theme: its list of all pages stands before the text, some forty stops of the Tab key.
SIDEBAR = re.compile(
    r'(<dialog id="pst-primary-sidebar-modal".*?)\s*(<main id="main-content".*</main>)',
    re.DOTALL,
)
CHEVRON = re.compile(r"([^<>]+)(</a><details[^>]*><summary)>")
# Sphinx, docutils and the theme each write one.
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')


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


def with_repaired_head(page: str) -> str:
    """Return a page as it was written with its head, which comes from templates, repaired."""
    head, body, rest = page.partition("<body")
    first = VIEWPORT.search(head)
    if first:
        head = head[: first.end()] + VIEWPORT.sub("", head[first.end() :])
    return head.replace(THEME, THEME_AT_ONCE) + body + rest


def with_names(page: str) -> str:
    """Return a page whose dialogs and chevrons, which come from templates, have names."""
    for dialog, name in DIALOGS.items():
        page = page.replace(dialog, f'{dialog[:-1]} aria-label="{name}">')
    return CHEVRON.sub(r'\1\2 aria-label="Pages of \1">', page)


def with_text_first(page: str) -> str:
    """Return a page whose text comes before the list of pages; `style.css` shows that first."""
    return SIDEBAR.sub(r"\2\n\1", page)
