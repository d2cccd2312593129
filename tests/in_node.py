"""The page's Python, from the very packs that a page loads, run by Node."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rendering.python.archives import entries
from rendering.python.node import lay_out, start
from rendering.python.obtain import ADVICE, MissingError, python_folder
from rendering.python.packs import extras, packs

__all__ = ["ASIDE", "start", "unpacked"]

# Set aside what is imported: the judge collects garbage often, and would look through all of it.
ASIDE = "import gc\nfrom nnlib.practice import drills\ndrills()\ngc.collect()\ngc.freeze()\n"


def unpacked(place: Path, with_extras: bool = False) -> Path:
    """Put the page's Python into a folder, as `run.mjs` wants it."""
    try:
        folder = python_folder()
    except MissingError as error:
        pytest.fail(f"{error}. {ADVICE}")
    content = {**packs(folder), **(extras(folder) if with_extras else {})}
    rest = content.pop("rest")
    del content["worker"]
    lay_out(folder, place, {name: gzip.decompress(data) for name, data in content.items()})
    (place / "rest.gz").write_bytes(rest)
    names = [name for name, _ in entries(gzip.decompress(rest))]
    (place / "rest.json").write_text(json.dumps(names), encoding="utf-8")
    return place
