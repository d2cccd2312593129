"""The questions of the quizzes: data in YAML, one file a chapter, read and checked here.

A file ``questions/CHAPTER.yaml`` holds ``title`` and ``questions``. Each question has an
``id``, a ``kind``, what it asks (``ask``), perhaps a listing (``code``), and by its kind:

=============  =====================================================================================
``single``     ``options``, each with ``text`` and ``why``; exactly one is ``right: true``
``multiple``   the same, with any number of right ones
``numeric``    ``answer`` with ``why``, ``tolerance`` (relative; 0 for an exact one), ``unit``, and
               ``near``: wrong values that come to mind, each with ``value`` and ``why``
``wrong-line`` ``lines``, each with ``text`` and ``why``; one is ``wrong: true`` and has its ``fix``
``order``      ``lines`` in the right order, each with ``text`` and ``why``
=============  =====================================================================================

Every option, line and value explains itself: a reader learns from the wrong ones, too. A Python
expression ``check``, after the statements of ``setup``, lets a test hold the answer: for a number
it is the number; for code it is true after the right lines in the right order, and only then; for
the rest it is a claim that the right answer rests on.
"""

import json
import random
import re
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

Fields = dict[str, Any]

ROOM = files("nnlib.practice").joinpath("questions")
KINDS = ("single", "multiple", "numeric", "wrong-line", "order")
TEXT, TRUTH, NUMBER, LIST, TABLE = (str,), (bool,), (int, float), (list,), (dict,)
COMMON = {"id": TEXT, "kind": TEXT, "ask": TEXT}
PERHAPS = {"code": TEXT, "setup": TEXT, "check": TEXT}
OF_KIND: dict[str, Fields] = {
    "single": {"options": LIST},
    "multiple": {"options": LIST},
    "numeric": {"answer": NUMBER, "tolerance": NUMBER, "why": TEXT},
    "wrong-line": {"lines": LIST},
    "order": {"lines": LIST},
}
# The members of a question: which fields they must have, and which they may have.
MEMBERS: dict[str, tuple[Fields, Fields]] = {
    "options": ({"text": TEXT, "why": TEXT}, {"right": TRUTH}),
    "lines": ({"text": TEXT, "why": TEXT}, {"wrong": TRUTH, "fix": TEXT}),
    "near": ({"value": NUMBER, "why": TEXT}, {}),
}


def chapters(contents: Path | None = None) -> list[str]:
    """Return the names of the chapters that have questions.

    Parameters
    ----------
    contents : Path, optional
        The book's table of contents, which alone knows their order. Without it, and for chapters
        that it does not name, the order is the alphabet's.
    """
    names = (item.name for item in ROOM.iterdir())
    found = sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
    order = [Path(file).name for file in listed(contents)] if contents and contents.exists() else []
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))


def listed(contents: Path) -> list[str]:
    """Return the pages that a table of contents lists, in its order, each as it writes it."""
    return re.findall(r"- file: (\S+)", contents.read_text(encoding="utf-8"))


def load(chapter: str) -> Fields:
    """Return one chapter's ``{"chapter": …, "title": …, "questions": […]}``, ready for a page.

    Each question gets a ``mark``, a digest of its content, by which a stored answer to an
    earlier wording is known. Options come in an order of their own, so that a file may name the
    right one first; lines to be put in order get a shuffled ``start``. Neither changes from one
    run to the next.

    Raises
    ------
    ValueError
        If there is no such chapter (the message lists them), or naming file, question and field
        of the first thing that is not well formed.
    """
    # A reader's copy of a notebook may be from when names of chapters began with a number.
    chapter = re.sub(r"^\d\d_", "", chapter)
    if chapter not in chapters():
        raise ValueError(f"no questions for {chapter!r}; there are {', '.join(chapters())}")
    name = f"{chapter}.yaml"
    content = check(name, parse(ROOM.joinpath(name).read_text(encoding="utf-8")))
    return {"chapter": chapter, **content}


def parse(text: str) -> Any:
    """Return what a YAML text says. Drills and judge are to work where nothing reads YAML."""
    import yaml

    return yaml.safe_load(text)


def check(name: str, content: Any) -> Fields:
    """Return the content of a file as `load` does, or raise as it does."""
    fields(name, content, {"title": TEXT, "questions": LIST}, {})
    questions = [check_question(name, i, one) for i, one in enumerate(content["questions"])]
    identities = [question["id"] for question in questions]
    for identity in identities:
        if identities.count(identity) > 1:
            raise ValueError(f"{name}: two questions have the id {identity!r}")
    return {"title": content["title"], "questions": questions}


