"""The commands behind the Makefile: nothing stale, nothing lost, and failures that fail."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import book
import environment
import execution
import lab
import nbformat
import pytest
import pythons
import reading
import refresh
import versions
import yaml
from sample_book import HASTE

ROOT = Path(__file__).resolve().parent.parent


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata=refresh.METADATA)


@pytest.mark.parametrize("version", [(3, 10, 1), (3, 0, 0), (2, 7, 18)])
def test_an_older_python_is_refused_in_a_line_that_names_the_newest_tried(version, monkeypatch):
    refusal = environment.check_version(version)
    assert "3.11 to 3.15" in refusal
    assert f"this is Python {version[0]}.{version[1]}." in refusal
    assert "make book PYTHON=python3.15" in refusal
    assert "\n" not in refusal
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"3\.11 to 3\.15"):
        environment.main()


@pytest.mark.parametrize("version", [(3, minor, 2) for minor in range(11, 16)])
def test_a_python_that_was_tried_is_taken_without_a_word(version):
    assert environment.check_version(version) is None
    assert environment.doubt(version) is None


@pytest.mark.parametrize("version", [(3, 16, 0), (3, 100, 0), (4, 0, 0)])
def test_a_newer_python_is_tried_with_a_warning(version, monkeypatch, tmp_path, capsys):
    ran = []
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(environment, "VENV", str(tmp_path))
    monkeypatch.setattr(environment, "run", lambda *command: ran.append(command))
    environment.main()
    (warning,) = capsys.readouterr().err.splitlines()
    assert f"This is Python {version[0]}.{version[1]}; " in warning
    assert "3.15" in warning
    assert any("requirements.txt" in command for command in ran)
    assert (tmp_path / "ready").exists()


def test_the_pythons_that_are_tried_are_the_ones_that_are_named():
    oldest, newest = environment.OLDEST, environment.NEWEST
    tried = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text()
    assert json.dumps(tried) in workflow
    assert f"Python {tried[0]} to {tried[-1]}" in (ROOT / "README.md").read_text()
    assert f"Python {tried[0]} to {tried[-1]}" in (ROOT / "CONTRIBUTING.md").read_text()
    assert f'requires-python = ">={tried[0]}"' in (ROOT / "pyproject.toml").read_text()


def test_the_refusal_parses_on_the_pythons_it_refuses():
    source = (ROOT / "commands" / "environment.py").read_text()
    compile(source, "environment.py", "exec")
    assert 'f"' not in source
    assert "->" not in source


def test_canonical_form_numbers_cells_names_them_and_joins_streams():
    nb = notebook("1 + 1", "", "print()", "print()")
    nb.cells[0].outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=41),
        nbformat.v4.new_output("stream", name="stdout", text="a"),
        nbformat.v4.new_output("stream", name="stdout", text="b"),
    ]
    nb.cells[0].metadata["execution"] = {"iopub.status.busy": "now"}
    nb.cells[0].metadata["tags"] = ["hide-input"]
    nb.metadata["widgets"] = {"state": {}}
    result = refresh.canonical(nb)
    assert [cell.execution_count for cell in result.cells] == [1, None, 2, 3]
    assert result.cells[0].outputs[0].execution_count == 1
    assert result.cells[0].outputs[1].text == "ab"
    assert result.cells[0].metadata == {"tags": ["hide-input"]}
    assert "widgets" not in result.metadata
    assert len({cell.id for cell in result.cells}) == 4
    assert refresh.written(refresh.canonical(result)) == refresh.written(result)


def test_canonical_form_renames_widget_views_in_order():
    nb = notebook("w", "v", "w")
    for cell, model in zip(nb.cells, ("abc", "xyz", "abc"), strict=True):
        data = {"text/plain": "W", reading.VIEW: {"model_id": model, "version_major": 2}}
        cell.outputs = [nbformat.v4.new_output("display_data", data)]
    views = [c.outputs[0].data[reading.VIEW]["model_id"] for c in refresh.canonical(nb).cells]
    assert views == ["widget-1", "widget-2", "widget-1"]


def test_cell_ids_survive_an_inserted_cell():
    before = refresh.cell_ids(["a = 1", "b = 2"])
    after = refresh.cell_ids(["a = 1", "new = 0", "b = 2"])
    assert [after[0], after[2]] == before


def test_a_notebook_that_raises_is_left_as_it_was(tmp_path, capsys):
    path = tmp_path / "bad.ipynb"
    nbformat.write(notebook("x = 1", "1 / 0"), path)
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.fixture
def chapters(tmp_path):
    source, target = tmp_path / "chapters", tmp_path / "lab"
    (source / "practice").mkdir(parents=True)
    (source / "a.ipynb").write_text("one")
    (source / "practice" / "b.ipynb").write_text("two")
    (source / "book.mplstyle").write_text("style")
    (source / "page.md").write_text("not for the lab")
    return source, target


def test_lab_copies_the_chapters_and_their_style(chapters):
    source, target = chapters
    assert lab.copy_chapters(source, target) == []
    names = {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()}
    assert names == {"a.ipynb", "practice/b.ipynb", "book.mplstyle", lab.RECORD}


def test_an_untouched_copy_follows_the_book(chapters):
    source, target = chapters
    lab.copy_chapters(source, target)
    (source / "a.ipynb").write_text("newer")
    assert lab.copy_chapters(source, target) == []
    assert (target / "a.ipynb").read_text() == "newer"


def test_a_changed_copy_is_never_overwritten(chapters):
    source, target = chapters
    lab.copy_chapters(source, target)
    (target / "a.ipynb").write_text("my answers")
    assert lab.copy_chapters(source, target) == []
    (source / "a.ipynb").write_text("newer")
    (kept,) = lab.copy_chapters(source, target)
    assert "a.new.ipynb" in kept
    (source / "a.ipynb").write_text("newest")
    (target / "a.new.ipynb").write_text("my second answers")
    (kept,) = lab.copy_chapters(source, target)
    assert "a.new2.ipynb" in kept
    assert (target / "a.ipynb").read_text() == "my answers"
    assert (target / "a.new.ipynb").read_text() == "my second answers"
    assert (target / "a.new2.ipynb").read_text() == "newest"
    assert lab.copy_chapters(source, target) == []


def test_copies_follow_names_that_had_numbers(chapters):
    source, target = chapters
    for name in ("01_a", "02_c", "03_d"):
        (source / f"{name}.ipynb").write_text("one")
    lab.copy_chapters(source, target)
    (target / "02_c.ipynb").write_text("my answers")
    (target / "02_c.new.ipynb").write_text("a newer one")
    (target / "03_d.ipynb").write_text("mine, and the book has no d any more")
    (target / "a.ipynb").unlink()
    for name in ("01_a", "02_c"):
        (source / f"{name}.ipynb").rename(source / f"{name[3:]}.ipynb")
    (source / "03_d.ipynb").unlink()
    (source / "c.ipynb").write_text("newer")
    (kept,) = lab.copy_chapters(source, target)
    assert "lab/c.ipynb has your changes and stays; see c.new2.ipynb" in kept
    assert (target / "c.ipynb").read_text() == "my answers"
    assert (target / "c.new.ipynb").read_text() == "a newer one"
    assert (target / "c.new2.ipynb").read_text() == "newer"
    assert (target / "a.ipynb").read_text() == "one"
    assert (target / "03_d.ipynb").read_text().startswith("mine")
    assert not (target / "01_a.ipynb").exists()
    assert lab.copy_chapters(source, target) == []


def test_a_copy_stays_where_the_new_name_is_taken(chapters):
    source, target = chapters
    target.mkdir()
    (target / "01_a.ipynb").write_text("mine of then")
    (target / "a.ipynb").write_text("mine of now")
    lab.copy_chapters(source, target)
    assert (target / "01_a.ipynb").read_text() == "mine of then"
    assert (target / "a.ipynb").read_text() == "mine of now"


def test_a_copy_made_before_the_record_is_not_overwritten(chapters):
    source, target = chapters
    target.mkdir()
    (target / "a.ipynb").write_text("mine, from elsewhere")
    lab.copy_chapters(source, target)
    assert (target / "a.ipynb").read_text() == "mine, from elsewhere"
    assert (target / "a.new.ipynb").read_text() == "one"


def test_the_fingerprint_sees_library_javascript_and_style():
    names = {path.relative_to(ROOT).as_posix() for path in book.shared_files()}
    assert {"nnlib/search.py", "chapters/book.mplstyle", "_config.yml"} <= names
    assert any(name.startswith("nnlib/widgets/") and name.endswith(".js") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_the_marks_of_a_book_know_whether_its_pages_have_python(monkeypatch, capsys):
    monkeypatch.setattr(book, "python_folder", lambda: ROOT)
    assert book.pages_python() == book.BYTES["version"]
    assert capsys.readouterr().out == ""

    def missing():
        raise book.MissingError("there is none")

    monkeypatch.setattr(book, "python_folder", missing)
    assert book.pages_python() == "none"
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("The pages are built without Python: there is none. ")
    assert "PYODIDE_FROM" in line


def run_book(folder):
    return subprocess.run(
        [sys.executable, "commands/book.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        # The library of this folder, not the one installed in place; the page's Python has tests
        # of its own.
        env={**os.environ, "PYTHONPATH": str(folder), "PYODIDE_FROM": "none"},
    )


@pytest.fixture
def small_book(tmp_path):
    """A copy of the house with one page of its own."""
    for name in ("nnlib", "rendering", "commands"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    for name in ("_config.yml", "references.bib", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n")
    (tmp_path / "rfc3987_syntax.py").write_text("raise ImportError  # see HASTE")
    (tmp_path / "chapters").mkdir()
    nb = notebook("import nnlib.distances\nprint('the answer', 6 * 7, nnlib.distances.__doc__[:7])")
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("# Page"))
    nbformat.write(nb, tmp_path / "chapters" / "page.ipynb")
    return tmp_path


def test_the_book_is_never_stale_and_a_broken_cell_breaks_it(small_book):
    page = small_book / "_build" / "html" / "chapters" / "page.html"
    first = run_book(small_book)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.count("built without Python") == 1
    assert "the answer 42 Squared" in page.read_text(encoding="utf-8")

    assert "up to date" in run_book(small_book).stdout

    library = small_book / "nnlib" / "distances.py"
    library.write_text(library.read_text().replace('"""Squared', '"""Changed', 1))
    changed = run_book(small_book)
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert "the answer 42 Changed" in page.read_text(encoding="utf-8")

    source = small_book / "chapters" / "page.ipynb"
    sound = source.read_text()
    source.write_text(sound.replace("6 * 7", "6 / 0"))
    for _ in range(2):  # nor may a second try pass over what the first one complained of
        broken = run_book(small_book)
        assert broken.returncode != 0
        assert "ZeroDivisionError" in broken.stdout + broken.stderr

    source.write_text(sound)
    assert run_book(small_book).returncode == 0

    # What a build that was broken off left behind is no page, though none is out of date.
    (small_book / "_build" / "built.sha256").unlink()
    page.write_text("half of a page", encoding="utf-8")
    assert run_book(small_book).returncode == 0
    assert "the answer 42 Changed" in page.read_text(encoding="utf-8")


def test_only_sound_outputs_are_kept_for_the_next_build(tmp_path):
    """What failed or complained may have done so for a reason outside the page."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: sound\nchapters: [{file: broken}, {file: loud}, {file: text}]\n"
    )
    nbformat.write(notebook("print(6 * 7)"), tmp_path / "sound.ipynb")
    nbformat.write(notebook("1 / 0"), tmp_path / "broken.ipynb")
    top = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
    loud = "import sys\nprint('beware', file=sys.stderr)"
    (tmp_path / "loud.md").write_text(f"{top}\n```{{code-cell}} ipython3\n{loud}\n```\n")
    (tmp_path / "text.md").write_text("no cells")

    def kept():
        with execution.cache_of(tmp_path) as (cache, _):
            return {Path(record.uri).name for record in cache.list_cache_records()}

    pages = execution.notebooks(tmp_path)
    assert [path.name for path in pages] == ["sound.ipynb", "broken.ipynb", "loud.md"]
    execution.run_side_by_side(tmp_path)
    assert kept() == {"sound.ipynb", "loud.md"}
    execution.forget_complaints(tmp_path)
    assert kept() == {"sound.ipynb"}


