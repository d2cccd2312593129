"""Build the book, never from stale parts.

Sphinx and its notebook cache look at the pages only. A change in nnlib, in a widget's
JavaScript or in a figure style would leave old outputs in place, so this command fingerprints
everything a page depends on, and throws the cached work away when the fingerprint of the shared
parts differs from that of the last build. Whether the page's Python was to be had is one of these
parts.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cards_page  # noqa: E402
import drill_pages  # noqa: E402
import execution  # noqa: E402

from rendering.python.obtain import ADVICE, BYTES, SOURCE, MissingError, python_folder  # noqa: E402

BUILD = ROOT / "_build"
# What every page depends on, and Sphinx does not watch.
SHARED = (
    "nnlib",
    "rendering",
    "_config.yml",
    "references.bib",
    "requirements.txt",
    "benchmarks",  # pages are made from what was measured
)


def files_below(path: Path) -> list[Path]:
    """Return the files of a folder (or the one file), without Python's and Jupyter's caches."""
    if path.is_file():
        return [path]
    hidden = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(p for p in path.rglob("*") if p.is_file() and not hidden & set(p.parts))


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a digest of the names and contents of the files."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def shared_files() -> list[Path]:
    """Return the files on which every page depends, figure styles included."""
    files = [file for name in SHARED for file in files_below(ROOT / name)]
    return files + sorted((ROOT / "chapters").rglob("*.mplstyle"))


def page_files() -> list[Path]:
    """Return the pages and the table of contents."""
    return [ROOT / "_toc.yml", *files_below(ROOT / "chapters")]


def pages_python() -> str:
    """Return the version of Python's pack for the pages, or "none" after a line that says why."""
    try:
        python_folder()
    except MissingError as error:
        print(f"The pages are built without Python: {error}. {ADVICE}", flush=True)
        return "none"
    return str(BYTES["version"])


def build() -> int:
    """Build what is out of date; return an exit code, 0 only for a book without a warning."""
    execution.leave_cores_uncounted()
    drill_pages.make()
    cards_page.make()
    python = pages_python()
    shared = f"{fingerprint(shared_files())} {python}"
    everything = f"{fingerprint([*shared_files(), *page_files()])} {python}"
    shared_mark, built_mark = BUILD / "shared.sha256", BUILD / "built.sha256"
    index = BUILD / "html" / "index.html"
    if built_mark.exists() and built_mark.read_text() == everything and index.exists():
        print(f"The book is up to date. Open {index}")
        return 0
    if BUILD.exists() and not (shared_mark.exists() and shared_mark.read_text() == shared):
        print("nnlib or the book's settings changed: every page is made anew.", flush=True)
        shutil.rmtree(BUILD)
    BUILD.mkdir(exist_ok=True)
    shared_mark.write_text(shared)
    if not built_mark.exists():
        # The last build did not end, or warned: what it left would be taken for a finished one.
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
    built_mark.unlink(missing_ok=True)
    execution.run_side_by_side(ROOT)
    run = "from jupyter_book.cli.main import main; main()"  # the command of this environment
    arguments = ["build", str(ROOT), "-W", "--keep-going"]
    # What was not to be had a moment ago is not looked for again.
    environment = {**os.environ, SOURCE: "none"} if python == "none" else None
    code = subprocess.call([sys.executable, "-c", run, *arguments], cwd=ROOT, env=environment)
    if code:
        execution.forget_complaints(ROOT)
        print("The book was not built; the reason stands above.", file=sys.stderr)
        return code
    built_mark.write_text(everything)
    print(f"\nThe book is built. Open {index}")
    return 0


if __name__ == "__main__":
    sys.exit(build())
