"""What every widget of the book shares: how its module is put together, and how it prints."""

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

import anywidget
from traitlets import Dict, default

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+)\.js";\n', re.MULTILINE)
COMMENT = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |function )", re.MULTILINE)


def read(name: str) -> str:
    """Return the text of a file that lies beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def module(name: str) -> str:
    """Return one ES module that imports nothing: ``shared.js`` and the like, then the file `name`.

    On disk they are proper modules, one importing the other, as editors and Node want them.
    A static page runs a widget from its embedded text, where a relative import has nothing to
    resolve against, so each import is replaced by what it names, once. Lines that hold only a
    comment stay behind: they are for readers of the file, and a sixth of the page's bytes.

    Raises
    ------
    ValueError
        If a file imports from elsewhere than beside it, or anything without ``shared.js``, or
        under another name.
    """
    files: list[str] = []
    collect(name, files)
    *others, last = (IMPORT.sub("", read(file)) for file in files)
    return COMMENT.sub("", "".join(EXPORT.sub("", other) for other in others) + last)


def collect(name: str, files: list[str]) -> None:
    """Append the file `name` to `files`, after those that it imports from, each once."""
    text = read(name)
    others = IMPORT.findall(text)
    if any(" as " in line[0] for line in IMPORT.finditer(text)):
        raise ValueError(f"{name} must import names as they are: its imports are left out")
    elsewhere = re.search(r"^import\b|\bimport\(", IMPORT.sub("", text), re.MULTILINE)
    # What other files import may itself import nothing; a widget, the first, cannot do without.
    if elsewhere or ((others or not files) and name != "shared.js" and others.count("shared") != 1):
        raise ValueError(f"{name} must import from ./shared.js once, and from files beside it only")
    for other in others:
        if f"{other}.js" not in files:
            collect(f"{other}.js", files)
    files.append(name)


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

    home = Dict(read_only=True).tag(sync=True)
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
