"""A sample book: a few pages in a folder of their own, built as the real one is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]
# jsonschema checks addresses in other alphabets by rfc3987_syntax where that can be imported, and
# it makes 39 parsers on the way: three seconds, in every process, for what nothing here asks.
HASTE = "import sys; sys.modules['rfc3987_syntax'] = None; "


def write_notebook(folder: Path, name: str, text: str, sources: Sequence[str] = ()) -> None:
    """Write a notebook of one text cell and some code cells."""
    cells = [new_markdown_cell(text), *map(new_code_cell, sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / f"{name}.ipynb")


def build(
    folder: Path, names: Sequence[str], repository: str = ""
) -> subprocess.CompletedProcess[str]:
    """Build the named pages with the book's own configuration, warnings being errors."""
    root, *rest = names
    chapters = "".join(f"- file: {name}\n" for name in rest)
    toc = f"format: jb-book\nroot: {root}\n" + (f"chapters:\n{chapters}" if rest else "")
    (folder / "_toc.yml").write_text(toc, encoding="utf-8")
    (folder / "references.bib").touch()
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    config = config.replace("rendering: .", f"rendering: {json.dumps(str(ROOT))}")
    config = config.replace("favicon: rendering/", f"favicon: {ROOT.as_posix()}/rendering/")
    # A Markdown page at the top of the repository is not the book's; here it is.
    config = config.replace('"*.md", ', "")
    assert 'repository: ""' in config
    config = config.replace('repository: ""', f"repository: {json.dumps(repository)}")
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    program = HASTE + "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", str(folder), "-W", "--keep-going"]
    # The page's Python has tests of its own.
    environment = {**os.environ, "PYODIDE_FROM": "none"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
