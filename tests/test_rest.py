"""The rest of a page's Python: it comes for the modules that it holds, and no module is lost."""

from __future__ import annotations

import encodings
import gzip
import importlib
import importlib.util
import json
import py_compile
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# The page's Python, whichever way pytest imports this file.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from in_node import start, unpacked  # noqa: E402

from nnlib.practice import rest  # noqa: E402
from rendering.python.archives import entries  # noqa: E402
from rendering.python.core import SOURCES, whole  # noqa: E402
from rendering.python.node import lay_out  # noqa: E402
from rendering.python.obtain import python_folder  # noqa: E402
from rendering.python.packs import packs, parts  # noqa: E402
from rendering.python.programs import LOADER, program, shortened  # noqa: E402


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("statistics.pyc", "statistics"),
        ("email/__init__.pyc", "email"),
        ("email/mime/text.pyc", "email.mime.text"),
        ("site-packages/numpy/fft/_helper.pyc", "numpy.fft._helper"),
        ("site-packages/numpy/fft/_fft.cpython-312-wasm32-emscripten.so", "numpy.fft._fft"),
        ("site-packages/README.txt", ""),
        ("pyodide/py.typed", ""),
    ],
)
def test_a_file_is_known_by_its_module(path: str, name: str) -> None:
    assert rest.module_in(path) == name


