"""Code pads in the built pages: where they stand, and what a book without Python says."""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

# The sample book, whichever way pytest imports this file.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from sample_book import build  # noqa: E402

from nnlib.practice import drills  # noqa: E402
from rendering.python import pads  # noqa: E402
from rendering.python.obtain import HERE  # noqa: E402
from rendering.python.script import joined  # noqa: E402

ROOT = Path(__file__).parents[1]


def test_a_page_whose_reader_never_clicks_loads_a_small_script() -> None:
    files = {name: {"file": f"{name}-0123456789ab", "bytes": 10**7} for name in "abcde"}
    script = joined(HERE / pads.SCRIPT).replace('"FILES"', json.dumps(files))
    assert len(gzip.compress(script.encode())) <= 15_000
    assert "innerHTML" not in script


def test_a_module_that_imports_in_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import all from "./b.js";\n')
    with pytest.raises(ValueError, match="has no place in a classic script"):
        joined(tmp_path / "a.js")


def test_names_of_joined_modules_are_unique() -> None:
    script = joined(HERE / pads.SCRIPT)
    names = re.findall(r"^(?:async )?(?:const|function|let|class) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))


def test_a_description_cannot_end_its_script() -> None:
    html = pads.place({"stub": "</script><b>"})
    script = BeautifulSoup(html, "html.parser").script
    assert script is not None
    assert json.loads(script.text) == {"stub": "</script><b>"}
    assert html.count("</script>") == 1


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a drill's page, without Python, and one that is none."""
    folder = tmp_path_factory.mktemp("pads")
    nb = nbformat.read(ROOT / "chapters" / "practice" / "one_nn.ipynb", as_version=4)
    for cell in nb.cells:  # the pages that it links to are not in this book
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", cell.source)
    nbformat.write(nb, folder / "one_nn.ipynb")
    (folder / "words.md").write_text("# Words\n\n## Your answer\n\nNone.\n", encoding="utf-8")
    result = build(folder, ["words", "one_nn"])
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
    assert [twist["name"] for twist in described["twists"]] == [t.name for t in drill.twists]
    sources = [script["src"] for script in soup.find_all("script", src=True)]
    assert len([source for source in sources if re.search(r"_static/pad\.js\?v=", source)]) == 1
    assert soup.select("link[href*='_static/pad.css']")


def test_other_pages_load_nothing_for_it(book: Path) -> None:
    text = (book / "words.html").read_text(encoding="utf-8")
    assert "pad.js" not in text
    assert "pad.css" not in text


def test_without_python_no_pack_is_written(book: Path) -> None:
    assert not (book / "_static" / "python").exists()
    script = (book / "_static" / pads.SCRIPT).read_text(encoding="utf-8")
    assert "const FILES = null;" in script
