"""The sums of the page's Python are those that Pyodide's authors publish, on npm."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import npm
import pytest

from rendering.python.obtain import BYTES, FILES

# What `npm view pyodide@VERSION dist.integrity` says of it, a SHA-512.
INTEGRITY = (
    "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA=="
)


@pytest.fixture(scope="module")
def package() -> Path:
    """Return the package of Pyodide's core on npm: from the cache, or from npm, once."""
    try:
        return npm.package("pyodide", BYTES["version"], INTEGRITY)
    except npm.MissingError as error:
        pytest.fail(str(error))


def read(package: Path, name: str) -> bytes:
    """Return a file of the package."""
    with tarfile.open(package) as archive:
        file = archive.extractfile(f"package/{name}")
        assert file is not None, name
        return file.read()


def locked(package: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the sums of the official lock by file name, and what it says of itself."""
    lock = json.loads(read(package, "pyodide-lock.json"))
    sums = {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    return sums, lock["info"]


def test_every_package_has_the_sum_of_the_official_lock(package: Path) -> None:
    sums, info = locked(package)
    assert BYTES["lock"]["info"] == info
    assert (BYTES["version"], BYTES["python"]) == (info["version"], info["python"])
    packages = {name: given for name, given in FILES.items() if name in sums}
    assert packages == {name: sums[name] for name in packages}
    named = {name for names in BYTES["packs"].values() for name in names}
    assert {*packages} == {*named, f"numpy-{BYTES['numpy']}-cp312-cp312-pyodide_2024_0_wasm32.whl"}


def test_every_file_of_the_core_is_the_one_on_npm(package: Path) -> None:
    core = {name: given for name, given in FILES.items() if name not in locked(package)[0]}
    assert len(core) == 5
    assert core == {name: hashlib.sha256(read(package, name)).hexdigest() for name in core}
