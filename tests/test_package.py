"""The library as a package: a wheel and an archive of sources that work by themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from flit_core import buildapi
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nnlib

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "nnlib").rglob("*")
    if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
}


def requirements() -> list[Requirement]:
    """Return what the library says it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


def brought() -> set[str]:
    """Return the packages that come with the library: no widgets, no YAML, no pandas."""
    found: set[str] = set()
    waiting = requirements()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
            found.add(name)
            waiting += map(Requirement, metadata.requires(name) or [])
    packages = metadata.packages_distributions().items()
    return {top for top, names in packages if found & {canonicalize_name(name) for name in names}}


ALONE = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = top in sys.stdlib_module_names or top.startswith("_") or top in sys.argv[2:]
        if path is None and not known:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)

sys.meta_path.insert(0, Refusing())
sys.path.insert(0, sys.argv[1])
import nnlib
assert nnlib.__file__.startswith(sys.argv[1]), nnlib.__file__
T, y, X = [[1, 1], [4, 2], [2, 5]], ["A", "B", "B"], [[2, 2]]
assert nnlib.nearest(T, X).tolist() == [0]
assert nnlib.ThreeLayerNet.from_data(T, y).predict(X).tolist() == ["A"]
assert nnlib.NearestNeighborClassifier().fit(T, y).predict(X).tolist() == ["A"]
assert nnlib.PerceptronNet.from_data(T, y).predict(X).tolist() == ["A"]
assert nnlib.ClockedKNN.from_data(T, y).predict(X, 1).tolist() == ["A"]
from nnlib.practice import drill
assert drill("one_nn").title
try:
    import nnlib.widgets
except ModuleNotFoundError as error:
    assert error.name in {"anywidget", "traitlets"}, error
else:
    raise AssertionError("this was to be an environment without widgets")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return folder / buildapi.build_wheel(str(folder))


def test_the_wheel_holds_the_whole_library_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    assert names == FILES
    assert {".py", ".js", ".css", ".yaml"} <= {Path(name).suffix for name in names}


def test_the_wheel_works_with_its_requirements_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", "-c", ALONE, str(tmp_path), "nnlib", *brought()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_archive_of_sources_makes_the_same_wheel(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with tarfile.open(tmp_path / buildapi.build_sdist(str(tmp_path))) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    monkeypatch.chdir(source)
    again = tmp_path / buildapi.build_wheel(str(tmp_path))
    with zipfile.ZipFile(again) as one, zipfile.ZipFile(wheel) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        assert all(one.read(name) == other.read(name) for name in one.namelist())


def test_the_version_stands_in_one_place(wheel: Path) -> None:
    assert wheel.name.startswith(f"nnlib-{nnlib.__version__}-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    released = re.findall(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert all(nnlib.__version__ >= version for version in released)
    assert "version" not in yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def test_the_citation_has_what_its_form_asks_for() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert citation["title"] == config["title"]
    assert citation["authors"] == [{"name": config["author"]}]


def test_every_requirement_of_the_library_has_a_lowest_version() -> None:
    """They are what `make test-oldest` installs."""
    assert all(">=" in str(one.specifier) for one in requirements())
