"""All pages of the book as one, which a browser prints: ``commands/pdf.py``.

Each page is a chapter; its names, and what leads to them, get the chapter's key, so that they are
the only ones of their kind. What is folded away moves to the end of its chapter, and a link leads
there and back. On which sheets things stand is known once all is printed: until then there are
marks, as wide as the numbers that take their places.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from bs4 import BeautifulSoup, Tag

# What points at names of the same page, besides links.
REFERENCES = ("aria-labelledby", "aria-describedby", "for", "headers")
FOR_HANDS = "script, style, button, .headerlink, .cell-place, .pad-place, .widget-words"
# What is folded away, by what a chapter's end calls it. What is open is no secret.
FOLDS = {
    "Answers": ("answer", "details:not(.hide, [open])"),
    "Code": ("code", "details.hide.above-input"),
}
HEADING = re.compile(r"h([1-5])")
STYLES = re.compile(r'<link [^>]*?href="([^"?]+\.css)[^"]*"[^>]*>')
TITLE = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
MARK = re.compile(r'<span class="sheet" data-of="([^"]+)">[^<]*</span>')


class Chapter(NamedTuple):
    """A page of the book."""

    name: str
    """As the table of contents has it."""

    part: str
    """The part that begins with it, "" inside one."""

    @property
    def key(self) -> str:
        """Return what its names begin with."""
        return self.name.removeprefix("chapters/").replace("/", "-")


def chapters(contents: Path) -> list[Chapter]:
    """Return the pages that a table of contents names, in its order."""
    toc = yaml.safe_load(contents.read_text(encoding="utf-8"))

    def below(entries: list[dict[str, Any]]) -> Iterator[str]:
        for entry in entries:
            yield entry["file"]
            yield from below(entry.get("sections", []))

    found = [Chapter(toc["root"], "")]
    for part in toc.get("parts", []):
        first, *others = below(part["chapters"])
        found += [Chapter(first, part["caption"]), *(Chapter(name, "") for name in others)]
    return found


def fragment(html: str) -> Tag:
    """Return an element from its HTML."""
    found = BeautifulSoup(html, "html.parser").contents[0].extract()
    assert isinstance(found, Tag)
    return found


def sheet_of(name: str) -> str:
    """Return the mark for the number of the sheet on which a name stands."""
    return f'<span class="sheet" data-of="{name}"></span>'


def with_sheets(page: str, sheets: Mapping[str, int]) -> str:
    """Return the one page with the numbers of its sheets in place of the marks."""
    return MARK.sub(lambda found: f'<span class="sheet">{sheets[found[1]]}</span>', page)


def headings(page: str) -> list[str]:
    """Return the text of each heading of the one page, in order."""
    return [" ".join(unescape(TAG.sub("", title)).split()) for title in TITLE.findall(page)]


def article(page: Path) -> Tag:
    """Return what a page says, without what is for hands."""
    text = page.read_text(encoding="utf-8")
    start, end = text.index("<article"), text.index("</article>")
    body = fragment(f"{text[start:end]}</article>")
    for part in body.select(FOR_HANDS):
        part.decompose()
    return body


def address(href: str, chapter: Chapter, known: Mapping[str, Chapter]) -> str | None:
    """Return where a link leads to from the one page; None if to nothing that is in it."""
    if "://" in href or href.startswith("mailto:"):
        return href
    path, _, name = href.partition("#")
    target = posixpath.join(posixpath.dirname(chapter.name), path.removesuffix(".html"))
    other = known.get(posixpath.normpath(target)) if path else chapter
    if other is None:
        return None
    return f"#{other.key}--{name}" if name else f"#{other.key}"


def make_unique(body: Tag, chapter: Chapter, known: Mapping[str, Chapter]) -> None:
    """Give the names of a chapter, and what leads to them, its key."""
    for tag in body.find_all(True):
        if "id" in tag.attrs:
            tag["id"] = f"{chapter.key}--{tag['id']}"
        for attribute in REFERENCES:
            if attribute in tag.attrs:
                names = tag[attribute] if isinstance(tag[attribute], list) else [tag[attribute]]
                tag[attribute] = " ".join(
                    f"{chapter.key}--{name}" for name in " ".join(names).split()
                )
        if "href" in tag.attrs:
            there = address(str(tag["href"]), chapter, known)
            if there is None:
                tag.unwrap()
            else:
                tag["href"] = there


def gather_folds(body: Tag, key: str) -> None:
    """Move what is folded away to the end of a chapter."""
    for called, (kind, selector) in FOLDS.items():
        folds = [fold for fold in body.select(selector) if not fold.find_parent("details")]
        if not folds:
            continue
        end = fragment(f'<section id="{key}--end-{kind}"><h2>{called}</h2></section>')
        for number, fold in enumerate(folds, 1):
            end.append(moved(fold, f"{key}--to-{kind}-{number}", f"{key}--{kind}-{number}", number))
        body.append(end)


def moved(fold: Tag, here: str, there: str, number: int) -> Tag:
    """Return what a fold hides, for another place; its title stays and leads there."""
    title = fold.summary.extract()
    said = escape(title.get_text())
    for part in title.select(".visually-hidden"):
        part.decompose()
    title.name = "span"
    link = f'<a href="#{there}">{number}</a>'
    stays = fragment(f'<p class="fold" id="{here}"> → {link}, p. {sheet_of(there)}</p>')
    stays.insert(0, title)
    fold.replace_with(stays)
    back = f'<p class="fold-title"><a href="#{here}">{number}</a> {said}</p>'
    content = fragment(f'<div class="folded" id="{there}">{back}</div>')
    content.extend(list(fold.children))
    return content


def told(heading: Tag) -> str:
    """Return a heading's text as HTML, without links and the words that are for the ear."""
    return escape(heading.get_text().strip())


