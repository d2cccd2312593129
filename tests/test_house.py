"""The house: arrows point one way, each pin fits its range, and what is pinned is what runs."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from longest import LONGEST
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nnlib

ROOT = Path(__file__).resolve().parent.parent
# From the bottom up: each imports none but those before it.
CORE = [
    "validation", "request", "distances", "certify", "errorfree", "threads", "tiles", "problem",
    "settle", "inner", "merge", "tree", "shortlist", "partition", "training", "computed", "exact",
    "choice", "others", "similarity", "memory", "stream", "radius", "search", "network",
]  # fmt: skip
# Rooms of searches that were added to the core, each of which can be read by itself.
ADDED = {"others", "radius", "inner", "similarity", "partition"}


def imported(path: Path) -> set[str]:
    """Return the top-level packages, and for nnlib the modules, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            parts = name.split(".")
            found.add(".".join(parts[:2]) if parts[0] == "nnlib" else parts[0])
    return found - set(sys.stdlib_module_names)


@pytest.mark.parametrize("module", [*CORE, "votes"])
def test_the_core_imports_numpy_and_itself_only(module):
    allowed = {"numpy", *(f"nnlib.{name}" for name in CORE)}
    if module == "tiles":
        allowed.add("tqdm")  # for a progress bar
    if module == "threads":
        allowed.add("threadpoolctl")  # when a search takes several threads
    if module == "tree":
        allowed.add("scipy")  # when a tree is built
    assert imported(ROOT / "nnlib" / f"{module}.py") <= allowed


def code_lines(source: str) -> int:
    """Return how many lines hold code: no blank one, no comment, no docstring."""
    prose = set()
    for node in ast.walk(ast.parse(source)):
        holds = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if holds and ast.get_docstring(node, clean=False) is not None:
            prose |= {*range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)}
    lines = enumerate(source.splitlines(), 1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in prose
        for number, line in lines
    )


def test_lines_of_code_are_told_from_prose():
    source = '"""A.\n\nB."""\n\n# C\ndef f():\n    """D."""\n    return """E\n    F"""  # G\n'
    assert code_lines(source) == 3


def test_the_core_can_be_read_in_one_sitting():
    """What is not code are proofs and the page of the API, from which the book teaches."""
    files = [
        (ROOT / "nnlib" / f"{name}.py").read_text(encoding="utf-8")
        for name in [*CORE, "votes", "classifier"]
        if name not in ADDED
    ]
    assert sum(map(code_lines, files)) <= 2500
    assert sum(len(file.splitlines()) for file in files) <= 4400


def test_arrows_in_the_core_point_down():
    """So there is no circle, and whoever reads the rooms in this order needs none that follows."""
    for place, module in enumerate(CORE):
        above = {f"nnlib.{name}" for name in CORE[place:]}
        assert not imported(ROOT / "nnlib" / f"{module}.py") & above, module


# A user may name every option of these.
PUBLIC = {
    "k_nearest",
    "nearest",
    "radius_neighbors",
    "ThreeLayerNet.__init__",
    "NeighborsBase.__init__",
}


