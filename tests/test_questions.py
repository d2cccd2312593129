"""The questions: well formed, every option explained, and every answer that can be computed is."""

import itertools
import json
import re
import warnings
from copy import deepcopy
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

from nnlib import nearest, softmax
from nnlib.practice import questions, quiz

CHAPTERS = questions.chapters()
ALL = [
    pytest.param(chapter, question, id=f"{chapter}-{question['id']}")
    for chapter in CHAPTERS
    for question in questions.load(chapter)["questions"]
]
every_question = pytest.mark.parametrize(("chapter", "question"), ALL)
PAGES = Path(__file__).parents[1] / "chapters"


def of_kinds(*kinds):
    chosen = [one for one in ALL if one.values[1]["kind"] in kinds]
    return pytest.mark.parametrize(("chapter", "question"), chosen)


def run(question, lines=()):
    """Return what a question's check says after its setup and these lines; None if they fail."""
    names = {"np": np, "Fraction": Fraction, "softmax": softmax, "nearest": nearest}
    try:
        program = compile("\n".join(lines), question["id"], "exec")
    except SyntaxError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(question.get("setup", ""), names)
        try:
            exec(program, names)
            return eval(question["check"], names)
        except Exception:
            if lines:
                return None
            raise


# What is there.


def test_there_are_enough_of_every_kind():
    kinds = [one.values[1]["kind"] for one in ALL]
    assert len(kinds) >= 45
    assert set(kinds) == set(questions.KINDS)
    assert min(kinds.count(kind) for kind in questions.KINDS) >= 2
    assert kinds.count("numeric") >= 12


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_quiz_is_short_and_named_like_its_chapter(chapter):
    content = questions.load(chapter)
    assert 2 <= len(content["questions"]) <= 5
    notebook = nbformat.read(PAGES / f"{chapter}.ipynb", as_version=4)
    assert notebook.cells[0].source.splitlines()[0] == f"# {content['title']}"


def test_every_chapter_has_a_quiz():
    contents = PAGES.parent / "_toc.yml"
    assert {path.stem for path in PAGES.glob("*.ipynb")} == set(CHAPTERS)
    assert questions.chapters(contents)[:2] == ["warmup", "nearest"]
    assert sorted(questions.chapters(contents)) == questions.chapters() == CHAPTERS
    assert questions.chapters(contents.with_name("none.yml")) == CHAPTERS


def test_a_name_from_when_names_had_numbers_is_known():
    assert questions.load("04_argmax") == questions.load("argmax")
    assert quiz("04_argmax").name == "argmax"


@every_question
def test_everything_is_explained_in_plain_sentences(chapter, question):
    texts = [question["ask"]]
    for part in ("options", "lines", "near"):
        for member in question.get(part, []):
            assert len(member["why"]) >= 20
            texts.append(member["why"])
    if question["kind"] == "numeric":
        assert len(question["near"]) >= 1
        texts.append(question["why"])
    for text in texts:
        # A whole sentence, in the house's typography, with markup that closes.
        assert re.search(r"[.?:][”)]*$", text), text
        assert text.count("`") % 2 == 0, text
        assert "!" not in re.sub("`[^`]*`", "", text), text
        assert "  " not in text, text
    json.dumps(question, allow_nan=False)


@of_kinds("single", "multiple")
def test_no_option_speaks_of_another_by_its_place(chapter, question):
    # They are shuffled: "the first one" is another one for every reader.
    for option in question["options"]:
        places = (
            r"\b(first|second|third|last|previous|next) (one|option|answer)\b|\b(above|below)\b"
        )
        assert not re.search(places, option["why"]), option["why"]


@every_question
def test_a_right_option_does_not_stand_out_by_its_place(chapter, question):
    # Shuffled, the same on every run, and over all questions in no preferred place.
    again = [one for one in questions.load(chapter)["questions"] if one["id"] == question["id"]]
    assert again == [question]


def test_right_options_stand_in_every_place():
    places = [
        [option.get("right", False) for option in one.values[1]["options"]].index(True)
        for one in ALL
        if one.values[1]["kind"] == "single"
    ]
    assert set(places) == {0, 1, 2, 3}
    assert max(places.count(place) for place in range(4)) <= len(places) / 2


# Answers that can be computed are.


@of_kinds("numeric")
def test_the_number_is_what_the_check_computes(chapter, question):
    value = float(run(question))
    assert questions.accepts(question, value)
    # The number that is shown is rounded less than what is accepted, or not at all.
    slack = max(question["tolerance"] / 4, 1e-12)
    assert abs(value - question["answer"]) <= slack * abs(question["answer"])


@of_kinds("single", "multiple")
def test_a_claim_behind_a_choice_is_true(chapter, question):
    if "check" in question:
        assert run(question)
    else:
        assert "setup" not in question


def test_most_numbers_and_many_choices_are_computed():
    assert sum("check" in one.values[1] for one in ALL) >= 30


@of_kinds("wrong-line")
def test_the_wrong_line_is_wrong_and_its_fix_mends_it(chapter, question):
    lines = [line["text"] for line in question["lines"]]
    fixed = [line.get("fix", line["text"]) for line in question["lines"]]
    assert run(question, fixed)
    assert not run(question, lines)
    assert [a != b for a, b in zip(lines, fixed, strict=True)].count(True) == 1


