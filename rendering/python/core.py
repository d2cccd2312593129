"""What of the standard library and of NumPy the core holds, and what is left for the rest.

The core holds what Python imports until it has judged: every drill and twist is judged once, when
the book is built, and the modules that are there afterwards are counted. All others are importable,
too, but come in a pack of their own when they are asked for (``nnlib/practice/rest.py``).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from rendering.python.archives import cached, entries, zipped
from rendering.python.node import lay_out, repacked, start
from rendering.python.obtain import BYTES, FILES, HERE

VERSION = ".".join(BYTES["python"].split(".")[:2])
LIB = f"/lib/python{VERSION}"
STDLIB, SITE = f"/lib/python{VERSION.replace('.', '')}.zip", f"{LIB}/site-packages"
WHEEL = next(name for name in FILES if name.startswith("numpy-"))
SOURCES = {"stdlib": ("python_stdlib.zip", STDLIB), "numpy": (WHEEL, SITE)}
# In the rest, seen from LIB; a zip file there would be one more place to look at for every import.
FOLDERS = {"stdlib": "", "numpy": "site-packages/"}

# What has a say in which modules are counted, beside nnlib and Pyodide.
COUNTING = ("core.py", "node.py", "programs.py", "run.mjs", "archive.js", "rest.js")

SEARCH = "from nnlib import k_nearest\nk_nearest([[0.0]], [[1.0]], 1)"
# What the page's worker does: it starts, judges, and runs programs and cells, of which some fail.
PROGRAM = f"""
import json
import sys

from nnlib.practice import cells, drills, page, rest
from nnlib.practice.solutions import source_of

for drill in drills():
    for task in (drill, *drill.twists):
        twist = "" if task is drill else task.name
        page.verdict(source_of(task.solution), drill.name, twist, 0, False, str)
for source in ("print(2)\\n3", "1 / 0", "(", "import nowhere", {SEARCH!r}):
    page.run(source, str)
    cells.check(source, "cell")
    cells.run(source, "cell", False, str, str)
json.dumps(sorted({{str(getattr(module, "__file__", "")) for module in sys.modules.values()}}))
"""


def whole(folder: Path, kind: str) -> bytes:
    """Return all of the standard library, or of NumPy, that a page may import, as a zip file."""
    name, root = SOURCES[kind]
    given = (folder / name).read_bytes()
    source = f"{root} {kind}".encode()
    return cached(f"whole-{kind}.zip", source, lambda: repacked(folder, given, root, kind))


def imported(folder: Path, own: bytes) -> bytes:
    """Return the files of the modules that starting and judging import, as JSON.

    Parameters
    ----------
    folder : Path
        Where Pyodide is.
    own : bytes
        The zip file of nnlib.
    """

    def run() -> bytes:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            wasm = (folder / "pyodide.asm.wasm").read_bytes()
            content = {
                "wasm": wasm,
                "nnlib": own,
                **{kind: whole(folder, kind) for kind in SOURCES},
            }
            lay_out(folder, place, content)
            files = start(place, PROGRAM)()
        ours = tuple(f"{root}/{top}" for root, top in ((STDLIB, ""), (SITE, "numpy/")))
        return json.dumps([name for name in files if name.startswith(ours)]).encode()

    parts = [own, *((HERE / name).read_bytes() for name in COUNTING)]
    source = b"".join(hashlib.sha256(part).digest() for part in parts)
    return cached("imported.json", source, run)


def divided(folder: Path, files: bytes) -> dict[str, bytes]:
    """Return the two parts of the core and the rest, each a zip file, by the names of packs.

    Parameters
    ----------
    folder : Path
        Where Pyodide is.
    files : bytes
        What `imported` gives.
    """
    used = set(json.loads(files))
    parts: dict[str, list[tuple[str, bytes]]] = {"rest": []}
    for kind, (_, root) in SOURCES.items():
        parts[kind] = []
        for name, data in entries(whole(folder, kind)):
            if f"{root}/{name}" in used:
                parts[kind].append((name, data))
            else:
                parts["rest"].append((FOLDERS[kind] + name, data))
    return {name: zipped(part) for name, part in parts.items()}
