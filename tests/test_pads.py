"""Code pads in the built pages: where they stand, and what a book without Python says."""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

# The sample book, whichever way pytest imports this file.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from sample_book import build, write_notebook  # noqa: E402

from nnlib.practice import drills  # noqa: E402
from rendering.python import pads  # noqa: E402
from rendering.python.cells import place, topic  # noqa: E402
from rendering.python.needs import PACKS  # noqa: E402
from rendering.python.obtain import BYTES, FILES, HERE  # noqa: E402
from rendering.python.script import joined, styles, unindented  # noqa: E402

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", pads.SCRIPTS.values())
def test_a_page_whose_reader_never_clicks_loads_a_small_script_with_its_style(name: str) -> None:
    files = {name: {"file": f"{name}-0123456789ab", "bytes": 10**7} for name in "abcde"}
    files |= {name: {**files["a"], **pack._asdict()} for name, pack in PACKS.items()}
    script = joined(HERE / name).replace('"FILES"', json.dumps(files))
    parts = [unindented(part).encode() for part in (script, styles(*pads.STYLES))]
    assert sum(len(gzip.compress(part)) for part in parts) <= 15_000
    assert "innerHTML" not in script


def test_a_module_that_imports_in_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import all from "./b.js";\n')
    with pytest.raises(ValueError, match=r"a\.js must import by name, from files of the"):
        joined(tmp_path / "a.js")
    (tmp_path / "a.js").write_text("export default 1;\n")
    with pytest.raises(ValueError, match="'export default 1;' has no place in a classic script"):
        joined(tmp_path / "a.js")


