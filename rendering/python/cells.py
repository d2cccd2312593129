"""The code cells of chapters: which can run in their page, and what the page is told of each.

A cell with a label in its metadata is a *your turn* cell: its editor is open at once, and what is
typed there is kept in the browser under the page's topic and that label. Neither is a number or a
sum of the text, so that the code survives an update of the book. Other cells can be edited, too,
for as long as the page is open.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from rendering.python.needs import refusal
from rendering.python.obtain import BYTES
from rendering.python.script import embedded

MARK = '<div class="cell-place"'
# What a reader's code may meet here and not on a desktop.
NOTE = (
    f"This page's Python is {BYTES['python']} with NumPy {BYTES['numpy']}, in one thread and "
    "without BLAS: slower than a desktop's, with sums that may differ in the last bits. Its "
    "default integer has 32 bits and wraps at 2\u00b3\u00b9 without a word: 2**31 - 1 + "
    "np.array([1]) is negative here; write dtype=np.int64 where that matters. It holds at most "
    "1 GB, asks no network, keeps none of NumPy's docstrings, and ends with the page."
)


def topic(docname: str) -> str:
    """Return the topic of a page: its name without the folder."""
    return docname.rpartition("/")[2]


def place(source: str, kept: str, about: dict[str, Any] | None = None) -> str:
    """Return the mark of a cell that ``cells.js`` looks for; one of a page describes its Python."""
    why = refusal(source)
    told = f' data-refused="{escape(why)}"' if why else f' data-kept="{escape(kept)}"'
    script = embedded(about, ' class="cells-about"') if about else ""
    return f"{MARK}{told}>{script}</div>"


def about() -> dict[str, Any]:
    """Return what a page says of its Python."""
    return {"about": NOTE, "licenses": BYTES["licenses"]}


class Cells(SphinxPostTransform):
    """Mark the code cells that a chapter shows; for those of a drill, its pad stands."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Mark the cells of one document.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        from nnlib.practice.catalog import NAMES

        docname = self.env.docname
        # A page in Markdown hides cells whose names its other cells use; a chapter hides none.
        is_chapter = str(self.env.doc2path(docname)).endswith(".ipynb")
        if not is_chapter or docname.rpartition("/")[2] in NAMES:
            return
        described: dict[str, Any] | None = about()
        for cell in self.document.findall(nodes.container):
            shown = [part for part in cell if part.get("nb_element") == "cell_code_source"]
            if cell.get("nb_element") == "cell_code" and shown:
                label = cell.get("cell_metadata", {}).get("label", "")
                kept = label and f"cell:{topic(docname)}:{label}"
                html = place(shown[0].astext(), kept, described)
                described = None
                cell.append(nodes.raw("", html, format="html"))
