"""What a cell needs beyond NumPy and nnlib, and why a few cells cannot run in a page: one list.

A pack is brought when a cell that is to run, or one above it that must run first, *uses* it: the
pattern is looked for in the text, here and by the page (in what the reader has typed, too), so it
keeps to what both languages of patterns read alike. A cell whose text fits a refusal has a sentence
instead of a button. ``tests/test_packed_cells.py`` runs every cell of every chapter with what this
list grants it, and those that it refuses with everything.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Pack(NamedTuple):
    """Something that cells may need: what the page calls it, and in what text it is used."""

    title: str
    uses: str


LIBRARIES = {
    "sklearn": Pack(
        "scikit-learn and SciPy",
        r"\b(sklearn|scipy|joblib|threadpoolctl)\b|\bNearestNeighbor(Classifier|Regressor)\b"
        r"|\.pruned\(|\balgorithm=|\b(Voronoi|Temperature)Explorer\b",
    ),
    "matplotlib": Pack("matplotlib", r"\bmatplotlib\b|\bplt\.|\.figure\("),
    "widgets": Pack("the widgets' Python", r"\bnnlib\.widgets\b|\bIPython\b"),
}
PACKS = {
    # Brought when an import asks for it, too: see core.py.
    "rest": Pack(
        "the rest of NumPy and the standard library",
        "|".join(pack.uses for pack in LIBRARIES.values()),
    ),
    **LIBRARIES,
    "measured": Pack("stored measurements", r"\.\./benchmarks/|\bbook\.mplstyle\b"),
}

REFUSALS = {
    r"\b(from|import) (nnlib\.|dask\.)?(distributed|dask)\b": (
        "This cell does not run in the page: it starts workers of Dask, and a page's Python has "
        "one thread and no network. JupyterLab runs it."
    ),
}


def needs(source: str) -> list[str]:
    """Return the packs that a cell needs."""
    return [name for name, pack in PACKS.items() if re.search(pack.uses, source)]


def refusal(source: str) -> str:
    """Return why a cell cannot run in a page; "" if it can."""
    return next((why for use, why in REFUSALS.items() if re.search(use, source)), "")
