"""The page's Python, run by Node: to compile what goes into packs, and to see what it imports."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rendering.python.archives import PACKER
from rendering.python.obtain import HERE, LOCK
from rendering.python.programs import LOADER, program
from rendering.typesetter import node_program

RUNNER = HERE / "run.mjs"
OWN = {"wasm": "pyodide.asm.wasm", "stdlib": "python_stdlib.zip"}  # Pyodide's names of two packs


def repacked(folder: Path, content: bytes, root: str, kind: str) -> bytes:
    """Return a zip file without what a page never needs, its modules compiled."""
    with tempfile.TemporaryDirectory() as name:
        given, made = Path(name, "in.zip"), Path(name, "out.zip")
        given.write_bytes(content)
        command = [node_program(), str(PACKER), f"{folder}/"]
        subprocess.run([*command, str(made), str(given), root, kind], check=True)
        return made.read_bytes()


def lay_out(folder: Path, place: Path, content: Mapping[str, bytes]) -> None:
    """Put what packs hold into a place, with Pyodide's own programs, as `run.mjs` wants it.

    Parameters
    ----------
    folder : Path
        Where Pyodide is.
    place : Path
    content : mapping of str to bytes
        By the names of packs, not compressed.
    """
    for name in ("pyodide.mjs", LOADER, LOCK):
        (place / name).write_text(program(folder, name), encoding="utf-8")
    for name, data in content.items():
        (place / OWN.get(name, f"{name}.zip")).write_bytes(data)


def start(place: Path, source: str) -> Callable[[], Any]:
    """Start a program there; return what waits for the JSON that is its last value."""
    path, out = place / "program.py", place / "out.json"
    path.write_text(source, encoding="utf-8")
    command = [node_program(), str(RUNNER), f"{place}/", str(path), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait() -> Any:
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return json.loads(out.read_text(encoding="utf-8"))

    return wait
