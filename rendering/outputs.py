"""What cells printed: on a narrow screen words break anywhere, and columns stay columns."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# Numbers that stand under one another, and not a comment behind code; or the rows of an array.
ALIGNED = re.compile(r"^(?: *\S.*\S {2,}[^\s#]| *(?:array\()?\[+[-\d. ])", re.MULTILINE)


def has_columns(text: str) -> bool:
    """Return whether two lines or more of a text are set in columns."""
    return len(ALIGNED.findall(text)) > 1


class Outputs(SphinxPostTransform):
    """Mark printed text in columns, which the style does not break."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Mark the outputs of one document.

        Parameters
        ----------
        **kwargs : object
            What docutils passes on; unused.
        """
        for block in self.document.findall(nodes.literal_block):
            if "output" in block["classes"] and has_columns(block.astext()):
                block["classes"].append("in-columns")