@pytest.mark.parametrize("name", pads.SCRIPTS.values())
def test_names_of_joined_modules_are_unique(name: str) -> None:
    script = joined(HERE / name)
    names = re.findall(r"^(?:async )?(?:const|function|let|class) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


def test_a_description_cannot_end_its_script() -> None:
    html = pads.place({"stub": "</script><b>"})
    script = BeautifulSoup(html, "html.parser").script
    assert script is not None
    assert json.loads(script.text) == {"stub": "</script><b>"}
    assert html.count("</script>") == 1


CELLS: list[tuple[str, dict[str, Any]]] = [
    ("a = '<&\"'\n\nif a:\n    b = 1", {}),
    ("b", {"label": "a-guess"}),
    ("c = 1", {"tags": ["hide-input"]}),
    ("d = 1", {"tags": ["hide-cell"]}),
    ("e = 1", {"tags": ["remove-input"]}),
    ("if False:\n    from distributed import Client", {}),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a drill's page, without Python, and one that is none."""
    folder = tmp_path_factory.mktemp("pads")
    nb = nbformat.read(ROOT / "chapters" / "practice" / "one_nn.ipynb", as_version=4)
    for cell in nb.cells:  # the pages that it links to are not in this book
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", cell.source)
    nbformat.write(nb, folder / "one_nn.ipynb")
    pad = "```{code-pad} mock one_nn nn_layer\n:title: the mock\n```"
    (folder / "blank.md").write_text(f"# Blank\n\n{pad}\n", encoding="utf-8")
    (folder / "words.md").write_text("# Words\n\n## Your answer\n\nNone.\n", encoding="utf-8")
    write_notebook(folder, "sample", "# Sample", [source for source, _ in CELLS])
    nb = nbformat.read(folder / "sample.ipynb", as_version=4)
    for cell, (_, metadata) in zip(nb.cells[1:], CELLS, strict=True):
        cell.metadata = nbformat.from_dict(metadata)
    nbformat.write(nb, folder / "sample.ipynb")
    result = build(folder, ["words", "one_nn", "sample", "blank"])
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "_build" / "html"


def page(book: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((book / name).read_text(encoding="utf-8"), "html.parser")


def test_a_drills_page_has_its_pad_before_the_first_cell_of_the_answer(book: Path) -> None:
    soup = page(book, "one_nn.html")
    (place,) = soup.select(".pad-place")
    heading = place.find_previous("h2")
    assert heading is not None
    assert heading.text.startswith("Your answer")
    cell = place.find_next(class_="cell")
    assert cell is not None
    (drill,) = drills(["one_nn"])
    assert drill.stub.splitlines()[-1].strip() in cell.text
    script = place.script
    assert script is not None
    described = json.loads(script.text)
    assert described["stub"] == drill.stub
    assert [task["twist"] for task in described["tasks"]] == ["", *(t.name for t in drill.twists)]
    sources = [script["src"] for script in soup.find_all("script", src=True)]
    assert len([source for source in sources if re.search(r"_static/pad\.js\?v=", source)]) == 1
    assert soup.select("link[href*='_static/pad.css']")


def test_a_blank_pad_stands_where_a_page_asks_for_one(book: Path) -> None:
    (script,) = page(book, "blank.html").select(".pad-place script")
    described = json.loads(script.text)
    assert (described["name"], described["stub"]) == ("mock", "")
    assert [task["drill"] for task in described["tasks"]] == ["one_nn", "nn_layer"]


def test_a_blank_pad_of_no_drill_stops_the_build(tmp_path: Path) -> None:
    text = "# Words\n\n```{code-pad} mock one_nn no_drill\n:title: the mock\n```\n"
    text += "```{code-pad} one_nn nn_layer\n:title: the mock\n```\n"
    text += "```{code-pad} mock one_nn\n```\n"
    (tmp_path / "words.md").write_text(text, encoding="utf-8")
    result = build(tmp_path, ["words"])
    assert result.returncode != 0
    said = result.stdout + result.stderr
    for reason in ("no drill no_drill", "one_nn is a drill, whose own pad", "needs a :title:"):
        assert reason in said


def test_every_cell_whose_code_is_shown_is_marked(book: Path) -> None:
    soup = page(book, "sample.html")
    marks = soup.select(".cell-place")
    shown = [source for source, metadata in CELLS if metadata.get("tags") != ["remove-input"]]
    for mark, source in zip(marks, shown, strict=True):
        holder = mark.find_parent(class_="cell")
        assert holder is not None
        code = holder.select_one(".cell_input pre")
        assert code is not None
        assert code.text == f"{source}\n"  # as cells.js reads it
    assert [mark.get("data-kept") for mark in marks] == ["", "cell:sample:a-guess", "", "", None]
    assert "Dask" in str(marks[-1]["data-refused"])
    (script,) = soup.select("script.cells-about")
    assert set(json.loads(script.text)["licenses"]) == set(BYTES["licenses"])
    assert soup.select("script[src*='_static/cells.js']")
    assert not soup.select("script[src*='_static/pad.js']")
    assert not page(book, "one_nn.html").select(".cell-place")


def test_a_topic_is_no_number() -> None:
    assert topic("chapters/cancellation") == topic("cancellation") == "cancellation"


def test_a_mark_cannot_end_its_attribute() -> None:
    html = place("b", 'cell:"><b>:x')
    mark = BeautifulSoup(html, "html.parser").div
    assert mark is not None
    assert mark["data-kept"] == 'cell:"><b>:x'


def test_every_package_of_a_pack_has_a_sum_and_every_pack_is_on_the_list() -> None:
    names = [name for names in BYTES["packs"].values() for name in names]
    assert len(names) == len(set(names))
    assert set(names) <= set(FILES)
    assert set(BYTES["packs"]) <= set(PACKS)


def test_other_pages_load_nothing_for_it(book: Path) -> None:
    text = (book / "words.html").read_text(encoding="utf-8")
    assert "pad.js" not in text
    assert "cells.js" not in text
    assert "pad.css" not in text


def test_without_python_no_pack_is_written(book: Path) -> None:
    assert not (book / "_static" / "python").exists()
    script = (book / "_static" / pads.SCRIPT).read_text(encoding="utf-8")
    assert "const FILES = null;" in script