def run_nbval(*paths):
    options = ["-p", "no:cacheprovider", "--nbval"]
    options += ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg")]
    program = HASTE + "import pytest; sys.exit(pytest.main())"
    command = [sys.executable, "-c", program, *options, *map(str, paths)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_one_changed_number_in_a_stored_output_fails(tmp_path):
    sound, forged = tmp_path / "sound.ipynb", tmp_path / "forged.ipynb"
    shutil.copy(ROOT / "chapters" / "warmup.ipynb", sound)
    shutil.copy(ROOT / "chapters" / "book.mplstyle", tmp_path)
    content = json.loads(sound.read_text())
    output = next(o for c in content["cells"] for o in c.get("outputs", []) if "text" in o)
    assert "3" in output["text"][0]
    output["text"][0] = output["text"][0].replace("3", "4", 1)
    forged.write_text(json.dumps(content))

    done = run_nbval(sound, forged)
    assert done.returncode == 1
    cells = sum(cell["cell_type"] == "code" for cell in content["cells"])
    assert f"1 failed, {2 * cells - 1} passed in " in done.stdout, done.stdout
    assert output["text"][0].strip() in done.stdout, done.stdout  # what is compared in vain


def test_other_versions_are_resolved_from_the_ranges_and_tried_by_the_modules_tests():
    _, install, tests = versions.commands("oldest")
    assert install[install.index("--resolution") + 1] == "lowest-direct"
    assert "requirements.txt" not in install
    assert {"tests/test_search.py", "tests/test_classifier.py"} <= set(tests)
    newest = versions.commands("newest")[1]
    assert newest[newest.index("--resolution") + 1] == "highest"


def test_the_weekly_workflow_runs_the_same_commands():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "versions.yml").read_text())
    job = workflow["jobs"]["versions"]
    assert job["steps"][-1]["run"] == "make test-${{ matrix.which }}"
    assert set(job["strategy"]["matrix"]["which"]) == set(versions.RESOLUTIONS)


