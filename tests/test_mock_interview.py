"""The mock interview as data: well formed, its estimates right, its listing tested."""

import itertools
from copy import deepcopy

import numpy as np
import pytest

from nnlib import predict_1nn
from nnlib.practice import judge, mock, questions
from nnlib.practice.catalog import NAMES

INTERVIEW = mock.load()
STEPS = [step for part in INTERVIEW["parts"] for step in mock.steps("mock.yaml", part)]


def test_it_takes_45_minutes_in_the_order_of_an_interview():
    parts = INTERVIEW["parts"]
    assert sum(part["minutes"] for part in parts) == 45
    names = ["Clarify", "Code in a blank file", "The network", "Stability", "Scale"]
    assert [part["title"] for part in parts] == names


def test_no_two_sessions_in_a_row_need_be_alike():
    drawn = [entry for part in INTERVIEW["parts"] for entry in part["steps"] if "one_of" in entry]
    ways = [len(INTERVIEW["scenes"]), *(len(entry["one_of"]) for entry in drawn)]
    assert min(ways) >= 2
    assert np.prod(ways) >= 100


@pytest.mark.parametrize("scene", INTERVIEW["scenes"], ids=lambda scene: scene["sizes"][:12])
def test_the_estimates_of_a_scene_are_right(scene):
    assert eval(scene["check"], {"np": np})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["ask"][:30])
def test_every_step_asks_and_answers_in_sentences(step):
    for scene in INTERVIEW["scenes"]:
        answer = mock.filled(step["answer"], scene)
        assert answer.endswith(".")
        ask = mock.filled(step["ask"], scene)
        assert ask.rstrip("”").endswith((".", "?"))
        assert "{" not in answer + ask
        assert "!" not in answer
    assert 1 <= len(step["covers"]) <= 5
    texts = [item["text"] for item in step["covers"]]
    assert len(set(texts)) == len(texts)


def test_the_commands_name_drills_that_exist():
    commands = [step["code"].split() for step in STEPS if "code" in step]
    assert len(commands) == 2
    for command in commands:
        assert command[:3] == [".venv/bin/python", "-m", "nnlib.practice"]
        assert command[3] in NAMES
        assert command[4:] == ["answer.py"]


def test_the_listing_is_right_and_passes_the_judge():
    (listing,) = (step["listing"] for step in STEPS if "listing" in step)
    names = {}
    exec(listing, names)
    rng = np.random.default_rng(0)
    for _ in range(20):
        T, X = rng.integers(-5, 6, (12, 3)), rng.integers(-5, 6, (7, 3))
        y = rng.integers(0, 3, 12)
        assert (names["one_nn"](T, y, X) == predict_1nn(T, y, X)).all()
    assert judge("one_nn", names["one_nn"]).passed


def test_fifty_million_rows():
    (step,) = (step for step in STEPS if "Fifty million" in step["ask"])
    assert "about 150 GB" in step["answer"]
    assert round(50_000_000 * 768 * 4 / 1e9, -1) == 150


def test_every_rubric_item_names_a_chapter():
    known = questions.chapters()
    for step, scene in itertools.product(STEPS, INTERVIEW["scenes"]):
        for item in step["covers"]:
            assert mock.filled(item["chapter"], scene) in known


# What is not well formed gets one clear error.


def spoiled(path, value):
    content = deepcopy({key: INTERVIEW[key] for key in ("title", "scenes", "parts")})
    *way, last = path
    holder = content
    for step in way:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return content


def test_the_mark_follows_the_content():
    assert mock.check(spoiled(["title"], "Mock interview"))["mark"] == INTERVIEW["mark"]
    assert mock.check(spoiled(["title"], "Another"))["mark"] != INTERVIEW["mark"]
    moved = mock.check(spoiled(["scenes", 0, "twist_chapter"], "argmax"))
    assert moved["mark"] == INTERVIEW["mark"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["parts"], None, "mock.yaml: 'parts' is missing"),
        (["parts", 0, "minutes"], "five", "a part: 'minutes' must be a number; got 'five'"),
        (["parts", 0, "steps", 0, "answer"], None, "Clarify, step 1: 'answer' is missing"),
        (["parts", 0, "steps", 0, "hint"], "h", "Clarify, step 1: there is no field 'hint' here"),
        (["parts", 1, "steps", 1, "ask"], "h", "step 2: there is no field 'ask' here"),
        (["parts", 0, "steps", 0, "covers", 0, "text"], "", "covers: 'text' is empty"),
        (["parts", 0, "steps", 0, "ask"], "{size}?", "scene 1: 'size' is missing"),
        (["scenes", 1, "twist"], None, "mock.yaml, scene 2: 'twist' is missing"),
        (["scenes", 1, "other"], "x", "scene 2: there is no field 'other' here"),
        (["scenes", 0, "twist_chapter"], "end", "no chapter 'end' with questions"),
    ],
)
def test_a_bad_file_gets_one_clear_error(path, value, message):
    with pytest.raises(ValueError, match=message):
        mock.check(spoiled(path, value))
