"""What the rendered book needs beyond Jupyter Book, as one Sphinx extension.

Formulas are typeset while the book is built (``typesetter``, ``formulas``, ``glyphs``), widgets run
in the page without a kernel (``places``, ``host.js``; ``quizzes`` for paper), so does Python in its
code pads and cells (``python``). The page reads well in both themes, on a phone, on paper, by
keyboard and by ear (``style.css``, ``print.css``, ``scrolling.js``, ``page_list.js``,
``dialogs.js``, ``folds``, ``repairs``), and is light (``weight``, ``scripts``, ``styles``). Old
addresses lead on (``redirects``). A page says what it is about (``metadata``) and where it comes
from (``repository``). It asks no other host for anything, and runs nothing but the book's own
scripts (``policy``). Nothing in it moves when a widget comes (``heights``). What was read opens
again without a network (``offline``). The search shows chapters first (``scorer.js``).
``finish`` does what must wait until all pages stand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.osutil import ensuredir

from rendering import folds, formulas, glyphs, outputs, repairs
from rendering.finish import finish_pages
from rendering.metadata import PICTURE, add_metadata
from rendering.offline import SCRIPT
from rendering.pages import Page, before_writing, were_written
from rendering.places import Places
from rendering.python import cells, pads
from rendering.repository import correct_buttons, name_repository

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

HERE = Path(__file__).parent
# host.js is copied like the others, but only pages with widgets ask for it: see nb_ipywidgets_js
# in _config.yml.
STATIC_FILES = (
    "style.css",
    "print.css",
    "scrolling.js",
    "page_list.js",
    "dialogs.js",
    "buttons.js",
    SCRIPT,
    "host.js",
    PICTURE,
)
MATH_CSS = "formulas.css"


def add_files(app: Sphinx, config: Config) -> None:
    """Have Sphinx copy this package's files into ``_static``, and find its templates.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    config : sphinx.config.Config
        Its configuration.
    """
    # Added here, one by one: Jupyter Book would load every script of a ``_static`` folder on every
    # page.
    config.html_static_path.extend(str(HERE / name) for name in STATIC_FILES)
    config.templates_path.append(str(HERE / "templates"))
    config.html_search_scorer = str(HERE / "scorer.js")


def write_math_css(app: Sphinx, error: Exception | None) -> None:
    """Write MathJax's own style sheet beside the others.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    error : Exception or None
        What ended the build early, if anything did.
    """
    if were_written(app, error):
        folder = Path(app.outdir) / "_static"
        ensuredir(folder)
        css = app.typesetter.css().replace("path[data-c]", "path").replace("use[data-c]", "use")  # type: ignore[attr-defined]
        (folder / MATH_CSS).write_text(css, encoding="utf-8")


def prepare_search_page(page: Page) -> None:
    """Let the search page work from ``file://``, where no page can fetch a summary of another."""
    if page.name == "search":
        body = (
            'if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;'
        )
        page.app.add_js_file(None, body=body)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.

    Returns
    -------
    dict
        What Sphinx wants to know of an extension.
    """
    app.add_config_value("rendering_macros", {}, "html", dict)
    app.add_config_value("rendering_addresses", {}, "html", dict)
    app.add_html_math_renderer(
        "typeset", (formulas.visit_inline, None), (formulas.visit_display, None)
    )
    app.add_post_transform(Places)
    app.add_post_transform(outputs.Outputs)
    app.add_post_transform(repairs.Unnested)
    app.add_post_transform(pads.Pads)
    app.add_directive("code-pad", pads.CodePad)
    app.add_post_transform(cells.Cells)
    app.add_node(folds.Fold, html=(folds.visit_fold, folds.depart_fold))
    app.add_node(folds.FoldTitle, html=(folds.visit_title, folds.depart_title))
    app.add_post_transform(folds.Folds)
    app.add_css_file(MATH_CSS)
    app.add_css_file("style.css", priority=900)  # after the theme, which it corrects
    app.add_css_file("print.css", priority=901, media="print")
    app.add_js_file("scrolling.js", loading_method="defer")
    app.add_js_file("page_list.js", loading_method="defer")
    app.add_js_file("dialogs.js", loading_method="defer")
    app.add_js_file("buttons.js", loading_method="defer")
    app.add_js_file(SCRIPT, loading_method="defer")
    app.connect("config-inited", add_files, priority=700)  # before Sphinx checks the paths, at 800
    app.connect("config-inited", name_repository)
    app.connect("builder-inited", formulas.start)
    app.connect("builder-inited", pads.prepare)
    before_writing(app, glyphs.share_in_page)
    before_writing(app, repairs.repair_page)
    before_writing(app, prepare_search_page)
    before_writing(app, pads.load)
    before_writing(app, add_metadata)
    before_writing(app, correct_buttons, priority=900)  # after the theme has made them
    app.connect("build-finished", write_math_css)
    app.connect("build-finished", formulas.finish, priority=900)  # when no formula is left to set
    app.connect("build-finished", finish_pages, priority=900)  # when all stand
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
