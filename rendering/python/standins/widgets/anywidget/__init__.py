"""A stand-in for anywidget in a web page, where the page itself runs the widgets.

A widget here is its traits, which can be set, observed and drawn as a figure; its front end is the
one that stands in the page, and is not connected with it.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from traitlets import HasTraits


class AnyWidget(HasTraits):
    """Traits, whose state is asked for once at construction, as sending it would."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        for name in self.traits(sync=True):
            getattr(self, name)

    def hold_sync(self) -> AbstractContextManager[None]:
        """Return a context in which nothing is sent, as always."""
        return nullcontext()