def test_what_is_unpacked_piece_by_piece_is_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000 + b"end"
    (tmp_path / "packed").write_bytes(gzip.compress(content))
    assert rest.unpack(str(tmp_path / "packed"), str(tmp_path / "made")) == ""
    assert (tmp_path / "made").read_bytes() == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(bytes(10**5))[:-1], "it broke off"),
        (b"", "it broke off"),
        (b"<p>Sign in first.</p>", "something else came: Error -3"),
    ],
    ids=["cut", "empty", "another"],
)
def test_what_is_not_whole_is_known(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(content)
    assert rest.unpack(str(tmp_path / "packed"), str(tmp_path / "made")).startswith(words)


def test_what_was_laid_out_since_is_found_and_nothing_else_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    monkeypatch.setattr(sys, "path", [str(old), str(new), *sys.path])
    monkeypatch.delitem(sys.modules, "importlib.metadata", raising=False)
    assert importlib.util.find_spec("laid_out_in_old") is None
    (old / "laid_out_in_old.py").write_text("")
    finder = sys.path_importer_cache[str(old)]
    finder._path_mtime = old.stat().st_mtime  # type: ignore[union-attr] # as within one tick
    sys.path_importer_cache[str(new)] = None
    new.mkdir()
    (new / "laid_out_in_new.py").write_text("")
    assert importlib.util.find_spec("laid_out_in_old") is None
    assert importlib.util.find_spec("laid_out_in_new") is None
    rest.look_anew()
    assert importlib.util.find_spec("laid_out_in_old") is not None
    assert importlib.util.find_spec("laid_out_in_new") is not None
    assert "importlib.metadata" not in sys.modules


SOURCES_OF = {
    "late_one": "from early.late import two",
    "early.late": "from . import inside\ntwo = inside.one + 1",
    "early.late.inside": "one = 1",
}


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """Offer modules, one of them inside a package that is there; give what brings them."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(sys, "path", [str(tmp_path / "there"), *sys.path])
    (tmp_path / "there" / "early").mkdir(parents=True)
    (tmp_path / "there" / "early" / "__init__.py").write_text("")
    files = {
        "late_one.pyc": "late_one",
        "site-packages/early/late/__init__.pyc": "early.late",
        "site-packages/early/late/inside.pyc": "early.late.inside",
    }

    def lay() -> None:
        for path, name in files.items():
            source, target = tmp_path / f"{name}.py", tmp_path / "late" / path
            source.write_text(SOURCES_OF[name])
            target.parent.mkdir(parents=True, exist_ok=True)
            py_compile.compile(str(source), str(target))

    bringing = [lay]
    rest.offer([*files, "README.txt"], str(tmp_path / "late"), lambda: bringing[-1]())
    yield bringing
    for name in [*SOURCES_OF, "early"]:
        sys.modules.pop(name, None)


def test_a_module_of_the_rest_is_found_wherever_its_package_is(
    offered: list[Callable[[], None]],
) -> None:
    assert importlib.import_module("late_one").two == 2
    assert importlib.import_module("early.late.inside").one == 1


def test_a_module_that_is_nowhere_is_not_asked_for(offered: list[Callable[[], None]]) -> None:
    offered.append(lambda: pytest.fail("the rest was asked for"))
    for name in ("nowhere", "early.nowhere", "README"):
        with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'"):
            importlib.import_module(name)


def test_a_rest_that_does_not_come_is_an_error_that_names_the_module(
    offered: list[Callable[[], None]],
) -> None:
    def fail() -> None:
        raise OSError("status 503")

    offered.append(fail)
    message = r"early\.late could not be brought to this page \(status 503\)"
    with pytest.raises(ImportError, match=message) as caught:
        importlib.import_module("early.late")
    assert caught.value.name == "early.late"
    assert not isinstance(caught.value, ModuleNotFoundError)
    offered.pop()
    assert importlib.import_module("early.late").two == 2  # whoever asks again


def test_a_codec_that_does_not_come_is_asked_for_again(
    offered: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("status 503")

    there = [fail, lambda: None]
    monkeypatch.delitem(sys.modules, "encodings.cp869", raising=False)
    monkeypatch.delattr(encodings, "cp869", raising=False)
    finder = rest.Rest([], str(Path(encodings.__file__).parent), lambda: there[0]())
    finder.files = {"encodings.cp869": f"{Path(encodings.__file__).parent}/cp869.py"}
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    with pytest.raises(OSError, match=r"encodings\.cp869 could not be brought"):
        encodings.search_function("cp869")
    there.pop(0)
    assert encodings.search_function("cp869") is not None


# Imports every module; what lies in a package's __main__ would run, and is found only.
PROGRAM = """
import importlib, importlib.util, json, os, sys, warnings

warnings.simplefilter("ignore")

def outcome(name):
    try:
        if name.endswith("__main__"):
            return str(importlib.util.find_spec(name) is not None)
        return importlib.import_module(name).__name__
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

outcomes = {name: outcome(name) for name in NAMES}
# Where the rest says that its modules are, whether or not another finder was asked first.
told = getattr(sys.meta_path[-1], "files", {})
found = {name: sys.modules[name].__spec__.origin for name in told if name in sys.modules}
found = {name: file for name, file in found.items() if file != "frozen"}
outcomes["elsewhere"] = {name: file for name, file in found.items() if file != told[name]}
outcomes["missing"] = [name for name, file in told.items() if not os.path.exists(file)]
json.dumps(outcomes)
"""


def test_every_module_that_a_page_could_import_is_there(tmp_path: Path) -> None:
    folder = python_folder()
    all_of_it = {kind: whole(folder, kind) for kind in SOURCES}
    paths = [path for archive in all_of_it.values() for path, _ in entries(archive)]
    names = sorted({rest.module_in(path) for path in paths} - {""})
    assert len(names) > 400
    program = f"NAMES = {names!r}\n{PROGRAM}"
    here, there = tmp_path / "divided", tmp_path / "whole"
    for place in (here, there):
        place.mkdir()
    divided = start(unpacked(here), program)
    wasm = (folder / "pyodide.asm.wasm").read_bytes()
    lay_out(folder, there, {"wasm": wasm, **all_of_it})
    truth = start(there, program)()
    assert truth["elsewhere"] == {}
    assert truth["missing"] == []
    assert divided() == truth
    assert sum(truth[name] == name for name in names) > 400


def test_the_core_is_what_starting_and_judging_import() -> None:
    made = {name: gzip.decompress(content) for name, content in parts(python_folder()).items()}
    core = {rest.module_in(path) for kind in SOURCES for path, _ in entries(made[kind])}
    late = {rest.module_in(path) for path, _ in entries(made["rest"])} - {""}
    assert core >= {"dataclasses", "numpy", "numpy.linalg", "numpy.ma", "numpy.random"}
    assert late >= {"email", "numpy.fft", "numpy.polynomial", "statistics", "unittest"}
    assert not core & late
    archives = [whole(python_folder(), kind) for kind in SOURCES]
    known = {rest.module_in(path) for archive in archives for path, _ in entries(archive)} - {""}
    paths = [path for path, _ in entries(made["rest"])]
    assert set(rest.Rest(paths, "", lambda: None).files) == late == known - core
    # Without its package a module cannot be imported, and nobody would learn that.
    assert {name.rpartition(".")[0] for name in late} - {""} <= core | late
    worker = gzip.decompress(packs(python_folder())["worker"]).decode()
    assert json.dumps(paths) in worker


def test_another_loader_than_the_known_one_is_refused() -> None:
    text = program(python_folder(), LOADER)
    assert "openSymbols.delete(symName)" in text
    with pytest.raises(ValueError, match="does not have once"):
        shortened(text)
