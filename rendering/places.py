"""A place is where a widget stands in a page.

It is an element that holds the description of the view, and words for the reader whose browser runs
no JavaScript. ``host.js`` finds the places of a page and brings them to life.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

VIEW = '<script type="application/vnd.jupyter.widget-view+json">'
WORDS = (
    "This widget needs JavaScript. "
    "Where a figure stands beside it, the figure tells the same story."
)


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
                words = f'<p class="widget-words">{WORDS}</p>'
                place = f'<div class="widget-place">{node.astext()}{words}</div>'
                node.replace_self(nodes.raw(place, place, format="html"))
