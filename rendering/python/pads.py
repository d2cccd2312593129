"""Code pads: where they stand, and the files that make pads and cells work."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from rendering.python.cells import MARK as CELL
from rendering.python.cells import about
from rendering.python.obtain import HERE, MissingError, python_folder
from rendering.python.packs import NNLIB, write_packs
from rendering.python.script import embedded, joined, styles, unindented

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from rendering.pages import Page

SECTION = "Your answer"  # of a drill's page; its pad stands before the first cell there
PLACE = '<div class="pad-place">'
WORDS = "The code pad needs JavaScript. JupyterLab does without."
SCRIPT, STYLE = "pad.js", "pad.css"
STYLES = (NNLIB / "widgets" / "shared.css", HERE / STYLE)
SCRIPTS = {PLACE: SCRIPT, CELL: "cells.js"}  # by what a page has that needs it


def place(description: dict[str, Any]) -> str:
    """Return the element in which ``pad.js`` makes a pad."""
    words = f'<p class="pad-words">{escape(WORDS)}</p>'
    return f"{PLACE}{embedded(description)}{words}</div>"


def drill_place(name: str) -> str:
    """Return the place of a drill's pad."""
    from nnlib.practice import drill

    chosen = drill(name)
    tasks = [("the drill", ""), *((f"twist: {t.title}", t.name) for t in chosen.twists)]
    return place(
        {
            "name": name,
            "title": chosen.title,
            "stub": chosen.stub,
            "tasks": [{"title": title, "drill": name, "twist": twist} for title, twist in tasks],
            **about(),
        }
    )


def blank_place(name: str, title: str, drills: list[str]) -> str:
    """Return the place of a pad that begins empty and is judged as one of several drills."""
    tasks = [{"title": one, "drill": one, "twist": ""} for one in drills]
    return place({"name": name, "title": title, "stub": "", "tasks": tasks, **about()})


class CodePad(SphinxDirective):
    """A blank pad on any page: its name, then the drills that it can be judged as."""

    required_arguments = 2
    final_argument_whitespace = True
    option_spec: ClassVar = {"title": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the pad, for pages in HTML alone.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            If there is no drill of a name, or the pad has that of one, or no title, or stands in a
            notebook.
        """
        from nnlib.practice.catalog import NAMES

        name, drills = self.arguments[0], self.arguments[1].split()
        unknown = [one for one in drills if one not in NAMES]
        if unknown:
            raise self.error(f"there is no drill {unknown[0]}")
        if name in NAMES:
            raise self.error(f"{name} is a drill, whose own pad keeps its code under that name")
        if "title" not in self.options:
            raise self.error("a code pad needs a :title:")
        if str(self.env.doc2path(self.env.docname)).endswith(".ipynb"):
            raise self.error("a chapter's cells run already: a code pad stands on a page of text")
        html = blank_place(name, self.options["title"], drills)
        return [nodes.raw("", html, format="html")]


class Pads(SphinxPostTransform):
    """Put a pad before the first code cell of the answer that a drill's page asks for."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Place the pad of one document, if it is a drill's.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        from nnlib.practice.catalog import NAMES

        name = self.env.docname.rpartition("/")[2]
        if name not in NAMES:
            return
        for section in self.document.findall(nodes.section):
            if section[0].astext() == SECTION:
                cell = next(
                    node
                    for node in section.findall(nodes.container)
                    if node.get("nb_element") == "cell_code"
                )
                html = drill_place(name)
                cell.parent.insert(cell.parent.index(cell), nodes.raw("", html, format="html"))


def write_files(static: Path) -> None:
    """Write what pads need into the built book's static folder: with Python, if it is to be had."""
    target = static / "python"
    shutil.rmtree(target, ignore_errors=True)
    static.mkdir(parents=True, exist_ok=True)
    try:
        files = json.dumps(write_packs(python_folder(), target))
    except MissingError:
        files = "null"
    for name in SCRIPTS.values():
        script = joined(HERE / name).replace('"FILES"', files)
        (static / name).write_text(unindented(script), encoding="utf-8")
    (static / STYLE).write_text(unindented(styles(*STYLES)), encoding="utf-8")


def prepare(app: Sphinx) -> None:
    """Write the files before the pages, which name them with the digests of their contents.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    """
    if app.builder.format == "html":
        write_files(Path(app.outdir) / "_static")


def load(page: Page) -> None:
    """Let a page that has a pad, or cells that run, load the script of those, and no other page."""
    for mark, script in SCRIPTS.items():
        if mark in page.context.get("body", ""):
            page.app.add_css_file(STYLE)
            page.app.add_js_file(script, loading_method="defer")
