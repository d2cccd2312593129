"""The mock interview as data: well formed, what it claims computed, its listings judged."""

import itertools
import re
from copy import deepcopy

import numpy as np
import pytest

from nnlib import predict_1nn
from nnlib.practice import judge, mock, questions
from nnlib.practice.catalog import NAMES

INTERVIEW = mock.load()
PARTS = INTERVIEW["parts"]
SCENES = INTERVIEW["scenes"]
STEPS = [step for part in PARTS for step in mock.steps("mock.yaml", part)]
FIXED = [entry for part in PARTS for entry in part["steps"] if "one_of" not in entry]
EVERY_ENTRY = [entry for part in PARTS for entry in part["steps"]]
every_step = pytest.mark.parametrize("step", STEPS, ids=lambda step: step["id"])
every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene["name"])
reviews = pytest.mark.parametrize(
    "step", [step for step in STEPS if "bug" in step], ids=lambda step: step["id"]
)


def test_the_parts_of_each_screen_take_its_minutes():
    assert INTERVIEW["screens"] == [20, 25, 45, 60]
    for i, screen in enumerate(INTERVIEW["screens"]):
        assert sum(part["minutes"][i] for part in PARTS) == screen
    names = ["Clarify", "Code and its inputs", "The network", "Stability", "Scale"]
    assert [part["title"] for part in PARTS] == names


# The question's own table of what a strong answer covers; its related questions come at 60 minutes.
WANTED = {
    "clarify": "sizes dtype which-metric literal degenerate",
    "part 1": "expansion tie-rule complexity batching negative flipped direct",
    "part 2": "dropped affine weights readout hand-set parity",
    "both": "shapes empty duplicates nan feature-scale cosine",
    "follow-ups": "knn-code knn-network knn-ties differentiable temperature cause detect mitigate"
    " index index-and-d",
}


def test_every_session_of_45_minutes_asks_for_every_point_of_the_question():
    wanted = [point for points in WANTED.values() for point in points.split()]
    assert sorted(wanted) == sorted(INTERVIEW["points"])
    asked = [
        point
        for step in FIXED
        if step["screen"] <= 45
        for line in mock.earning(step)
        for point in line.get("points", [])
    ]
    assert sorted(asked) == sorted(wanted)  # once each, and none of them by lot


def test_the_related_questions_are_asked_in_an_hour():
    assert {step["id"] for step in FIXED if step["screen"] == 60} == {"entropy", "backprop"}


def test_sessions_differ_in_a_thousand_ways():
    ways = [len(scene["n_test"]) * len(scene["n_train"]) for scene in SCENES]
    drawn = [len(entry["one_of"]) for part in PARTS for entry in part["steps"] if "one_of" in entry]
    assert len(drawn) == 2
    # And the short ones in a hundred: there the code to review is left out.
    (extras,) = (
        one["one_of"] for one in EVERY_ENTRY if one.get("one_of", [{}])[0].get("screen") == 20
    )
    assert sum(ways) * len(extras) >= 100
    assert sum(ways) * np.prod(drawn) >= 1000


# What a question of a scene needs to be understood: it is said before, or in the question.
SAID = {"n_test", "n_train", "d", "rows"}


@pytest.mark.parametrize("screen", INTERVIEW["screens"])
def test_the_data_are_said_before_they_are_asked_about(screen):
    asked = [step for step in STEPS if step["screen"] <= screen]
    clarify, data, *others = asked
    assert not mock.words(clarify)
    assert "squared Euclidean distance" in clarify["ask"]
    assert set(mock.FIELD.findall(data["ask"])) == SAID
    assert any(mock.words(step) for step in others)
    for scene in SCENES:
        assert scene["rows"].count("float32") + scene["rows"].count("float64") == 1
        assert str(8 * scene["bytes"]) in scene["rows"]


def test_what_is_asked_on_fits_every_scene_and_every_question():
    (millions,) = (step for step in STEPS if step["id"] == "millions")
    assert {"d", "bytes"} <= set(mock.FIELD.findall(millions["ask"]))
    fixed = [INTERVIEW["unlisted"], *(probe for step in STEPS for probe in step["probes"])]
    for d in {scene["d"] for scene in SCENES} - {2}:  # a probe of every scene is about none
        assert not [probe for probe in fixed if re.search(rf"\b{d}\b", probe["ask"])], d
    assert "input" not in INTERVIEW["unlisted"]["ask"]


@every_scene
def test_what_a_scene_claims_is_so(scene):
    assert eval(scene["check"], {"np": np})
    assert str(scene["d"]) in scene["mass"]


def test_pixels_missing_in_both_images_are_three_products():
    rng = np.random.default_rng(0)
    X, T = rng.integers(0, 256, (2, 6, 9)).astype(float)
    x, t = rng.random((2, 6, 9)) < 0.7
    direct = ((X[:, None] - T) ** 2 * (x[:, None] & t)).sum(axis=-1)
    X, T = X * x, T * t
    assert (X**2 @ t.T - 2 * X @ T.T + x @ (T**2).T == direct).all()


