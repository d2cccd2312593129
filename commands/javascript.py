"""Check the types of the pages' JavaScript: plain files, with types in their comments.

``jsconfig.json`` says which files and how strictly, here and in editors: not ``strict``, for Python
has validated what a trait holds, and a node that a file has made itself is there. The compiler is
the last TypeScript that is JavaScript itself: the Node that typesets formulas runs it everywhere.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import npm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rendering.typesetter import node_program  # noqa: E402

VERSION = "6.0.3"
INTEGRITY = (
    "y2TvuxSZPDyQakkFRPZHKFm+KKVqIisdg9/CZwm9ftvKXLP8NRWj38/ODjNbr43SsoXqNuAisEf1GdCxqWcdBw=="
)


def unpack(folder: str) -> Path:
    """Put the compiler and what it knows of browsers into a folder; return its program."""
    with tarfile.open(npm.package("typescript", VERSION, INTEGRITY)) as archive:
        wanted = [
            member
            for member in archive.getmembers()
            if member.name in {"package/package.json", "package/lib/tsc.js", "package/lib/_tsc.js"}
            or member.name.startswith("package/lib/lib.")
        ]
        archive.extractall(folder, wanted, filter="data")
    return Path(folder, "package", "lib", "tsc.js")


def check(project: Path = ROOT) -> int:
    """Check the types of a project with a ``jsconfig.json``; return the compiler's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        command = [node_program(), unpack(folder), "--project", project / "jsconfig.json"]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(check())
    except npm.MissingError as error:
        sys.exit(f"The types of the JavaScript were not checked: {error}")
