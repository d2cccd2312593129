"""Runs the notebooks that have no outputs in Sphinx's cache yet, one on each processor.

Sphinx would run them one after the other, each when its page is read. It takes from the cache what
is there, so they are run before it begins. One that fails here is not kept: Sphinx runs it again,
and says what is wrong with it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from jupyter_cache.executors import load_executor
from jupyter_cache.readers import DEFAULT_READ_DATA
from myst_nb.core.read import is_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx_external_toc.parsing import parse_toc_yaml

# By a file's ending: how the cache is to read a page with cells.
READERS = {".ipynb": DEFAULT_READ_DATA, ".md": {"type": "plugin", "name": "myst_nb_md"}}


def leave_cores_uncounted() -> None:
    """Have joblib not count the physical cores, which scikit-learn asks for, in kernels to come.

    Where it cannot, as in some containers and on some Windows, it warns, and a warning breaks the
    book. Limited to one core it does not look.
    """
    os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")


def notebooks(root: Path) -> list[Path]:
    """Return the pages that have cells to run, in the order of the contents."""
    names = parse_toc_yaml(root / "_toc.yml")
    paths = [root / f"{name}{ending}" for name in names for ending in READERS]
    return [path for path in paths if path.exists() and has_cells(path)]


def has_cells(path: Path) -> bool:
    """Return whether a page is a notebook, which a Markdown file says of itself at its top."""
    if path.suffix == ".ipynb":
        return True
    return is_myst_markdown_notebook(path.read_text(encoding="utf-8"))


def complained(notebook: NotebookNode) -> bool:
    """Return whether a cell wrote to the stream of errors."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return any(output.get("name") == "stderr" for output in outputs)


@contextmanager
def cache_of(root: Path) -> Iterator[tuple[JupyterCacheAbstract, int]]:
    """Open the cache that the book's settings name; tell the seconds that a cell may take, too."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["execute"]
    cache = get_cache(str(root / settings["cache"]))
    try:
        yield cache, settings["timeout"]
    finally:
        cache.db.dispose()  # else SQLite complains of a connection that nobody closed


def run_side_by_side(root: Path) -> None:
    """Run all notebooks that are pages and not in the cache, and keep what they put out."""
    paths = notebooks(root)
    names = [str(path) for path in paths]
    with cache_of(root) as (cache, timeout):
        for path in paths:
            cache.add_nb_to_project(str(path), read_data=READERS[path.suffix])
        missing = cache.list_unexecuted(names)
        if not missing:
            return
        print(f"Running the cells of {len(missing)} of {len(paths)} pages …", flush=True)
        said = logging.getLogger(__name__)
        said.setLevel(logging.CRITICAL)
        executor = load_executor("local-parallel", cache, said)
        executor.run_and_cache(filter_uris=names, timeout=timeout)


def forget_complaints(root: Path) -> None:
    """Drop from the cache what broke a build and would break the next, whatever its cause."""
    with cache_of(root) as (cache, _):
        for record in cache.list_cache_records():
            if complained(cache.get_cache_bundle(record.pk).nb):
                cache.remove_cache(record.pk)