def test_before_a_commit_the_linters_of_ci_run():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [h["entry"] for repo in hooks["repos"] for h in repo["hooks"]] == ["make lint"]


@pytest.fixture
def shims(tmp_path, monkeypatch):
    """Put before all other programs two Pythons, one of which does not start, and a Make."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in {
        "python3.11": "echo 3.11",
        "python3.12": "echo 'version 3.12 is not installed' >&2; exit 127",
        "make": 'echo "$@" >> made; test ! -e "$MAKE_FAILS"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("MAKE_FAILS", str(tmp_path / "fails"))
    monkeypatch.delenv("MAKE", raising=False)
    monkeypatch.setattr(pythons, "COPIES", tmp_path / "copies")
    monkeypatch.setattr(pythons, "TRIED", ["3.11", "3.12", "3.1"])
    monkeypatch.setattr(pythons, "sources", lambda: ["Makefile", "nnlib/__init__.py"])
    return tmp_path


def test_the_book_is_built_and_tested_on_each_python_that_starts(shims, capsys):
    assert pythons.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == [
        "Python 3.11: passed", "Python 3.12: not installed", "Python 3.1: not installed",
    ]  # fmt: skip
    copy = shims / "copies" / "3.11"
    assert (copy / "made").read_text() == f"book test PYTHON={shims / 'bin' / 'python3.11'}\n"
    assert (copy / "nnlib" / "__init__.py").read_bytes() == (
        ROOT / "nnlib/__init__.py"
    ).read_bytes()
    assert (copy / ".cache").resolve() == ROOT / ".cache"
    listed = ["git", "ls-files", "--others", "--exclude-standard", "nnlib"]
    found = subprocess.run(listed, cwd=copy, capture_output=True, text=True, check=True)
    assert found.stdout == "nnlib/__init__.py\n"
    # What is no source any more goes, what was built stays.
    for name in (".venv/ready", "former.py", "nnlib/former.py"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).touch()
    (shims / "fails").touch()
    assert pythons.main() == 1
    assert "Python 3.11: failed with code 1" in capsys.readouterr().out
    assert (copy / ".venv" / "ready").exists()
    assert not list(copy.rglob("former.py"))


def test_where_no_python_starts_nothing_has_passed(shims, monkeypatch):
    monkeypatch.setattr(pythons, "TRIED", ["3.12"])
    assert pythons.main() == 1


def test_the_sources_are_what_git_tracks_and_what_is_new():
    names = pythons.sources()
    assert {"Makefile", "nnlib/__init__.py", ".github/workflows/book.yml"} <= set(names)
    assert not [name for name in names if name.startswith((".venv", "_build", ".cache", "lab/"))]