@of_kinds("order")
def test_one_order_of_the_lines_is_right_and_no_other(chapter, question):
    lines = [line["text"] for line in question["lines"]]
    assert len(set(lines)) == len(lines)
    right = [order for order in itertools.permutations(lines) if run(question, order)]
    assert right == [tuple(lines)]
    assert sorted(question["start"]) == list(range(len(lines)))
    assert question["start"] != sorted(question["start"])


# What is not well formed gets one clear error.

LINES = [{"text": text, "why": f"{text}."} for text in "lmn"]
GOOD = {
    "title": "T",
    "questions": [
        {
            "id": "a-b",
            "kind": "single",
            "ask": "A?",
            "options": [
                {"text": "x", "why": "X.", "right": True},
                {"text": "y", "why": "Y."},
            ],
        },
        {
            "id": "n",
            "kind": "numeric",
            "ask": "N?",
            "answer": 10,
            "tolerance": 0.1,
            "why": "W.",
            "near": [{"value": 5, "why": "V."}],
        },
        {
            "id": "w",
            "kind": "wrong-line",
            "ask": "W?",
            "lines": [LINES[0], {**LINES[1], "wrong": True, "fix": "k"}],
        },
        {"id": "o", "kind": "order", "ask": "O?", "check": "1", "lines": LINES},
    ],
}


def put(path, value):
    """Return a copy of the good file with another value at a path; a value of None removes it."""
    content = deepcopy(GOOD)
    *way, last = path
    holder = content
    for step in way:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return content


def test_a_good_file_passes():
    content = questions.check("t.yaml", GOOD)
    assert [one["id"] for one in content["questions"]] == ["a-b", "n", "w", "o"]
    marks = [one["mark"] for one in content["questions"]]
    assert len(set(marks)) == 4
    other = questions.check("t.yaml", put(["questions", 0, "ask"], "B?"))
    assert [a != b["mark"] for a, b in zip(marks, other["questions"], strict=True)] == [
        True,
        False,
        False,
        False,
    ]


Q = "questions"
BAD = [
    (["title"], None, "t.yaml: 'title' is missing"),
    (["title"], 3, "t.yaml: 'title' must be text; got 3"),
    ([Q], [], "t.yaml: 'questions' is empty"),
    ([Q, 0], "text", "t.yaml, question 1: must be a mapping of fields; got 'text'"),
    ([Q, 0, "id"], None, "t.yaml, question 1: 'id' is missing"),
    ([Q, 0, "id"], "A b", "t.yaml, question A b: id must be words"),
    ([Q, 1, "id"], "a-b", "t.yaml: two questions have the id 'a-b'"),
    (
        [Q, 0, "kind"],
        "riddle",
        "t.yaml, question a-b: kind must be one of single, .*; got 'riddle'",
    ),
    ([Q, 0, "kind"], None, "t.yaml, question a-b: 'kind' is missing"),
    ([Q, 0, "ask"], "", "t.yaml, question a-b: 'ask' is empty"),
    ([Q, 0, "hint"], "h", "t.yaml, question a-b: there is no field 'hint' here"),
    ([Q, 0, "near"], [], "t.yaml, question a-b: there is no field 'near' here"),
    ([Q, 0, "options", 1, "why"], None, "question a-b, options 2: 'why' is missing"),
    ([Q, 0, "options", 1, "why"], "", "question a-b, options 2: 'why' is empty"),
    ([Q, 0, "options", 1, "rihgt"], True, "options 2: there is no field 'rihgt' here"),
    ([Q, 0, "options", 1, "right"], "yes", "options 2: 'right' must be true or false; got 'yes'"),
    ([Q, 0, "options", 1, "right"], True, "question a-b: 2 options are right"),
    ([Q, 0, "options", 0, "right"], False, "question a-b: 0 options are right"),
    ([Q, 0, "options", 1, "text"], "x", "question a-b: options must be two or more, all different"),
    ([Q, 1, "answer"], "1e7", "question n: 'answer' must be a number; got '1e7'"),
    ([Q, 1, "answer"], True, "question n: 'answer' must be a number; got True"),
    ([Q, 1, "tolerance"], None, "question n: 'tolerance' is missing"),
    ([Q, 1, "tolerance"], -0.1, "question n: 'tolerance' must not be negative"),
    ([Q, 1, "why"], None, "question n: 'why' is missing"),
    ([Q, 1, "near", 0, "why"], None, "question n, near 1: 'why' is missing"),
    ([Q, 1, "near", 0, "value"], 9.5, "question n: 9.5 is near, and yet accepted"),
    ([Q, 2, "lines", 1, "fix"], None, "question w: exactly one line must be wrong, and have its"),
    ([Q, 2, "lines", 0, "wrong"], True, "question w: exactly one line must be wrong"),
    ([Q, 2, "lines", 0, "fix"], "f", "question w: only the wrong line has a fix"),
    ([Q, 3, "lines", 2], None, "question o: three lines at least"),
    ([Q, 3, "lines", 2, "wrong"], True, "question o: lines to be put in order are all right"),
    ([Q, 3, "check"], None, "question o: 'check' is missing, which proves"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD)
def test_a_bad_file_gets_one_clear_error(path, value, message):
    with pytest.raises(ValueError, match=message):
        questions.check("t.yaml", put(path, value))


def test_a_file_that_is_no_mapping():
    with pytest.raises(ValueError, match=r"t\.yaml: must be a mapping of fields; got None"):
        questions.check("t.yaml", None)


def test_a_chapter_without_questions():
    with pytest.raises(ValueError, match="no questions for 'end'; there are approximate, "):
        questions.load("end")
