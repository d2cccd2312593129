"""A formula in a page: ``$…$``, ``$$…$$`` and amsmath environments of the sources, as HTML.

This is Sphinx's *math renderer* ``typeset``: it hands each formula to the typesetter, numbers the
labeled ones, and turns an error of TeX into a warning that names the page and the formula, which
``-W`` turns into a failed build.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from rendering.typesetter import FormulaError, Typesetter

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html import HTML5Translator

logger = logging.getLogger(__name__)

# Attributes that MathJax writes for its own menu, for stand-alone SVG files or for debugging: a
# third of the weight of a formula. The style sheet looks at two of them, which stay.
IDLE_ATTRIBUTE = re.compile(
    r' (?:data-mml-node="(?!mtable|merror)[^"]*"|data-mjx-texclass="[^"]*"|xmlns="[^"]*"'
    r'|role="img"|focusable="false"|unselectable="on"|stroke-width="0"'
    r'|style="position: relative;")'
)
WIDTH = re.compile(r'<svg [^>]*?width="([\d.]+)ex"')
# An inline formula cannot break at the end of a line. Beyond this many ex it does not fit a phone,
# and scrolls.
WIDEST_INLINE = 38.0


def lean(svg: str) -> str:
    """Drop the attributes of MathJax's output that nothing in the page looks at.

    Parameters
    ----------
    svg : str
        An ``<mjx-container>`` element.

    Returns
    -------
    str
        The same formula, about a third lighter.
    """
    return IDLE_ATTRIBUTE.sub("", svg)


def display_tex(tex: str) -> str:
    r"""Return the TeX for the content of a display, as authors expect it to be read.

    Parameters
    ----------
    tex : str
        One formula, or several separated by blank lines; ``\\`` may break lines in each.

    Returns
    -------
    str
        TeX that MathJax accepts as one display.
    """
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    # An environment brings its own alignment; a bare line break needs one around it.
    parts = [
        rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part and r"\begin{" not in part else part
        for part in parts
    ]
    if len(parts) < 2:
        return "".join(parts)
    return r"\begin{gathered}" + r" \\ ".join(parts) + r"\end{gathered}"


def typeset(translator: HTML5Translator, node: nodes.Element, tex: str, *, display: bool) -> str:
    """Typeset one formula, or warn that it cannot be.

    Parameters
    ----------
    translator : sphinx.writers.html.HTML5Translator
        The writer of the current page.
    node : docutils.nodes.Element
        The formula, for its place in the sources.
    tex : str
        TeX math, without delimiters.
    display : bool
        Whether the formula stands on a line of its own.

    Returns
    -------
    str
        HTML.
    """
    typesetter: Typesetter = translator.builder.app.typesetter
    try:
        return lean(typesetter.svg(tex, display=display))
    except FormulaError as error:
        # Page titles are rendered apart from their page and have no document to ask.
        page = getattr(translator.builder, "current_docname", "") or "?"
        logger.warning(
            "%s: TeX does not accept %r: %s", page, tex, error, location=node, type="rendering"
        )
        return f"<code>{translator.encode(tex)}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line.

    Parameters
    ----------
    translator : sphinx.writers.html.HTML5Translator
        The writer of the current page.
    node : docutils.nodes.math
        The formula.
    """
    svg = typeset(translator, node, node.astext(), display=False)
    width = WIDTH.search(svg)
    wide = " wide" if width and float(width[1]) > WIDEST_INLINE else ""
    translator.body.append(
        translator.starttag(node, "span", "", CLASS=f"math notranslate nohighlight{wide}")
    )
    translator.body.append(svg + "</span>")
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one.

    Parameters
    ----------
    translator : sphinx.writers.html.HTML5Translator
        The writer of the current page.
    node : docutils.nodes.math_block
        The formula.
    """
    # "nowrap" marks a complete amsmath environment.
    tex = node.astext() if node.get("nowrap") else display_tex(node.astext())
    translator.body.append(
        translator.starttag(node, "div", "", CLASS="math notranslate nohighlight")
    )
    translator.body.append(
        '<div class="equation">' + typeset(translator, node, tex, display=True) + "</div>"
    )
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def start(app: Sphinx) -> None:
    """Give the build its typesetter.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    """
    app.typesetter = Typesetter(app.config.rendering_macros)  # type: ignore[attr-defined]


def finish(app: Sphinx, error: Exception | None) -> None:
    """End the typesetter's process with the build.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    error : Exception or None
        What ended the build early, if anything did.
    """
    app.typesetter.close()  # type: ignore[attr-defined]
