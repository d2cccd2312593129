"""The mock interview: data in ``mock.yaml``, read and checked here.

A *part* has a title, the minutes planned for it, and steps. A *step* has what the interviewer
asks (``ask``), perhaps a command (``code``), a model ``answer``, perhaps with a ``listing``, and
what a strong answer ``covers``: items of a rubric, each with the chapter that teaches it. A step of
``one_of`` is several, of which one is drawn. A *scene* is drawn, too: it says of each ``{field}``
in the steps what stands there.
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from nnlib.practice.questions import LIST, NUMBER, TEXT, Fields, chapters, digest, fields, parse

STEP = {"ask": TEXT, "answer": TEXT, "covers": LIST}
STEP_PERHAPS = {"code": TEXT, "listing": TEXT}
FIELD = re.compile(r"\{([a-z_]+)\}")


def load() -> Fields:
    """Return ``{"title": …, "scenes": […], "parts": […], "mark": …, "formerly": […]}``, checked.

    ``mark`` is a digest of the content, by which a stored session of an earlier version is known.
    Which chapters teach what is not in it. ``formerly`` has the marks of versions whose sessions
    fit this one, too.

    Raises
    ------
    ValueError
        Naming part, step and field of the first thing that is not well formed.
    """
    text = files("nnlib.practice").joinpath("mock.yaml").read_text(encoding="utf-8")
    return check(parse(text))


def check(content: Any) -> Fields:
    """Return the content of the file as `load` does, or raise as it does."""
    name = "mock.yaml"
    fields(name, content, {"title": TEXT, "scenes": LIST, "parts": LIST}, {"formerly": LIST})
    said = {word for part in content["parts"] for step in steps(name, part) for word in words(step)}
    for i, scene in enumerate(content["scenes"]):
        fields(f"{name}, scene {i + 1}", scene, {"check": TEXT, **dict.fromkeys(said, TEXT)}, {})
    for part in content["parts"]:
        for step in steps(name, part):
            for item in step["covers"]:
                for scene in content["scenes"]:
                    chapter = filled(item["chapter"], scene)
                    if chapter not in chapters():
                        raise ValueError(f"{name}: no chapter {chapter!r} with questions")
    return {"formerly": [], **content, "mark": digest(without_chapters(content))}


def without_chapters(value: Any) -> Any:
    """Return a JSON value without the fields that name chapters or earlier marks."""
    if isinstance(value, list):
        return [without_chapters(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: one for name, one in value.items() if not name.endswith("chapter")}
    return {name: without_chapters(one) for name, one in kept.items() if name != "formerly"}


def steps(name: str, part: Any) -> Iterator[Fields]:
    """Yield every step that may be drawn in a part, each checked."""
    fields(f"{name}, a part", part, {"title": TEXT, "minutes": NUMBER, "steps": LIST}, {})
    for i, entry in enumerate(part["steps"]):
        where = f"{name}, {part['title']}, step {i + 1}"
        drawn = isinstance(entry, dict) and "one_of" in entry
        if drawn:
            fields(where, entry, {"one_of": LIST}, {})
        for step in entry["one_of"] if drawn else [entry]:
            fields(where, step, STEP, STEP_PERHAPS)
            for item in step["covers"]:
                fields(f"{where}, covers", item, {"text": TEXT, "chapter": TEXT}, {})
            yield step


def filled(text: str, scene: Fields) -> str:
    """Return `text` with what a scene says of each ``{field}``."""
    return FIELD.sub(lambda found: str(scene[found[1]]), text)


def words(step: Fields) -> set[str]:
    """Return the fields that a scene must fill in this step."""
    return set(FIELD.findall(json.dumps(step, ensure_ascii=False)))
