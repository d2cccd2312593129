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
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from rendering.python.obtain import BYTES, CACHE, FILES, HERE
from rendering.python.script import joined
from rendering.typesetter import node_program

NNLIB = HERE.parents[1] / "nnlib"
VERSION = ".".join(BYTES["python"].split(".")[:2])
STDLIB, SITE = f"/lib/python{VERSION.replace('.', '')}.zip", f"/lib/python{VERSION}/site-packages"
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
    with tempfile.TemporaryDirectory() as name:
        given, made = Path(name, "in.zip"), Path(name, "out.zip")
        given.write_bytes(content)
        program = [node_program(), str(PACKER), f"{folder}/"]
        subprocess.run([*program, str(made), str(given), root, kind], check=True)
        return made.read_bytes()


def worker(folder: Path) -> bytes:
    """Return the program of the worker: Pyodide's, then the book's."""
    own = joined(HERE / "worker.js").replace('"LOCK"', json.dumps(BYTES["lock"]))
    parts = [(folder / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".js")]
    return "\n;\n".join([*parts, own]).encode()


def packed(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """Return a pack, compressed: from the cache, if it was made from these bytes before."""
    digest = hashlib.sha256(PACKER.read_bytes() + json.dumps(BYTES).encode() + source).hexdigest()
    kept = CACHE / "packs" / f"{name}-{digest[:16]}.gz"
    if kept.is_file():
        return kept.read_bytes()
    content = gzip.compress(make(), 9, mtime=0)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"{name}-*.gz"):
        old.unlink(missing_ok=True)
    # Another build may do the same at the same time.
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        Path(folder, kept.name).write_bytes(content)
        Path(folder, kept.name).replace(kept)
    return content


def packs(folder: Path) -> dict[str, bytes]:
    """Return what a page loads, by name, each compressed."""
    stdlib, wheel = ((folder / name).read_bytes() for name in ("python_stdlib.zip", WHEEL))
    wasm = (folder / "pyodide.asm.wasm").read_bytes()
    program, own = worker(folder), library()
    return {
        "worker": packed("worker", program, lambda: program),
        "wasm": packed("wasm", b"", lambda: wasm),
        "stdlib": packed("stdlib", b"", lambda: repacked(folder, stdlib, STDLIB, "stdlib")),
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