@every_step
def test_every_step_asks_and_answers_in_sentences(step):
    assert 1 <= len(list(mock.earning(step))) <= 5
    for scene in SCENES:
        lines = [line if isinstance(line, str) else line["say"] for line in step["answer"]]
        for text in [mock.filled(line, scene) for line in lines]:
            assert text.endswith((".", "?"))
            assert "!" not in text
        ask = mock.filled(step["ask"], scene)
        assert ask.rstrip("”").endswith((".", "?")) or "`" in ask
        left = set(mock.FIELD.findall(" ".join([ask, *lines]))) - set(scene) - mock.COMPUTED
        assert not left
    texts = [line["covers"] for line in mock.earning(step)]
    assert len(set(texts)) == len(texts)
    for hint in step["hints"]:
        assert hint.endswith((".", "?")) or hint.count("`") >= 2
    for probe in step["probes"]:
        assert probe["said"].endswith((".", "?"))
        assert probe["ask"].startswith("“")
        assert probe["ask"].endswith("”")
    if step["screen"] <= 25 and step in FIXED:
        assert len(step["hints"]) >= 2
        assert len(step["probes"]) >= 2


def test_no_scene_is_asked_what_does_not_fit_it():
    for scene in SCENES:
        text = " ".join(str(value) for value in scene.values())
        assert ("k-d tree prunes" in text) == (scene["d"] == 2)
        assert ("Not here" in scene["metric_fact"]) == (scene["name"] == "places")
        assert ("do not fit" in scene["mass_index"]) == (scene["d"] > 100)


@reviews
def test_the_bug_is_one_and_the_mended_code_has_none(step):
    # Warnings of the code under review are part of what it does wrong.
    with np.errstate(all="ignore"):
        wrong, right = ({"np": np}, {"np": np})
        exec(step["bug"], wrong)
        exec(step["mended"], right)
        assert not judge(step["drill"], wrong[step["drill"]]).passed
        assert judge(step["drill"], right[step["drill"]]).passed
        assert eval(step["shows"], wrong)
        assert not eval(step["shows"], right)


def test_the_drills_exist_and_the_listing_passes_the_judge():
    assert {step["drill"] for step in STEPS if "drill" in step} <= set(NAMES)
    (listing,) = (step["listing"] for step in STEPS if "listing" in step)
    names = {}
    exec(listing, names)
    rng = np.random.default_rng(0)
    for _ in range(20):
        T, X = rng.integers(-5, 6, (12, 3)), rng.integers(-5, 6, (7, 3))
        y = rng.integers(0, 3, 12)
        assert (names["one_nn"](T, y, X) == predict_1nn(T, y, X)).all()
    assert judge("one_nn", names["one_nn"]).passed


def test_no_listing_gives_a_twist_away():
    listings = " ".join(step.get(k, "") for step in STEPS for k in ("listing", "mended"))
    for word in ("uint8", "isnan", "isfinite", "mask", "#"):
        assert word not in listings


def test_every_rubric_item_names_a_chapter_and_every_item_is_earned():
    chapters = questions.chapters()
    for step, scene in itertools.product(STEPS, SCENES):
        for line in mock.earning(step):
            assert mock.filled(line["chapter"], scene) in chapters
    earned = {line["item"] for step in FIXED if step["screen"] <= 45 for line in mock.earning(step)}
    assert earned == set(INTERVIEW["items"])


# What is not well formed gets one clear error.


def spoiled(path, value):
    content = deepcopy({key: INTERVIEW[key] for key in INTERVIEW if key != "mark"})
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


LINE = ["parts", 0, "steps", 0, "answer", 0]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["parts"], None, "mock.yaml: 'parts' is missing"),
        (["unlisted", "ask"], None, "mock.yaml, unlisted: 'ask' is missing"),
        (["points"], [], r"mock.yaml: 'points' must be a mapping; got \[\]"),
        (["parts", 0, "minutes"], "five", "a part: 'minutes' must be a list; got 'five'"),
        (["parts", 0, "minutes"], [5], "Clarify: there must be minutes for each screen"),
        (["parts", 0, "steps", 0, "answer"], None, "Clarify, step 1: 'answer' is missing"),
        (["parts", 0, "steps", 0, "hint"], "h", "Clarify, step 1: there is no field 'hint' here"),
        (["parts", 0, "steps", 0, "answer"], ["x."], "step 1: no line of the answer covers any"),
        (["parts", 0, "steps", 0, "screen"], 30, "clarify: there is no screen of 30 minutes"),
        (["parts", 0, "steps", 0, "probes", 0, "ask"], None, "step 1, probes: 'ask' is missing"),
        (["parts", 0, "steps", 0, "id"], "code", "two steps have the id 'code'"),
        (["parts", 1, "steps", 3, "ask"], "h", "step 4: there is no field 'ask' here"),
        ([*LINE, "covers"], "", "answer: 'covers' is empty"),
        ([*LINE, "item"], "luck", "clarify: no item: 'luck'"),
        ([*LINE, "points"], ["luck"], "clarify: no point: 'luck'"),
        (["parts", 0, "steps", 0, "ask"], "{size}?", "scene images: 'size' is missing"),
        (["items", "ties", "habit"], None, "item ties: 'habit' is missing"),
        (["scenes", 1, "twist"], None, "mock.yaml, scene embeddings: 'twist' is missing"),
        (["scenes", 1, "d"], "many", "scene embeddings: 'd' must be a number; got 'many'"),
        (["scenes", 1, "other"], "x", "scene embeddings: there is no field 'other' here"),
        (["scenes", 0, "twist_chapter"], "end", "no chapter with questions: 'end'"),
    ],
)
def test_a_bad_file_gets_one_clear_error(path, value, message):
    with pytest.raises(ValueError, match=message):
        mock.check(spoiled(path, value))
