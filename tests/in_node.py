"""The page's Python, from the very packs that a page loads, run by Node."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rendering.python.obtain import ADVICE, LOCK, MissingError, python_folder
from rendering.python.packs import extras, packs
from rendering.typesetter import node_program

HERE = Path(__file__).parent


def unpacked(place: Path, with_extras: bool = False) -> Path:
    """Put the page's Python into a folder, as `packed.mjs` wants it."""
    try:
        folder = python_folder()
    except MissingError as error:
        pytest.fail(f"{error}. {ADVICE}")
    for name in ("pyodide.mjs", "pyodide.asm.js", LOCK):
        shutil.copy(folder / name, place)
    names = {"wasm": "pyodide.asm.wasm", "stdlib": "python_stdlib.zip"}
    content = {**packs(folder), **(extras(folder) if with_extras else {})}
    del content["worker"]
    for name, data in content.items():
        (place / names.get(name, f"{name}.zip")).write_bytes(gzip.decompress(data))
    return place


def start(place: Path, program: str) -> Callable[[], Any]:
    """Start a program there; return what waits for the JSON that is its last value."""
    path, out = place / "program.py", place / "out.json"
    path.write_text(program, encoding="utf-8")
    command = [node_program(), str(HERE / "packed.mjs"), f"{place}/", str(path), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait() -> Any:
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return json.loads(out.read_text(encoding="utf-8"))

    return wait
