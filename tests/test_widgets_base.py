"""What all widgets share: modules that stand alone, sheets that keep to their own figures."""

import re
import subprocess

import pytest

from nnlib import widgets
from nnlib.widgets import base
from rendering.typesetter import node_program

NAMES = sorted(path.stem for path in base.HERE.glob("*.css") if path.stem != "shared")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Before a theme's own attribute or none at all, the widget's two classes.
ROOM = r"(?:(?:html|body)\[[^\]]+\] )?\.nn-widget\.nn-{name}(?![\w-])"


def selectors(sheet):
    """Return every selector of a style sheet, those within @media included."""
    text = re.sub(r"@media[^{]*\{", "", COMMENT.sub("", sheet))
    found = []
    for block in re.findall(r"([^{}]+)\{[^{}]*\}", text):
        found += [one.strip() for one in block.split(",")]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_own_rule_outweighs_the_shared_ones_of_another_sheet(name):
    own = selectors(base.read(f"{name}.css"))
    assert len(own) > 5
    assert [one for one in own if not re.match(ROOM.format(name=name), one)] == []
    assert base.stylesheet(f"{name}.css") == base.read("shared.css") + base.read(f"{name}.css")


def test_no_shared_rule_outweighs_an_own_one():
    # An own rule counts two classes before anything else; a shared one at most that.
    for one in selectors(base.read("shared.css")):
        if "[data-" not in one and ":hover" not in one:
            assert len(re.findall(r"\.[\w-]+|\[|:(?!:)[a-z]", one)) <= 2, one


@pytest.mark.parametrize("name", widgets.__all__)
def test_the_module_stands_alone(name):
    kind = getattr(widgets, name)
    text = kind._esm
    assert not re.search(r"^\s*import\b|\bimport\(|\bfrom \"", text, re.MULTILINE)
    assert re.findall(r"^export default", text, re.MULTILINE) == ["export default"]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert "fetch(" not in text
    assert not re.search(r"url\(|@import", kind._css)


@pytest.mark.parametrize("name", widgets.__all__)
def test_the_joined_module_declares_no_name_twice(name, tmp_path):
    path = tmp_path / "module.mjs"
    path.write_text(getattr(widgets, name)._esm, encoding="utf-8")
    command = [node_program(), "--check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
