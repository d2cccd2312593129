"""Run the notebooks and store them in one canonical form, so that a diff shows what changed.

Canonical means: outputs from a fresh kernel, execution counts 1, 2, 3, …, cell ids derived from
the cells' text, no widget state, no timings, no editor's metadata, a reading time by `reading`.
Refreshing twice changes nothing; a test holds every stored notebook to it.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

import execution
import nbformat
import reading
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from nnlib.practice.questions import listed

CONTENTS = Path(__file__).resolve().parent.parent / "_toc.yml"
# Cell metadata that means something to the book: tags, captions and alt texts, and the label under
# which a browser keeps what a reader makes of the cell.
KEPT = ("tags", "mystnb", "label")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks(contents: Path = CONTENTS) -> list[Path]:
    """Return the book's notebooks in reading order, which the table of contents alone knows."""
    paths = [contents.parent / f"{file}.ipynb" for file in listed(contents)]
    return [path for path in paths if path.exists()]


def cell_ids(sources: list[str]) -> list[str]:
    """Return an id for each cell, from its text; equal cells are numbered."""
    ids: list[str] = []
    for source in sources:
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        twins = sum(known.startswith(digest) for known in ids)
        ids.append(f"{digest}-{twins + 1}" if twins else digest)
    return ids


def canonical_outputs(outputs: list[Any], widgets: dict[str, str]) -> list[Any]:
    """Return outputs with neighboring pieces of one stream joined and widget ids numbered."""
    result: list[Any] = []
    for output in outputs:
        output = nbformat.from_dict(output)
        output.pop("transient", None)
        if output.output_type == "stream" and result and result[-1].get("name") == output.name:
            result[-1].text += output.text
            continue
        if output.output_type == "execute_result":
            output.execution_count = None  # set with the cell's own count
        if "metadata" in output:
            output.metadata = nbformat.from_dict({})
        view = output.get("data", {}).get(reading.VIEW)
        if view is not None:
            number = widgets.setdefault(view["model_id"], f"widget-{len(widgets) + 1}")
            output.data[reading.VIEW] = {"model_id": number, "version_major": 2, "version_minor": 1}
        result.append(output)
    return result


def canonical(notebook: Any) -> Any:
    """Return the notebook in canonical form; the argument is left as it was."""
    cells = []
    widgets: dict[str, str] = {}
    count = 0
    sources = [cell.source for cell in notebook.cells]
    if sources:
        sources[0] = reading.timed(notebook.cells)
    for cell, source, name in zip(notebook.cells, sources, cell_ids(sources), strict=True):
        metadata = {key: cell.metadata[key] for key in KEPT if cell.metadata.get(key)}
        if cell.cell_type != "code":
            cells.append(nbformat.v4.new_markdown_cell(source, id=name, metadata=metadata))
            continue
        new = nbformat.v4.new_code_cell(cell.source, id=name, metadata=metadata)
        if cell.source.strip():
            count += 1
            new.execution_count = count
        new.outputs = canonical_outputs(cell.outputs, widgets)
        for output in new.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        cells.append(new)
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def written(notebook: Any) -> str:
    """Return the text of the file: sorted keys, one space of indent, a final newline."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def refresh(path: Path) -> None:
    """Execute one notebook in a fresh kernel, in its own folder, and store it."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
    )
    client.execute()
    path.write_text(written(canonical(notebook)), encoding="utf-8")


def main(names: list[str]) -> int:
    """Refresh the named notebooks, or all."""
    execution.leave_cores_uncounted()
    paths = [Path(name).resolve() for name in names] or notebooks()
    for number, path in enumerate(paths, 1):
        print(f"[{number}/{len(paths)}] {path.name}", flush=True)
        try:
            refresh(path)
        except CellExecutionError as error:
            print(f"{path.name} raised, and was left as it was:\n{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