def check_question(name: str, i: int, question: Any) -> Fields:
    """Return one question with its mark, or raise naming it."""
    identity = question.get("id") if isinstance(question, dict) else None
    where = f"{name}, question {identity if isinstance(identity, str) else i + 1}"
    kind = question.get("kind") if isinstance(question, dict) else None
    if kind is not None and kind not in KINDS:
        raise ValueError(f"{where}: kind must be one of {', '.join(KINDS)}; got {kind!r}")
    perhaps = {**PERHAPS, "unit": TEXT, "near": LIST} if kind == "numeric" else PERHAPS
    fields(where, question, {**COMMON, **OF_KIND.get(str(kind), {})}, perhaps)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question["id"]):
        raise ValueError(f"{where}: id must be words of a–z and 0–9 joined by hyphens")
    for part, (needed, allowed) in MEMBERS.items():
        for k, member in enumerate(question.get(part, [])):
            fields(f"{where}, {part} {k + 1}", member, needed, allowed)
    balance(where, question)
    done = dict(question)
    done["mark"] = digest(question)
    if "options" in question:
        done["options"] = sorted(question["options"], key=lambda option: digest(option["text"]))
    if kind == "order":
        done["start"] = shuffled(len(question["lines"]), question["id"])
    return done


def digest(content: Any) -> str:
    """Return eight hexadecimal digits that depend on all of a JSON value."""
    return f"{zlib.crc32(json.dumps(content, sort_keys=True).encode()):08x}"


def fields(where: str, value: Any, needed: Fields, allowed: Fields) -> None:
    """Raise unless `value` is a mapping with the `needed` fields, and else `allowed` ones only."""
    if not isinstance(value, dict):
        raise ValueError(f"{where}: must be a mapping of fields; got {value!r}")
    for field in needed:
        if field not in value:
            raise ValueError(f"{where}: {field!r} is missing")
    for field, entry in value.items():
        types = needed.get(field) or allowed.get(field)
        if types is None:
            raise ValueError(f"{where}: there is no field {field!r} here")
        # In YAML 1e7 is text (1.0e+7 is a number), and yes is a truth value: say what came.
        if not isinstance(entry, types) or (types is NUMBER and isinstance(entry, bool)):
            raise ValueError(f"{where}: {field!r} must be {word(types)}; got {entry!r}")
        if isinstance(entry, (str, list, dict)) and not entry:
            raise ValueError(f"{where}: {field!r} is empty")


def word(types: tuple[type, ...]) -> str:
    """Return what to call a type."""
    names = {TEXT: "text", TRUTH: "true or false", NUMBER: "a number", LIST: "a list"}
    return {**names, TABLE: "a mapping"}[types]


def balance(where: str, question: Fields) -> None:
    """Raise unless the right and wrong members of a question are as many as its kind asks for."""
    kind = question["kind"]
    if "options" in question:
        texts = [option["text"] for option in question["options"]]
        right = sum(option.get("right", False) for option in question["options"])
        if len(texts) < 2 or len(set(texts)) < len(texts):
            raise ValueError(f"{where}: options must be two or more, all different")
        if right == 0 or (kind == "single" and right > 1):
            raise ValueError(f"{where}: {right} options are right")
    elif kind == "wrong-line":
        wrong = [line for line in question["lines"] if line.get("wrong")]
        if len(wrong) != 1 or "fix" not in wrong[0]:
            raise ValueError(f"{where}: exactly one line must be wrong, and have its fix")
        if any("fix" in line and line is not wrong[0] for line in question["lines"]):
            raise ValueError(f"{where}: only the wrong line has a fix")
    elif kind == "order":
        if len(question["lines"]) < 3:
            raise ValueError(f"{where}: three lines at least are needed to put them in order")
        if any("wrong" in line or "fix" in line for line in question["lines"]):
            raise ValueError(f"{where}: lines to be put in order are all right")
        if "check" not in question:
            raise ValueError(f"{where}: 'check' is missing, which proves that one order is right")
    else:
        if question["tolerance"] < 0:
            raise ValueError(f"{where}: 'tolerance' must not be negative")
        for near in question.get("near", []):
            if accepts(question, near["value"]):
                raise ValueError(f"{where}: {near['value']} is near, and yet accepted")


def accepts(question: Fields, value: float) -> bool:
    """Return whether a number counts as the answer: |value − answer| ≤ tolerance · |answer|."""
    slack = question["tolerance"] * abs(question["answer"])
    return bool(abs(value - question["answer"]) <= slack)


def shuffled(n: int, seed: str) -> list[int]:
    """Return 0 … n − 1 in another order than that, the same for the same `seed`."""
    order = list(range(n))
    chance = random.Random(seed)
    while order == sorted(order):
        chance.shuffle(order)
    return order
