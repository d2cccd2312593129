"""What a page loads: five packs, each once as bytes for http and once as a script for file://.

A page from ``file://`` may fetch nothing, but it may load scripts, so there the very same bytes
come as text. Packs are compressed here, once, so that any server will do, and kept in the cache by
the digest of what they are made from.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from rendering.python.obtain import BYTES, CACHE, FILES, HERE
from rendering.python.script import joined
from rendering.typesetter import node_program

NNLIB = HERE.parents[1] / "nnlib"
SITE = "/lib/python3.12/site-packages"
PACKER = HERE / "pack.mjs"
WHEEL = next(name for name in FILES if name.startswith("numpy-"))
# Rooms that need what the page's Python lacks.
ABSENT = {"classifier.py", "distributed.py"}
LICENSES = HERE / "licenses"


def library() -> bytes:
    """Return nnlib as a zip file, but for what needs a kernel or other libraries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(NNLIB.rglob("*.py")):
            name = path.relative_to(NNLIB.parent)
            if name.parts[1] in ABSENT or name.parts[1] == "widgets":
                continue
            entry = zipfile.ZipInfo(name.as_posix(), (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def repacked(folder: Path, content: bytes, root: str, kind: str) -> bytes:
    """Return a zip file without what a page never needs, its modules compiled."""
    work = CACHE / f"{kind}.{hashlib.sha256(content).hexdigest()[:12]}"
    work.mkdir(parents=True, exist_ok=True)
    try:
        (work / "in.zip").write_bytes(content)
        program = [node_program(), str(PACKER), f"{folder}/"]
        places = [str(work / "out.zip"), str(work / "in.zip"), root, kind]
        subprocess.run([*program, *places], check=True)
        return (work / "out.zip").read_bytes()
    finally:
        shutil.rmtree(work)


def worker(folder: Path) -> bytes:
    """Return the program of the worker: Pyodide's, then the book's."""
    own = joined(HERE / "worker.js").replace('"LOCK"', json.dumps(BYTES["lock"]))
    parts = [(folder / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".js")]
    return "\n;\n".join([*parts, own]).encode()


def packed(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """Return a pack, compressed: from the cache, if it was made from these bytes before."""
    digest = hashlib.sha256(PACKER.read_bytes() + json.dumps(BYTES).encode() + source).hexdigest()
    kept = CACHE / "packs" / f"{name}-{digest[:16]}.gz"
    if not kept.is_file():
        for old in kept.parent.glob(f"{name}-*.gz"):
            old.unlink(missing_ok=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        partial.write_bytes(gzip.compress(make(), 9, mtime=0))
        partial.replace(kept)
    return kept.read_bytes()


def packs(folder: Path) -> dict[str, bytes]:
    """Return what a page loads, by name, each compressed."""
    stdlib, wheel = ((folder / name).read_bytes() for name in ("python_stdlib.zip", WHEEL))
    wasm = (folder / "pyodide.asm.wasm").read_bytes()
    program, own = worker(folder), library()
    return {
        "worker": packed("worker", program, lambda: program),
        "wasm": packed("wasm", b"", lambda: wasm),
        "stdlib": packed(
            "stdlib", b"", lambda: repacked(folder, stdlib, "/lib/python312.zip", "stdlib")
        ),
        "numpy": packed("numpy", b"", lambda: repacked(folder, wheel, SITE, "numpy")),
        "nnlib": packed("nnlib", own, lambda: repacked(folder, own, SITE, "nnlib")),
    }


def write_packs(folder: Path, target: Path) -> dict[str, dict[str, object]]:
    """Write all packs with their licenses into the built book; return how pages find them.

    A file's name holds the digest of its content: a browser that kept an earlier one asks anew.
    """
    target.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, object]] = {}
    for name, content in packs(folder).items():
        file = f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
        text = base64.b64encode(content).decode()
        (target / f"{file}.pack").write_bytes(content)
        (target / f"{file}.js").write_text(f'nnPack("{name}","{text}")', encoding="ascii")
        files[name] = {"file": file, "bytes": len(content)}
    for license_file in LICENSES.iterdir():
        shutil.copy(license_file, target)
    return files