def test_only_public_signatures_have_six_parameters():
    many = set()
    for module in [*CORE, "votes", "classifier", "distributed"]:
        tree = ast.parse((ROOT / "nnlib" / f"{module}.py").read_text(encoding="utf-8"))
        methods = {
            function: f"{node.name}."
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for function in node.body
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if len([a for a in given if a.arg not in ("self", "cls")]) >= 6:
                    many.add(methods.get(node, "") + node.name)
    assert many == PUBLIC


def test_a_method_is_known_by_its_name_in_three_rooms():
    """Request decides, the book's own distances, and a merge that shards call by name."""
    rooms = {
        p.stem for p in (ROOT / "nnlib").glob("*.py") if re.search(r"method [!=]= ", p.read_text())
    }
    assert rooms == {"request", "distances", "merge"}


def test_only_the_classifier_imports_scikit_learn_in_the_library():
    users = [p.name for p in (ROOT / "nnlib").glob("*.py") if "sklearn" in imported(p)]
    assert users == ["classifier.py"]


def test_only_one_module_imports_dask():
    files = (ROOT / "nnlib").rglob("*.py")
    users = [p.name for p in files if imported(p) & {"dask", "distributed"}]
    assert users == ["distributed.py"]


# What takes long to import, and is not needed before something is asked for.
SLOW = {
    *("sklearn", "dask", "distributed", "scipy", "numpy.random", "threadpoolctl"),
    *("fractions", "pathlib", "zipfile", "concurrent.futures", "hashlib"),
}


def test_importing_nnlib_imports_nothing_slow_that_numpy_does_not():
    code = (
        "import sys, numpy; before = {*sys.modules}; import nnlib; "
        f"print(*({{*sys.modules}} - before & {SLOW}), sep=', ')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""


OWN = ("", "benchmarks", "commands", "tests", "tests/browser")
ROOMS = ("nnlib", "rendering", "benchmarks", "commands", "tests")


def file_of(module: str) -> Path | None:
    """Return the file of a module of the project, None if there is none."""
    path = module.replace(".", "/")
    files = (ROOT / where / p for where in OWN for p in (f"{path}.py", f"{path}/__init__.py"))
    return next((file for file in files if file.exists()), None)


def wanted(path: Path) -> list[tuple[str, str]]:
    """Return (module, name) of what a file imports from the project; "" for the module itself."""
    tops = {
        "nnlib",
        "rendering",
        *(p.stem for where in OWN[1:] for p in (ROOT / where).glob("*.py")),
    }
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}: relative imports are not looked at"
            found += [(node.module or "", alias.name) for alias in node.names]
    return [(module, name) for module, name in found if module.split(".")[0] in tops]


def defined(nodes: list[ast.stmt]) -> set[str]:
    """Return the names that statements at the top of a module bind when it runs."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {a.asname or a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        else:
            parts = [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt)]
            names = [n for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)]
            found |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
            for field in ("body", "orelse", "finalbody"):
                found |= defined(getattr(node, field, []))
            for handler in getattr(node, "handlers", []):
                found |= defined(handler.body)
    return found


@pytest.mark.parametrize("folder", ROOMS)
def test_what_is_imported_from_the_project_is_there(folder):
    """A name that moved is found, also where no test runs the file that asks for it."""
    for path in (ROOT / folder).rglob("*.py"):
        if "submissions" in path.parts:
            continue
        for module, name in wanted(path):
            file = file_of(module)
            assert file, f"{path.relative_to(ROOT)}: there is no {module}"
            if name and not file_of(f"{module}.{name}"):
                there = defined(ast.parse(file.read_text(encoding="utf-8")).body)
                there |= {*nnlib.__all__} if module == "nnlib" else set()  # some come when asked
                assert name in there, f"{path.relative_to(ROOT)}: {module} has no {name}"


def test_a_name_that_is_read_or_for_types_only_is_not_there():
    source = "if TYPE_CHECKING:\n    import a\nb = f(x)\nfor c in d:\n    def e(): g = 1\n"
    source += "try:\n    import h\nexcept E as i:\n    j, k = 1, 2\nm: int\nn: int = 1\n"
    assert defined(ast.parse(source).body) == {"b", "c", "e", "h", "j", "k", "m", "n"}


def test_each_room_of_the_core_has_a_test_file_of_its_name():
    assert [name for name in CORE if not (ROOT / "tests" / f"test_{name}.py").exists()] == []


def test_test_files_have_names_of_their_own():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))  # pytest imports them by name


def test_the_files_that_begin_first_are_there():
    assert {path.name for path in (ROOT / "tests").rglob("test_*.py")} >= {*LONGEST}
    assert len(LONGEST) == len({*LONGEST})
    (line,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "pytest -n" in line]
    assert line.endswith("-n 2 --dist loadfile --no-loadscope-reorder")  # which keeps their order


def test_no_drawer_for_odds_and_ends():
    names = {p.stem for p in ROOT.rglob("*.py") if ".venv" not in p.parts}
    assert not names & {"utils", "helpers", "common", "misc"}


PYTHONS = [f"3.{minor}" for minor in range(11, 16)]


def pins(python: str | None = None) -> dict[str, Requirement]:
    """Return the pins by package that hold for a Python, else for the one that runs, here."""
    place = dict(default_environment())
    if python is not None:
        place |= {"python_version": python, "python_full_version": f"{python}.0"}
    found: dict[str, Requirement] = {}
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate(place):
                name = canonicalize_name(pin.name)
                assert name not in found, f"two pins of {name} for Python {python}"
                found[name] = pin
    return found


def direct_requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    # The peers of `make bench` are no reader's business: tests/test_benchmarks.py.
    groups = [project["dependencies"], *(extras[name] for name in extras if name != "bench")]
    found = [Requirement(line) for group in groups for line in group]
    return [requirement for requirement in found if requirement.name != "nnlib"]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("requirement", direct_requirements(), ids=str)
def test_every_direct_requirement_is_pinned_inside_its_range(requirement, python):
    name = canonicalize_name(requirement.name)
    if requirement.marker is not None and not requirement.marker.evaluate(
        {"python_version": python}
    ):
        assert name not in pins(python)
        return
    (specifier,) = pins(python)[name].specifier
    assert specifier.operator == "=="
    assert requirement.specifier.contains(specifier.version, prereleases=True)


def test_what_is_installed_is_what_is_pinned():
    wrong = []
    for name, pin in pins().items():
        (specifier,) = pin.specifier
        if metadata.version(name) != specifier.version:
            wrong.append(f"{pin} is installed as {metadata.version(name)}")
    assert not wrong


def test_the_pins_name_no_address():
    assert not re.search(
        r"https?:|file:|--index|--find-links", (ROOT / "requirements.txt").read_text()
    )


def test_ci_runs_the_readmes_test_command_and_nothing_else():
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]
    assert "make test" in (ROOT / "README.md").read_text()
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text()
    assert re.findall(r"run: (.*)", workflow) == ["make book", "make test"]


def test_javascript_can_be_held_in_mind():
    """How long a function may be, oxlint holds; here that nothing is exempt, and the lines."""
    rules = json.loads((ROOT / ".oxlintrc.json").read_text(encoding="utf-8"))
    bound = rules["rules"]["max-lines-per-function"]
    assert bound == ["error", {"max": 150, "skipComments": True}]
    assert "max-lines-per-function" not in json.dumps(rules["overrides"])
    files = [*(ROOT / "nnlib").rglob("*.js"), *(ROOT / "rendering").rglob("*.js")]
    assert len(files) > 30
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 110 or "oxlint-disable" in line or "eslint-disable" in line
    ]
    assert wide == []
