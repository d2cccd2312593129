"""What is folded away, as ``<details>`` that say what they hide.

An answer was an admonition that sphinx-togglebutton folds by a script, once the page has shown it,
under a button named "Toggle hidden content"; and so did MyST-NB name folded code. Here both are
folded in the page as it is written, need no script, and have names of their own.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

LENGTH = 60  # characters; a name is heard, and ends where it is told from the others


class Fold(nodes.General, nodes.Element):
    """A fold: its first child is its title, the rest is hidden; ``about`` completes its name."""


class FoldTitle(nodes.General, nodes.TextElement):
    """The line of a fold that always shows."""


def visit_fold(translator: HTML5Translator, node: Fold) -> None:
    """Begin a fold."""
    translator.body.append(translator.starttag(node, "details", CLASS="admonition"))


def depart_fold(translator: HTML5Translator, node: Fold) -> None:
    """End a fold."""
    translator.body.append("</details>\n")


def visit_title(translator: HTML5Translator, node: FoldTitle) -> None:
    """Begin the line that always shows."""
    translator.body.append('<summary class="admonition-title">')


def depart_title(translator: HTML5Translator, node: FoldTitle) -> None:
    """End the line that always shows; what completes its name is for screen readers."""
    about = node.parent["about"]
    more = f'<span class="visually-hidden">: {escape(about)}</span>' if about else ""
    translator.body.append(f"{more}</summary>\n")


def plain(node: nodes.Element) -> str:
    """Return the beginning of a node's text, without formulas."""
    words = [str(text) for text in node.findall(nodes.Text) if not in_formula(text)]
    return textwrap.shorten("".join(words), LENGTH, placeholder=" …")


def in_formula(text: nodes.Text) -> bool:
    """Return whether a text is the TeX of a formula."""
    return isinstance(text.parent, nodes.math | nodes.math_block)


def task_of(fold: nodes.Element) -> str:
    """Return what an answer answers: the numbered task just before it, or its section."""
    before = fold.parent[fold.parent.index(fold) - 1]
    if isinstance(before, nodes.paragraph):
        first = next((part for part in before if part.astext()), None)
        if isinstance(first, nodes.strong):
            return plain(before)
    section = fold.parent
    while not isinstance(section, nodes.section):
        section = section.parent
    return plain(section[0])


def about_cell(cell: nodes.Element) -> str:
    """Return what a folded cell is about: the caption of its figure, else its first line."""
    for caption in cell.findall(nodes.caption):
        return plain(caption)
    lines = next(cell.findall(nodes.literal_block)).astext().splitlines()
    telling = [line for line in lines if line and not line.startswith(("import ", "from "))]
    return textwrap.shorten((telling or lines)[0], LENGTH, placeholder=" …")


def called(part: nodes.Element, usual: str) -> str:
    """Return what the line of a folded cell says: its author's words, else what it hides.

    Parameters
    ----------
    part : docutils.nodes.Element
        What MyST-NB hides.
    usual : str
        How its own words begin, for a cell whose author set none.
    """
    words: str = part["prompt_show"]
    if words.startswith(usual):
        return "Code" if "above-input" in part["classes"] else "Output"
    words = words.removeprefix("Show ")
    return words[:1].upper() + words[1:]


class Folds(SphinxPostTransform):
    """Make folds of the answers and the folded cells of a document."""

    default_priority = 201  # MyST-NB folds cells at 199
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Replace the admonitions of the class ``dropdown`` and MyST-NB's hidden cells.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        answers = [a for a in self.document.findall(nodes.admonition) if "dropdown" in a["classes"]]
        titles = Counter(answer[0].astext() for answer in answers)
        for answer in answers:
            title, *hidden = answer.children
            about = task_of(answer) if titles[title.astext()] > 1 else ""
            line = FoldTitle("", "", *title.children)
            fold = Fold("", line, *hidden, classes=answer["classes"], ids=answer["ids"])
            answer.replace_self(with_name(fold, about))
        for cell in self.document.findall(nodes.container):
            # MyST-NB leaves some of these without a parent.
            for i, part in enumerate(cell.children):
                if isinstance(part, HideCodeCellNode):
                    usual = self.config.nb_code_prompt_show.partition("{type}")[0]
                    line = FoldTitle("", called(part, usual))
                    fold = Fold("", line, *part.children, classes=["hide", *part["classes"]])
                    cell[i] = with_name(fold, about_cell(cell))


def with_name(fold: Fold, about: str) -> Fold:
    """Return a fold with what completes its name."""
    fold["about"] = about
    return fold
