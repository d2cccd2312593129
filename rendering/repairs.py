"""Repairs of markup that others write: what a screen reader stumbles over, what shows too late.

Each one names who writes it. A repair that finds nothing any more can go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from rendering.pages import Page

REPAIRS: tuple[tuple[str, str], ...] = (
    # docutils: a bibliography is a list, but the role of its entries is withdrawn from ARIA, and no
    # list may hold it.
    (' role="doc-biblioentry"', ' role="listitem"'),
    # pandas and MyST: the empty corner of a table is the header of nothing.
    ("<th></th>", "<td></td>"),
    ('<th class="head"><p></p></th>', '<td class="head"></td>'),
)
# MathJax: a browser may break a line on either side of a drawing, and a comma then begins the next.
BESIDE_FORMULA = re.compile(
    r'([(\[“‘]*)(<span class="math notranslate nohighlight">.*?</mjx-container></span>)'
    r"([^\s<&\-–—/]{0,12}[\-–—/]?)",
    re.DOTALL,
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
# From the end of a tag on, for a search that begins at each letter takes minutes for all pages.
CHEVRON = re.compile(r"(?<=>)([^<>]+)(</a><details[^>]*><summary)>")
# The theme: what two of its buttons do, where no policy allows it (see buttons.js). sphinx-design:
# a label names the field that it is for, and controls nothing beside that.
WRONG = re.compile(
    r' onclick="(?:toggleFullScreen|window\.print)\(\)"|(?<=<label) aria-controls="[^"]*"'
)
# Sphinx: the page that follows, which Firefox then fetches before anyone has asked for it.
NEXT = re.compile(r'\s*<link rel="next"[^>]*>')
# Sphinx, docutils and the theme each write one.
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')


def repair_page(page: Page) -> None:
    """Repair the body of the page that is about to be written."""
    if "body" in page.context:
        body = page.context["body"]
        for wrong, right in REPAIRS:
            body = body.replace(wrong, right)
        page.context["body"] = with_unbroken_formulas(body)


def with_unbroken_formulas(body: str) -> str:
    """Return a page whose formulas keep the brackets, commas and letters that they touch."""

    def kept(found: re.Match[str]) -> str:
        touched = found[1] or found[3]
        return f'<span class="unbroken">{found[0]}</span>' if touched else found[0]

    return BESIDE_FORMULA.sub(kept, body)


def with_repaired_head(page: str) -> str:
    """Return a page as it was written with its head, which comes from templates, repaired."""
    head, body, rest = page.partition("<body")
    first = VIEWPORT.search(head)
    if first:
        head = head[: first.end()] + VIEWPORT.sub("", head[first.end() :])
    head = NEXT.sub("", head)
    return head.replace(THEME, THEME_AT_ONCE) + body + rest


def with_names(page: str) -> str:
    """Return a page whose dialogs and chevrons, which come from templates, have names."""
    for dialog, name in DIALOGS.items():
        page = page.replace(dialog, f'{dialog[:-1]} aria-label="{name}">')
    return CHEVRON.sub(r'\1\2 aria-label="Pages of \1">', page)


def without_wrong(page: str) -> str:
    """Return a page without the attributes that should not be there."""
    return WRONG.sub("", page)


class Unnested(SphinxPostTransform):
    """Take paragraphs and lists out of paragraphs, where no HTML may have them.

    Sphinx's field lists have them in the description of a parameter that takes more than a line.
    """

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Mend one document.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if any(is_block(child) for child in paragraph):
                paragraph.replace_self(unnested(paragraph))


def is_block(node: nodes.Node) -> bool:
    """Return whether a node stands between paragraphs, and not inside one."""
    return isinstance(node, nodes.Body) and not isinstance(node, nodes.Inline)


def unnested(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """Return a paragraph, and after it the blocks that it holds; a first one of text joins it."""
    children = list(paragraph.children)
    at = next(i for i, child in enumerate(children) if is_block(child))
    first, *rest = children[at:]
    if isinstance(first, nodes.paragraph):
        return [nodes.paragraph("", "", *children[:at], *first.children), *rest]
    return [nodes.paragraph("", "", *children[:at]), first, *rest]


def with_text_first(page: str) -> str:
    """Return a page whose text comes before the list of pages; `style.css` shows that first."""
    return SIDEBAR.sub(r"\2\n\1", page)
