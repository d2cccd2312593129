"""What every widget of the book shares: how its module is put together, and how it prints."""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

import anywidget
from traitlets import Dict, default

from nnlib.widgets.joining import IMPORT, joined, modules

HERE = Path(__file__).resolve().parent


def read(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def module(name: str) -> str:
    """Return one ES module that imports nothing: ``shared.js`` and the like, then the file `name`.

    No line of it is empty, and of an indentation one blank is left, so that only statements begin
    where a line does. No text of a widget goes over several lines.

    Raises
    ------
    ValueError
        If a file imports from elsewhere than beside it, or in another form than `joined` takes, or
        anything without ``shared.js``.
    """
    for path in modules(HERE / name):
        others = IMPORT.findall(read(path.name))
        # What other files import may itself import nothing; the widget cannot do without.
        needy = (others or path.name == name) and path.name != "shared.js"
        if path.parent != HERE or (needy and others.count("./shared.js") != 1):
            raise ValueError(f"{path.name} must import from ./shared.js once, and lie beside it")
    return re.sub(r"\n+( ?) *", r"\n\1", joined(HERE / name))


class Widget(anywidget.AnyWidget):
    """The base class of the book's widgets.

    A subclass names its traits and assigns ``_esm = module("NAME.js")`` and
    ``_css = stylesheet("NAME.css")``. It must not depend on a kernel: everything the page shows
    follows from the traits.
    """

    _shown: ClassVar[tuple[str, ...]] = ()
    """The traits that the representation shows."""
    _restored: ClassVar[tuple[str, ...]] = ()
    """The traits that Reset restores."""

    home = Dict(read_only=True).tag(sync=True, to_json=lambda home, self: self._as_sent(home))
    """What Reset goes back to: the state at construction."""

    def __repr__(self) -> str:
        """Return the class and its telling traits: no address, so the same on every run."""
        traits: dict[str, Any] = {name: getattr(self, name) for name in self._shown}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in traits.items())})"

    def reset(self) -> None:
        """Return to the state at construction, as the button does."""
        self._set_together(self.home)

    def _set_together(self, state: Mapping[str, Any]) -> None:
        """Check and send several traits as one change; on an error, none has changed."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in state.items():
                setattr(self, name, value)

    def _as_sent(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return a state in the page's units, which may differ from the traits'."""
        return state

    @default("home")
    def _default_home(self) -> dict[str, Any]:
        # Asked for when the constructor sends the first state, and not again.
        return {name: deepcopy(getattr(self, name)) for name in self._restored}


def stylesheet(*names: str) -> str:
    """Return the shared style sheet followed by the files `names`.

    A page may hold several classes of widget, and so the shared rules several times. Every own
    rule therefore begins with ``.nn-widget.nn-NAME``, which outweighs a shared rule wherever it
    stands; a test holds the files to it. A part that several classes have, such as a map, has a
    file and a name like theirs, and the widget's box both names.
    """
    return read("shared.css") + "".join(map(read, names))