def chapter_of(chapter: Chapter, html: Path, known: Mapping[str, Chapter]) -> tuple[str, Tag]:
    """Return a chapter's title, and the chapter as one element."""
    body = article(html / f"{chapter.name}.html")
    make_unique(body, chapter, known)
    gather_folds(body, chapter.key)
    for picture in body.select("img"):
        path = posixpath.join(posixpath.dirname(chapter.name), str(picture["src"]))
        picture["src"] = (html / posixpath.normpath(path)).as_uri()
        del picture["loading"]  # what comes when it is scrolled near does not come here
    title = told(body.h1)
    # The parts have the first level; the chapter before them has no part.
    for heading in body.find_all(HEADING):
        heading.name = f"h{int(heading.name[1]) + 1}"
    body.h2["class"] = "chapter-title"
    if not known or chapter == next(iter(known.values())):
        body.h2.name = "h1"
    body["id"] = chapter.key
    body["class"] = [*body["class"], "chapter"]
    body["style"] = f"page: {chapter.key}"
    if chapter.part:
        body.insert(0, fragment(f'<h1 class="part">{escape(chapter.part)}</h1>'))
    return title, body


def join(html: Path, contents: Path, title: str, version: str, terms: str) -> str:
    """Return the whole book as one page.

    Parameters
    ----------
    html : Path
        The built pages.
    contents : Path
        The table of contents, ``_toc.yml``.
    title, version, terms : str
        What the first sheet says.
    """
    html = html.resolve()
    known = {chapter.name: chapter for chapter in chapters(contents)}
    lines, bodies, heads = [], [], []
    for chapter in known.values():
        name, body = chapter_of(chapter, html, known)
        if chapter.part:
            lines.append(f'<li class="part">{escape(chapter.part)}</li>')
        key = chapter.key
        lines.append(f'<li><a href="#{key}">{name}</a><i></i>{sheet_of(key)}</li>')
        bodies.append(str(body))
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        heads.append(f'@page {key} {{ @top-right {{ content: "{quoted}" }} }}')
    first = html / f"{next(iter(known))}.html"
    styles = STYLES.findall(first.read_text(encoding="utf-8").partition("</head>")[0])
    links = "".join(
        f'<link rel="stylesheet" href="{(first.parent / href).resolve().as_uri()}">'
        for href in styles
    )
    own = (Path(__file__).parent / "onepage.css").read_text(encoding="utf-8")
    return f"""<!doctype html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{escape(title)}</title>{links}
<style>{own}{"".join(heads)}</style></head>
<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">
<div class="title-page"><p class="title">{escape(title)}</p>
<p>Version {escape(version)}</p><p>{escape(terms)}</p></div>
<nav class="bd-article contents"><h1>Contents</h1><ul>{"".join(lines)}</ul></nav>
{"".join(bodies)}</div></div></main></body></html>
"""
