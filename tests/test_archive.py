"""A pack's archive: the page lays it out as `zipfile` would, and refuses what it does not know."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

from rendering.python.packs import zipped
from rendering.typesetter import node_program

ARCHIVE = Path(__file__).resolve().parents[1] / "rendering" / "python" / "archive.js"
# Unpacks what comes, with a file system that has no folder but those that are made.
PROGRAM = f"""
import {{ unpack }} from {json.dumps(ARCHIVE.as_uri())};
const folders = new Set(), files = {{}};
const FS = {{
  mkdirTree: (path) => folders.add(path),
  writeFile: (path, bytes) => {{
    if (!folders.has(path.slice(0, path.lastIndexOf("/")))) throw new Error(`no place: ${{path}}`);
    files[path] = [...bytes];
  }},
}};
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
unpack(new Uint8Array(Buffer.concat(chunks)).buffer, FS, "/site");
console.log(JSON.stringify(files));
"""


def unpacked(archive):
    """Run the page's module in Node; return what it did."""
    command = [node_program(), "--input-type=module", "--eval", PROGRAM]
    return subprocess.run(command, input=archive, capture_output=True, check=False)


def test_every_file_lies_where_its_name_says():
    files = [
        ("top.py", b"a = 1\n"),
        ("package/__init__.py", b""),
        ("package/within/data.bin", bytes(range(256)) * 300),
        ("package/within/n\u00e4chster \u03c4.txt", "\u2016x\u2016".encode()),
        ("package/late.py", b"PK\x03\x04"),
    ]
    done = unpacked(zipped(files))
    assert done.returncode == 0, done.stderr.decode()
    found = {path: bytes(content) for path, content in json.loads(done.stdout).items()}
    assert found == {f"/site/{name}": content for name, content in files}


def test_a_later_file_of_the_same_name_replaces_the_earlier():
    with zipfile.ZipFile(content := io.BytesIO(), "w") as archive:
        archive.writestr("a", b"longer than the other")
        archive.writestr(zipfile.ZipInfo("b"), b"")
    again = zipped([("a", b"other")])
    # One archive after the other, as packs come: what counts is where the files begin.
    first = content.getvalue()[: content.getvalue().index(b"PK\x01\x02")]
    found = json.loads(unpacked(first + again).stdout)
    assert bytes(found["/site/a"]) == b"other"
    assert found["/site/b"] == []


def test_what_is_compressed_is_refused():
    with zipfile.ZipFile(content := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"a" * 1000)
    done = unpacked(content.getvalue())
    assert done.returncode != 0
    assert b"not stored as it is" in done.stderr
