"""What makes the book open again without a network: a service worker, and the list of all files.

``service_worker.js`` keeps what a page has loaded, and fetches nothing by itself. ``offline.js``
says on each page what is kept, and keeps the whole book when asked; the list of files, which it
then fetches, holds each under the very address by which pages ask for it.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).parent
SCRIPT = "offline.js"
# At the top, because a service worker serves the folder in which it lies.
WORKER = "service_worker.js"
LIST = "offline.json"
# What a browser loads by itself; a link that is followed is none of it.
LOADED = re.compile(
    r'<(?:script|img|source)\b[^>]*?\ssrc="([^"]+)"'
    r'|<link\b(?=[^>]*\srel="(?:stylesheet|icon|preload|shortcut icon)")[^>]*?\shref="([^"]+)"'
)
NAMED_IN_CSS = re.compile(r"""(?:url\(\s*["']?|@import\s*["'])([^"')]+)""")
# With what an earlier build has told it.
TAG = re.compile(
    rf'(<script [^>]*\bsrc="[^"]*_static/{re.escape(SCRIPT)}[^">]*"[^>]*?)'
    r'(?: data-(?:edition|bytes|python)="[^"]*")*>'
)


def loaded(text: str, name: str) -> set[str]:
    """Return the addresses, seen from the top, of what a page or a style sheet loads.

    Parameters
    ----------
    text : str
    name : str
        Of its file, with the folder.
    """
    found = NAMED_IN_CSS.findall(text) if name.endswith(".css") else []
    found += ["".join(pair) for pair in LOADED.findall(text)] if name.endswith(".html") else []
    own = (address.partition("#")[0].replace("&amp;", "&") for address in found)
    return {
        posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        for address in own
        if address and not urlsplit(address).scheme
    }


def file_of(folder: Path, address: str) -> Path:
    """Return the file at an address."""
    return folder / unquote(address.partition("?")[0])


def files(folder: Path) -> dict[str, int]:
    """Return the sizes of all that a reader of the whole book may load, by address."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    found |= {f"_static/python/{path.name}" for path in folder.glob("_static/python/*.pack")}
    waiting = sorted(found)
    while waiting:
        name = waiting.pop()
        path = file_of(folder, name)
        if path.suffix in {".html", ".css"}:
            new = loaded(path.read_text(encoding="utf-8"), name.partition("?")[0]) - found
            new = {address for address in new if file_of(folder, address).is_file()}
            found |= new
            waiting += new
    return {name: file_of(folder, name).stat().st_size for name in sorted(found)}


def tell(folder: Path, attributes: str) -> None:
    """Give the script of each page these attributes in place of those that it has."""
    for path in folder.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(TAG.sub(rf"\1{attributes}>", page), encoding="utf-8")


def write_offline(folder: Path) -> None:
    """Write the service worker and the list of files, and tell each page its edition.

    Parameters
    ----------
    folder : Path
        The built book, finished but for this.
    """
    tell(folder, "")  # the edition is known by what pages hold besides
    sizes = files(folder)
    digest = hashlib.sha256()
    for name in sizes:
        digest.update(file_of(folder, name).read_bytes())
    python = sum(size for name, size in sizes.items() if name.endswith(".pack"))
    edition = digest.hexdigest()[:12]
    told = {
        "edition": edition,
        "bytes": sum(sizes.values()),
        "python": python,
    }
    tell(folder, "".join(f' data-{name}="{value}"' for name, value in told.items()))
    listed = {"edition": edition, "files": list(sizes.items())}
    (folder / LIST).write_text(json.dumps(listed), encoding="utf-8")
    shutil.copy(HERE / WORKER, folder / WORKER)
