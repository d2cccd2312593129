"""The practice widgets in Python: traits, what they refuse, and modules that stand alone."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import refresh
from traitlets import TraitError

from nnlib.practice import mock, mock_interview, questions, quiz
from nnlib.practice.catalog import drills
from nnlib.practice.spoken import progress
from nnlib.widgets import (
    Debrief,
    Deck,
    Derivation,
    InterviewerSheet,
    MockInterview,
    NinetyMinutes,
    Progress,
    Quiz,
    base,
    joining,
)

CLASSES = [
    Quiz,
    MockInterview,
    Debrief,
    InterviewerSheet,
    Deck,
    NinetyMinutes,
    Derivation,
    Progress,
]
every_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


@every_class
def test_the_module_is_small_and_writes_no_markup(kind):
    text = kind._esm
    assert "innerHTML" not in text
    assert len(gzip.compress(text.encode())) <= (11_500 if kind is MockInterview else 8000)


@every_class
def test_each_file_that_a_module_is_made_of_comes_once(kind):
    names = re.findall(r"^(?:export )?(?:const|function|let) (\w+)", kind._esm, re.MULTILINE)
    assert len(names) == len(set(names))
    keeping = {InterviewerSheet: set(), Debrief: {"kept"}}.get(kind, {"kept", "keep"})
    assert {"el", "announcer", *keeping} <= set(names)


@pytest.mark.parametrize("chapter", questions.chapters())
def test_a_quiz_has_the_questions_of_its_chapter(chapter):
    widget = quiz(chapter)
    content = questions.load(chapter)
    assert (widget.name, widget.title) == (chapter, content["title"])
    assert widget.questions == content["questions"]
    assert repr(widget) == f"Quiz(name={chapter!r})"


def test_the_state_is_strict_json():
    own = {"title", "questions", "answers", "name", "home"}
    state = quiz("nearest").get_state(own)
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    assert state["home"] == {"answers": {}}


def test_answers_from_the_page_are_observed_and_reset():
    widget = quiz("nearest")
    heard = []
    widget.observe(lambda change: heard.append(change["new"]), "answers")
    entry = {"given": 1, "right": False, "tries": 1, "mark": "x"}
    widget.set_state({"answers": {"why-argmin": entry}})
    assert heard == [{"why-argmin": entry}]
    widget.reset()
    assert widget.answers == {}


QUESTION = {"id": "q", "mark": "m", "kind": "single", "ask": "?", "options": []}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{**QUESTION, "kind": "riddle"}], r"questions\[0\] must be of a kind in single, .*riddle"),
        ([{k: QUESTION[k] for k in QUESTION if k != "mark"}], r"questions\[0\] has no 'mark'"),
        ([{k: QUESTION[k] for k in QUESTION if k != "options"}], "has no 'options'"),
        ([QUESTION, QUESTION], r"questions\[1\] has the id of an earlier one: 'q'"),
        (["text"], "questions"),
    ],
)
def test_a_quiz_refuses_what_it_could_not_grade(given, message):
    with pytest.raises(TraitError, match=message):
        Quiz("T", given)


def test_a_quiz_of_no_chapter():
    with pytest.raises(ValueError, match="no questions for 'end'; there are approximate"):
        quiz("end")


def test_the_mock_interview_has_its_data_and_titles():
    widget = mock_interview()
    assert widget.interview == mock.load()
    assert widget.titles["argmax"] == "From argmin to argmax"
    assert widget.base == "../"
    assert repr(widget) == "MockInterview(name='mock')"
    state = widget.get_state({"interview", "titles", "session", "base"})
    assert json.loads(json.dumps(state, allow_nan=False)) == state
    for field in ("title", "mark", "opening", "unlisted", "scenes", "parts"):
        with pytest.raises(TraitError, match=f"interview has no '{field}'"):
            MockInterview({**mock.load(), field: None}, {})


def test_the_progress_knows_every_question_and_every_drill():
    widget = progress()
    marks = {one["name"]: one["marks"] for one in widget.quizzes}
    assert sorted(marks) == questions.chapters()
    contents = Path(__file__).parents[1] / "_toc.yml"
    ordered = [one["name"] for one in progress(contents=str(contents)).quizzes]
    assert ordered == [path.stem for path in refresh.notebooks() if path.stem in marks]
    for chapter, of in marks.items():
        assert of == {one["id"]: one["mark"] for one in questions.load(chapter)["questions"]}
    assert [one["name"] for one in widget.drills] == [drill.name for drill in drills()]
    assert len(widget.drills) >= 13
    assert all(one["minutes"] > 0 and one["title"] for one in widget.drills)
    assert repr(widget) == "Progress(name='progress')"


def test_progress_refuses_an_entry_without_a_field():
    with pytest.raises(TraitError, match=r"quizzes\[0\] has no 'marks'"):
        Progress([{"name": "a", "title": "A", "page": "a.html"}], [])
    with pytest.raises(TraitError, match=r"drills\[0\] has no 'minutes'"):
        Progress([], [{"name": "a", "title": "A", "page": "a.html"}])


def test_drills_and_judge_need_neither_widgets_nor_yaml():
    code = "import sys, nnlib.practice; sys.exit(bool({'anywidget', 'yaml'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# How a module is put together.


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")


def test_a_module_is_joined_from_the_files_it_names(tmp_path, monkeypatch):
    write(
        tmp_path,
        shared="export const a = 1;\n",
        more='// A comment.\nimport { a } from "./shared.js";\nexport const b = a + 1;\n',
        own='import { a } from "./shared.js";\nimport { b } from "./more.js";\n\n'
        "export default a + b;\n",
    )
    monkeypatch.setattr(base, "HERE", tmp_path)
    assert base.module("own.js") == "const a = 1;\nconst b = a + 1;\nexport default a + b;\n"


def test_of_types_nothing_and_of_indentation_one_blank_is_left(tmp_path, monkeypatch):
    write(
        tmp_path,
        shared="export const a = /** @type {const} */ ([1]);\n",
        own='import { a } from "./shared.js";\n\nfunction b() {\n  if (a)\n    return a;\n}\n'
        "export default b;\n",
    )
    monkeypatch.setattr(base, "HERE", tmp_path)
    left = "const a = ([1]);\nfunction b() {\n if (a)\n return a;\n}\nexport default b;\n"
    assert base.module("own.js") == left


def test_no_text_of_a_widget_goes_over_lines():
    """It would lose its indentation."""
    for path in sorted(Path(base.__file__).parent.glob("*.js")):
        for line in path.read_text(encoding="utf-8").splitlines():
            texts = line.replace('"`"', "").replace(
                "`[^`]+`", ""
            )  # a mark of code, and its pattern
            assert texts.count("`") % 2 == 0, (path.name, line)


def test_what_nothing_uses_stays_behind():
    kept = (
        "const SIZE = 3;\n"
        "const spread = () => [];\n"
        "function used() {\n  return [SIZE, ...spread()];\n}\n"
        "const { a } = used();\n"
        "used();\n"
        "export default { run: a };\n"
    )
    dropped = (
        "const run = 1;\n"  # a key is no use of it, nor a property
        "const deep = 2;\n"
        "async function again() {\n  return deep + used().run + again();\n}\n"
    )
    first, *rest = kept.splitlines(keepends=True)
    assert joining.lean(first + dropped + "".join(rest)) == kept


def test_comments_behind_code_stay_behind(tmp_path):
    write(tmp_path, own='const a = "x; // no comment"; // a comment\nexport default a;\n')
    text = joining.joined(tmp_path / "own.js")
    assert text == 'const a = "x; // no comment";\nexport default a;\n'


def test_a_file_that_imports_from_elsewhere_is_refused(tmp_path, monkeypatch):
    write(
        tmp_path,
        shared="export const a = 1;\n",
        more='import { a } from "./shared.js";\nimport c from "https://example.org/c.js";\n',
        own='import { a } from "./shared.js";\nimport { b } from "./more.js";\n',
    )
    monkeypatch.setattr(base, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"more\.js must import by name, from files of the"):
        base.module("own.js")
