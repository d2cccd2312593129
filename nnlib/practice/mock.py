"""The mock interview: data in ``mock.yaml``, read and checked here.

A *part* has a title, the minutes planned for it in a short, a usual and a long interview
(``screens``, in minutes), and steps. A *step* has an ``id``, the shortest ``screen`` that asks it,
what the interviewer asks (``ask``), a model ``answer``, ``hints``, each of which costs half a
point, and ``probes``: what is often ``said`` instead, and what an interviewer asks next (``ask``).
It may have a ``drill`` as which the judge takes the code, a ``listing`` for the model answer, or a
``bug`` to review with what is ``mended`` and an expression that ``shows`` it. A step of ``one_of``
is several, of which one is drawn. The probe of an answer that no step lists is ``unlisted``.

An answer is a list of lines: a text, or what one may ``say`` with what it ``covers``, the
``chapter`` that teaches it, the ``item`` of the rubric that it earns and, perhaps, the ``points``
of the book's question that it settles. A *scene* is drawn, too: it says of each ``{field}`` in the
steps what stands there, beside the sizes that are drawn from its lists.
"""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from nnlib.practice.questions import (
    LIST,
    NUMBER,
    TABLE,
    TEXT,
    Fields,
    chapters,
    digest,
    fields,
    parse,
)

WHOLE = {"title": TEXT, "opening": TEXT, "screens": LIST, "scenes": LIST, "parts": LIST}
STEP = {"id": TEXT, "screen": NUMBER, "ask": TEXT, "answer": LIST, "hints": LIST, "probes": LIST}
STEP_PERHAPS = {"drill": TEXT, "listing": TEXT, "bug": TEXT, "mended": TEXT, "shows": TEXT}
LINE = {"say": TEXT, "covers": TEXT, "chapter": TEXT, "item": TEXT}
PROBE = {"said": TEXT, "ask": TEXT}
SIZES = {"n_test": LIST, "n_train": LIST, "d": NUMBER, "bytes": NUMBER}
COMPUTED = frozenset(SIZES) | {"matrix", "cube"}
DRAWN = {name: f"{{{name}}}" for name in COMPUTED}
FIELD = re.compile(r"\{([a-z_]+)\}")


def load() -> Fields:
    """Return the content of the file, checked, with a ``mark``.

    ``mark`` is a digest of the content, by which a stored session of an earlier version is known.
    Which chapters teach what is not in it.

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
    fields(name, content, {**WHOLE, **dict.fromkeys(("points", "items", "unlisted"), TABLE)}, {})
    fields(f"{name}, unlisted", content["unlisted"], PROBE, {})
    for item, entry in content["items"].items():
        fields(f"{name}, item {item}", entry, {"name": TEXT, "habit": TEXT}, {})
    every = [step for part in content["parts"] for step in steps(name, part)]
    identities = [step["id"] for step in every]
    for identity in identities:
        if identities.count(identity) > 1:
            raise ValueError(f"{name}: two steps have the id {identity!r}")
    said = {word for step in every for word in words(step)} - COMPUTED
    for scene in content["scenes"]:
        given = {"name": TEXT, "check": TEXT, "rows": TEXT, **SIZES, **dict.fromkeys(said, TEXT)}
        fields(f"{name}, scene {scene.get('name', '?')}", scene, given, {})
    for part in content["parts"]:
        if len(part["minutes"]) != len(content["screens"]):
            raise ValueError(f"{name}, {part['title']}: there must be minutes for each screen")
    for step in every:
        where = f"{name}, {step['id']}"
        if step["screen"] not in content["screens"]:
            raise ValueError(f"{where}: there is no screen of {step['screen']} minutes")
        for line in earning(step):
            known(f"{where}: no item", [line["item"]], content["items"])
            known(f"{where}: no point", line.get("points", []), content["points"])
            taught = [filled(line["chapter"], scene) for scene in content["scenes"]]
            known(f"{where}: no chapter with questions", taught, chapters())
    return {**content, "mark": digest(without_chapters(content))}


def known(words: str, names: Any, places: Any) -> None:
    """Raise, beginning with `words`, unless all `names` are among `places`."""
    for name in names:
        if name not in places:
            raise ValueError(f"{words}: {name!r}")


def without_chapters(value: Any) -> Any:
    """Return a JSON value without the fields that name chapters."""
    if isinstance(value, list):
        return [without_chapters(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {k: without_chapters(one) for k, one in value.items() if not k.endswith("chapter")}


def steps(name: str, part: Any) -> Iterator[Fields]:
    """Yield every step that may be drawn in a part, each checked."""
    fields(f"{name}, a part", part, {"title": TEXT, "minutes": LIST, "steps": LIST}, {})
    for i, entry in enumerate(part["steps"]):
        where = f"{name}, {part['title']}, step {i + 1}"
        drawn = isinstance(entry, dict) and "one_of" in entry
        if drawn:
            fields(where, entry, {"one_of": LIST}, {})
        for step in entry["one_of"] if drawn else [entry]:
            fields(where, step, STEP, STEP_PERHAPS)
            for line in step["answer"]:
                if not isinstance(line, str):
                    fields(f"{where}, answer", line, LINE, {"points": LIST})
            for probe in step["probes"]:
                fields(f"{where}, probes", probe, PROBE, {})
            if not list(earning(step)):
                raise ValueError(f"{where}: no line of the answer covers anything")
            yield step


def earning(step: Fields) -> Iterator[Fields]:
    """Yield the lines of the answer that earn something."""
    yield from (line for line in step["answer"] if not isinstance(line, str))


def filled(text: str, scene: Fields) -> str:
    """Return `text` with what a scene says of each ``{field}``; drawn sizes stay as they are."""
    return FIELD.sub(lambda found: str({**scene, **DRAWN}.get(found[1], found[0])), text)


def words(step: Fields) -> set[str]:
    """Return the fields that a scene must fill in this step, listings left out."""
    said = {name: step[name] for name in step if name not in ("listing", "bug", "mended", "shows")}
    return set(FIELD.findall(json.dumps(said, ensure_ascii=False)))
