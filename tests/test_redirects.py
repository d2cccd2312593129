"""Old addresses lead to what stood there: pages by their new names, and sections that moved."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from docutils.nodes import make_id

from rendering.redirects import MOVED, SECTIONS, write_redirects

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
TARGETS = [(old, *pair) for old, moved in SECTIONS.items() for pair in moved.items()]


def anchors(name):
    """The anchors of a chapter's headings."""
    cells = nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return {make_id(heading) for heading in re.findall(r"^#+ (.+)$", text, flags=re.M)}


@pytest.mark.parametrize(("old", "section", "target"), TARGETS)
def test_a_section_that_moved_is_where_its_old_address_leads(old, section, target):
    page, _, anchor = target.partition(".html")
    assert page != MOVED[old]
    assert section not in anchors(MOVED[old])
    assert anchor.removeprefix("#") in {"", *anchors(page)}


def test_an_old_page_knows_the_sections_that_moved(tmp_path):
    (tmp_path / "chapters").mkdir()
    titles = {f"chapters/{name}": "A <title>" for name in ("warmup", "scale")}
    write_redirects(tmp_path, titles)
    assert {path.stem for path in (tmp_path / "chapters").iterdir()} == {"00_warmup", "06_scale"}
    page = (tmp_path / "chapters" / "06_scale.html").read_text(encoding="utf-8")
    (table,) = re.findall(r"const moved = (\{.*\})\[location\.hash", page)
    assert json.loads(table) == SECTIONS["06_scale"]
    assert 'location.replace(moved || "scale.html" + location.search + location.hash)' in page
    assert "A &lt;title&gt;" in page
