"""What a page says of itself where it is not read: to search engines, and where a link is shared.

A description, and a title and a picture by the Open Graph protocol (ogp.me). That wants absolute
addresses, which a built book does not know: ``commands/publish.py`` makes them so.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from rendering.pages import Page

PICTURE = "page.png"
PICTURE_SHOWS = (
    "A page of the book: code, and the widget that it makes, with its controls and plots"
)
LENGTH = 155  # characters; search engines cut off what is much longer
ENOUGH = 60
UNTITLED = {"genindex": "Index", "search": "Search"}


def words(paragraph: nodes.Element) -> str:
    """Return the text of a paragraph in one line."""
    return " ".join(paragraph.astext().split())


def description(document: nodes.Element | None, title: str, book: str) -> str:
    """Return what a page is about: the words that it begins with, up to a sensible length.

    Parameters
    ----------
    document : docutils.nodes.Element or None
        The content of the page, if it has a source.
    title, book : str
        Of the page, and of the book.
    """
    found = ""
    for paragraph in document.findall(nodes.paragraph) if document else ():
        # TeX is no text, and a table's cells are no sentences.
        in_text = isinstance(paragraph.parent, nodes.section | nodes.document)
        if in_text and not paragraph.next_node(nodes.math):
            found = f"{found} {words(paragraph)}".strip()
        if len(found) >= ENOUGH:
            break
    return textwrap.shorten(found or f"{title}: {book}", LENGTH, placeholder=" …")


def tags(page: dict[str, str]) -> str:
    """Return the elements of a head that say all this."""
    named = [f'<meta name="description" content="{escape(page["og:description"])}" />']
    graph = [f'<meta property="{name}" content="{escape(text)}" />' for name, text in page.items()]
    return "\n".join([*named, *graph, ""])


def add_metadata(page: Page) -> None:
    """Give the page that is about to be written its description, title and picture."""
    book = page.app.config.html_title
    node = page.app.env.titles.get(page.name)
    title = (
        node.astext() if node else {"genindex": "Index", "search": "Search"}.get(page.name, book)
    )
    page.context["metatags"] = page.context.get("metatags", "") + tags(
        {
            "og:title": title,
            "og:type": "article" if page.document else "website",
            "og:site_name": book,
            "og:description": description(page.document, title, book),
            "og:image": page.context["pathto"](f"_static/{PICTURE}", 1),
            "og:image:alt": PICTURE_SHOWS,
        }
    )
