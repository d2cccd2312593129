"""Every code cell of some chapters, run as a page runs them, with only what each is granted."""

import builtins
import gc
import json
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

SITE = Path(next(path for path in sys.path if path.endswith("site-packages")))
OWNERS = {
    **dict.fromkeys(["sklearn", "scipy", "joblib", "threadpoolctl"], "sklearn"),
    **dict.fromkeys(["matplotlib", "PIL", "contourpy", "kiwisolver"], "matplotlib"),
    **dict.fromkeys(["traitlets", "anywidget", "IPython"], "widgets"),
}
HIDDEN, SHOWN = SITE / "hidden", SITE / "book"  # the pack of stored measurements
KEPT = "nnlib.widgets.joining"  # it joins each widget's files, which stay as they are
granted = set()
real = builtins.__import__


def guarded(name, *arguments, **options):
    """Import a module unless its pack has not been granted."""
    top = name.partition(".")[0]
    level = options.get("level", arguments[3] if len(arguments) > 3 else 0)
    if not level and OWNERS.get(top, "") not in {"", *granted}:
        raise ModuleNotFoundError(f"No module named {top!r}", name=top)
    return real(name, *arguments, **options)


def fresh():
    """Forget what a chapter before has imported of the book's own, and what it was granted."""
    for name in {*sys.modules} - {KEPT}:
        if name.partition(".")[0] in {"nnlib", "traitlets", "anywidget", "IPython"}:
            del sys.modules[name]
    granted.clear()
    os.chdir("/")
    if SHOWN.exists():
        SHOWN.rename(HIDDEN)
    sys.modules["__main__"] = ModuleType("__main__")
    from nnlib.practice import cells

    if "matplotlib.pyplot" in sys.modules:
        granted.add("matplotlib")
        sys.modules["matplotlib.pyplot"].switch_backend(cells.BACKEND)
        granted.clear()
    return cells


def grant(packs):
    """Bring packs, as the page does before a cell runs."""
    granted.update(packs)
    if "measured" in granted and HIDDEN.exists():
        HIDDEN.rename(SHOWN)


def chapter(sources):
    """Run (source, packs that it needs) one after the other; return what each gave."""
    cells = fresh()
    results = []
    for number, (source, packs) in enumerate(sources, 1):
        grant(packs)
        printed, drawn = [], []
        report = cells.run(source, f"cell {number}", False, printed.append, drawn.append)
        results.append({"text": "".join(printed), "figures": len(drawn), **json.loads(report)})
    return results


def chapters(given):
    """Run all chapters of a dict of name to sources."""
    from nnlib.widgets import joining

    joining.joined, joining.modules = cache(joining.joined), cache(joining.modules)
    builtins.__import__ = guarded
    gc.set_threshold(20_000)  # figures are made of many objects that hold one another
    try:
        return {name: chapter(sources) for name, sources in given.items()}
    finally:
        builtins.__import__ = real
