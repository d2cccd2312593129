"""Archives as packs hold them: zip files, compressed as a whole, and kept in the cache.

What is kept has the digest of what it is made from in its name, so that it is made once.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version

import deflate

from rendering.python.obtain import BYTES, CACHE, HERE

# From here on the shortest encoding is looked for; the levels above take twice the time for 0.2 %.
LEVEL = 10
PACKER = HERE / "pack.mjs"


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip file of these, the same for the same entries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return content.getvalue()


def entries(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of a zip file's entries."""
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        for name in content.namelist():
            yield name, content.read(name)


def cached(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """Return what is made: from the cache, if it was made from these bytes before.

    Parameters
    ----------
    name : str
        Of the file, with an ending.
    source : bytes
        What it is made from, beside the packer and the files of Pyodide.
    make : callable
    """
    digest = hashlib.sha256(PACKER.read_bytes() + json.dumps(BYTES).encode() + source).hexdigest()
    stem, _, ending = name.rpartition(".")
    kept = CACHE / "packs" / f"{stem}-{digest[:16]}.{ending}"
    if kept.is_file():
        return kept.read_bytes()
    content = make()
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"{stem}-*.{ending}"):
        old.unlink(missing_ok=True)
    # Another build may do the same at the same time.
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        made = kept.parent / folder / kept.name
        made.write_bytes(content)
        made.replace(kept)
    return content


def packed(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """Return a pack, compressed: from the cache, if it was made from these bytes before."""
    by = f"{LEVEL} {version('deflate')} ".encode()
    return cached(f"{name}.gz", by + source, lambda: deflate.gzip_compress(make(), LEVEL))
