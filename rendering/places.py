"""A place is where a widget stands in a page.

It is an element that holds the description of the view, words for the reader whose browser runs
no JavaScript, and what stands on paper: a quiz written out, or what the widget is and where the
figure is that tells the same story. ``host.js`` finds the places of a page and brings them to life.
"""

from __future__ import annotations

import json
from html import escape
from importlib import import_module
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform

from rendering.quizzes import written

VIEW = '<script type="application/vnd.jupyter.widget-view+json">'
WORDS = "This widget needs JavaScript."
PAPER = "On a screen a widget stands here."
QUIZ = "nnlib.widgets.quiz.Quiz"


def first_words(identity: str) -> str:
    """Return what a widget of the book is, by the first line of its class; "" for another."""
    module, _, name = identity.rpartition(".")
    if not module.startswith("nnlib.widgets."):
        return ""
    documented = getattr(import_module(module), name).__doc__
    return f" <em>{escape(documented.splitlines()[0])}</em>"


class Places(SphinxPostTransform):
    """Wrap each widget view that MyST-NB writes into a place of its own."""

    # Right after MyST-NB has chosen, at priority 4, which form of each output the page shows.
    default_priority = 5
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Replace the bare view scripts of one document.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        for node in list(self.document.findall(nodes.raw)):
            if node.get("format") == "html" and node.astext().startswith(VIEW):
                place = f'<div class="widget-place">{node.astext()}{self.words(node)}</div>'
                node.replace_self(nodes.raw(place, place, format="html"))

    def words(self, view: nodes.raw) -> str:
        """Return what stands in a place beside its view."""
        state = self.state(view)
        if state.get("_anywidget_id") == QUIZ:
            still = f'<div class="widget-still written">{written(state)}</div>'
            return f'<p class="widget-words">{WORDS}</p>{still}'
        figure = self.figure_beside(view)
        what = first_words(state.get("_anywidget_id", ""))
        return (
            f'<p class="widget-words">{WORDS}{figure}</p>'
            f'<p class="widget-still">{PAPER}{what}{figure}</p>'
        )

    def state(self, view: nodes.raw) -> dict[str, Any]:
        """Return the state of the widget of a view, as the page embeds it."""
        identity = json.loads(view.astext().removeprefix(VIEW).partition("</script>")[0])
        files = NbMetadataCollector.get_js_files(self.env, self.env.docname)
        bodies = (options.get("body", "") for _, options in files.values())
        models = next(json.loads(body)["state"] for body in bodies if '"state"' in body)
        state: dict[str, Any] = models.get(identity["model_id"], {}).get("state", {})
        return state

    def figure_beside(self, view: nodes.raw) -> str:
        """Return a sentence that leads to the next figure of the same section, "" without one."""
        section: nodes.Node = view
        while not isinstance(section, nodes.section | nodes.document):
            section = section.parent
        parts = list(section.findall())
        after = parts[parts.index(view) :]
        for figure in [one for one in after if isinstance(one, nodes.figure)]:
            numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("figure", {})
            for identity in figure["ids"]:
                if identity in numbers:
                    number = ".".join(map(str, numbers[identity]))
                    name = escape(self.config.numfig_format["figure"] % number)
                    return f' <a href="#{identity}">{name}</a> tells the same story.'
        return ""
