"""The types of the JavaScript are checked, all files of it, and a slip is found."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import javascript

from nnlib import widgets

FOLDERS = (javascript.ROOT / "nnlib", javascript.ROOT / "rendering")
FILES = [path for folder in FOLDERS for path in folder.rglob("*.js")]


SLIPS = {
    "argument": ('/** @param {number} x */\nconst half = (x) => x / 2;\nhalf("one");\n', "TS2345"),
    "state": ('import { those } from "./known.js";\nthose(["a"]).b();\n', "TS2339"),
    "module": ('import { lost } from "./known.js";\nlost();\n', "TS2305"),
}


def test_slips_are_found(tmp_path, capfd):
    shutil.copy(javascript.ROOT / "jsconfig.json", tmp_path)
    place = tmp_path / "nnlib" / "widgets"
    place.mkdir(parents=True)
    (place / "known.js").write_text(
        "/** @template {string} Name\n * @param {readonly Name[]} names\n"
        " * @returns {Record<Name, any>} */\n"
        "export const those = (names) => Object.assign({}, ...names.map((n) => ({ [n]: 1 })));\n"
    )
    for name, (source, _) in SLIPS.items():
        (place / f"{name}.js").write_text(source)
    assert javascript.check(tmp_path) != 0
    found = re.findall(r"widgets/(\w+)\.js\(\d+,\d+\): error (TS\d+)", capfd.readouterr().out)
    assert sorted(found) == sorted((name, fault) for name, (_, fault) in SLIPS.items())


def test_no_file_is_left_out_and_no_fault_is_hidden():
    config = json.loads((javascript.ROOT / "jsconfig.json").read_text(encoding="utf-8"))
    assert config["compilerOptions"]["checkJs"] is True
    included = {path for form in config["include"] for path in javascript.ROOT.glob(form)}
    excluded = {javascript.ROOT / path for path in config["exclude"]}
    assert {path.name for path in excluded} == {"typeset.js"}  # Node runs it while a book is built
    assert len(FILES) > 40
    assert [path for path in FILES if path not in included | excluded] == []
    hushed = re.compile(r"@ts-(ignore|nocheck|expect-error)")
    assert [path for path in FILES if hushed.search(path.read_text(encoding="utf-8"))] == []


def test_a_joined_module_lacks_no_name(tmp_path):
    """What nothing uses is left out of it: nothing else is."""
    for name in widgets.__all__:
        (tmp_path / f"{name}.js").write_text(getattr(widgets, name)._esm)
    program = Path(sys.executable).with_name("oxlint")
    rules = ["--config", javascript.ROOT / ".oxlintrc.json", "--allow=all", "--deny=no-undef"]
    done = subprocess.run([program, *rules, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert f"{len(widgets.__all__)} files" in done.stdout
    (tmp_path / "Lost.js").write_text("lost();\n")
    assert subprocess.run(
        [program, *rules, tmp_path], stdout=subprocess.DEVNULL, check=False
    ).returncode
