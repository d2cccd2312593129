"""Every code cell of every chapter, run by the page's Python: it prints what is stored."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat

HERE = Path(__file__).parent
# The page's Python, whichever way pytest imports this file.
sys.path[:0] = [str(HERE), str(HERE.parent)]

from in_node import start, unpacked  # noqa: E402

from rendering.python.needs import PACKS, REFUSALS, needs, refusal  # noqa: E402

CHAPTERS = sorted((HERE.parent / "chapters").glob("*.ipynb"))

# Cells that print otherwise in the page, by chapter and a line of the cell, with the reason.
FEWER = (
    "non-negative least squares proposes what can be pruned; the page's older SciPy has another "
    "algorithm, which proposes less, and what it proposes is proved all the same"
)
STATED = {
    ("thresholds", "rows = np.random.default_rng(0).permutation(150)[:30]"): FEWER,
    ("thresholds", "left = {}"): FEWER,
}


def code_cells(path: Path) -> list[Any]:
    """Return the cells of a chapter that its page shows with their code."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell
        for cell in cells
        if cell.cell_type == "code" and "remove-input" not in cell.metadata.get("tags", [])
    ]


def stored(cell: Any) -> str:
    """Return what a page shows of a cell's output as text."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        shown = "text/plain" in data and "image/png" not in data
        plain = data.get("text/markdown", data.get("text/plain")) if shown else None
        texts.append(output.get("text", f"{plain}\n" if plain else ""))
    return "".join(texts)


def test_every_cell_prints_what_is_stored(tmp_path: Path) -> None:
    given = {
        path.stem: [
            (cell.source, list(PACKS) if refusal(cell.source) else needs(cell.source))
            for cell in code_cells(path)
        ]
        for path in CHAPTERS
    }
    source = (HERE / "all_cells.py").read_text(encoding="utf-8")
    program = f"{source}\njson.dumps(chapters(json.loads({json.dumps(given)!r})))\n"
    found = start(unpacked(tmp_path, with_extras=True), program)()
    others = {}
    for path in CHAPTERS:
        for cell, came in zip(code_cells(path), found[path.stem], strict=True):
            case = (path.stem, cell.source.splitlines()[0])
            if refusal(cell.source):
                assert "problem" in came, case
                continue
            assert "problem" not in came, (case, came)
            figures = sum("image/png" in o.get("data", {}) for o in cell.outputs)
            assert came["figures"] == figures, case
            if came["text"] != stored(cell):
                others[case] = came["text"]
    assert set(others) == set(STATED), others


def test_few_cells_differ_and_every_refusal_is_used() -> None:
    assert len(STATED) <= 5
    sources = [cell.source for path in CHAPTERS for cell in code_cells(path)]
    refused = {refusal(source) for source in sources} - {""}
    assert refused == set(REFUSALS.values())
    for name in PACKS:
        assert any(name in needs(source) for source in sources), name
