"""What a page loads: packs, each once as bytes for http and once as a script for file://.

Five are the core, without which no cell runs; the others are brought when a cell needs them, and
the rest of Python's modules (``core.py``) also when one is imported.

A page from ``file://`` may fetch nothing, but it may load scripts, so there the very same bytes
come as the text of one, the rest with the core. Packs are compressed here, once, so that any server
will do.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from rendering.python.archives import entries, packed, zipped
from rendering.python.core import SITE, divided, imported
from rendering.python.needs import PACKS
from rendering.python.node import repacked
from rendering.python.obtain import BYTES, FILES, HERE
from rendering.python.programs import program
from rendering.python.script import joined

NNLIB = HERE.parents[1] / "nnlib"
# The room that needs what the page's Python lacks.
ABSENT = {"distributed.py"}
LICENSES = HERE / "licenses"
# What packs need of the standard library that neither the core nor the rest holds.
STANDARD = {"sklearn": r"(pydoc|multiprocessing/.*)\.py$"}
# By pack: what a page's Python has in place of packages that need a kernel, or a compiler.
STANDINS = HERE / "standins"
BOOK = HERE.parents[1]


def library() -> bytes:
    """Return nnlib as a zip file, but for what needs a kernel or other libraries."""
    files = under(NNLIB, NNLIB.parent, "*.py")
    return zipped(
        (name, content) for name, content in files if name.split("/")[1] not in ABSENT | {"widgets"}
    )


def under(folder: Path, root: Path, pattern: str = "*") -> Iterator[tuple[str, bytes]]:
    """Yield the files below a folder, with their names as seen from `root`."""
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def wheels(folder: Path, pack: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is in the packages of a pack, and what these need of the standard library."""
    for name in [*BYTES["packs"][pack], "python_stdlib.zip"]:
        wanted = STANDARD.get(pack, "$.") if name == "python_stdlib.zip" else ""
        with zipfile.ZipFile(folder / name) as package:
            for path in package.namelist():
                if re.match(wanted, path):
                    yield path, package.read(path)


def measured() -> bytes:
    """Return the files beside the chapters that their cells read, as a zip file."""
    style = BOOK / "chapters" / "book.mplstyle"
    files = [
        *under(BOOK / "benchmarks", BOOK, "*.json"),
        ("chapters/book.mplstyle", style.read_bytes()),
    ]
    return zipped((f"book/{name}", content) for name, content in files)


def license_texts(folder: Path) -> str:
    """Return the licenses that the packages bring with them."""
    parts = []
    for name in (name for names in BYTES["packs"].values() for name in names):
        with zipfile.ZipFile(folder / name) as package:
            for path in package.namelist():
                if re.search(r"(^|/)(LICENSE|COPYING)[^/]*$", path):
                    text = package.read(path).decode(errors="replace")
                    parts.append(f"{name}: {path}\n\n{text.strip()}\n")
    return "\n\n".join(parts)


def worker(folder: Path, files: list[str]) -> bytes:
    """Return the program of the worker: Pyodide's, then the book's, told the rest's files."""
    own = joined(HERE / "worker.js").replace('"LOCK"', json.dumps(BYTES["lock"]))
    own = own.replace('"REST"', json.dumps(files))
    parts = [program(folder, name) for name in FILES if name.endswith(".js")]
    return "\n;\n".join([*parts, own]).encode()


def extras(folder: Path) -> dict[str, bytes]:
    """Return what a page loads only when a cell needs it, by name, each compressed."""

    def made(name: str, *files: tuple[str, bytes]) -> bytes:
        own = [*files, *under(STANDINS / name, STANDINS / name)]

        def make() -> bytes:
            return repacked(folder, zipped([*wheels(folder, name), *own]), SITE, name)

        return packed(name, STANDARD.get(name, "").encode() + zipped(own), make)

    beside = measured()
    return {
        "sklearn": made("sklearn"),
        "matplotlib": made("matplotlib"),
        # No kernel answers the widgets here, but cells set and draw them.
        "widgets": made("widgets", *under(NNLIB / "widgets", NNLIB.parent)),
        "measured": packed("measured", beside, lambda: beside),
    }


def parts(folder: Path) -> dict[str, bytes]:
    """Return what is made of the standard library, NumPy and nnlib, each part compressed."""
    own = library()
    nnlib = packed("nnlib", own, lambda: repacked(folder, own, SITE, "nnlib"))
    made = divided(folder, imported(folder, gzip.decompress(nnlib)))
    return {
        "nnlib": nnlib,
        **{name: packed(name, part, lambda part=part: part) for name, part in made.items()},
    }


def packs(folder: Path) -> dict[str, bytes]:
    """Return the core, which a page loads before its first cell runs, and the rest, compressed."""
    made = parts(folder)
    text = worker(folder, [name for name, _ in entries(gzip.decompress(made["rest"]))])
    wasm = (folder / "pyodide.asm.wasm").read_bytes()
    return {
        "worker": packed("worker", text, lambda: text),
        "wasm": packed("wasm", b"", lambda: wasm),
        **made,
    }


def as_script(name: str, content: bytes) -> bytes:
    """Return a script that hands over these bytes, hardly longer than they are.

    It is to be read as "x-user-defined", an encoding that gives each byte a character of its own.
    """
    for byte, escape in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r")):
        content = content.replace(byte, escape)
    return b'nnPack("%s","%s")' % (name.encode(), content)


def write_packs(folder: Path, target: Path) -> dict[str, dict[str, object]]:
    """Write all packs with their licenses into the built book; return how pages find them.

    A file's name holds the digest of its content: a browser that kept an earlier one asks anew.
    """
    target.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, object]] = {}
    for name, content in {**packs(folder), **extras(folder)}.items():
        file = f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
        (target / f"{file}.pack").write_bytes(content)
        (target / f"{file}.js").write_bytes(as_script(name, content))
        files[name] = {"file": file, "bytes": len(content)}
        if name in PACKS:
            files[name] |= PACKS[name]._asdict()
    for license_file in LICENSES.iterdir():
        shutil.copy(license_file, target)
    (target / "packages.txt").write_text(license_texts(folder), encoding="utf-8")
    return files
