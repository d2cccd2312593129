"""Ninety minutes before an interview: the steps, and the derivation with blanks to fill.

Each step has the minutes planned for it and where it is done. How it is known to be done: a page
was ``read`` (opened from here for a minute, and left again), a ``drill`` was passed, all ``blanks``
were filled, ten ``cards`` were answered, a ``mock`` interview was ended.
"""

from importlib.resources import files
from typing import Any

from nnlib.practice.questions import LIST, TABLE, TEXT, TRUTH, Fields, fields, parse

CARDS = 10
# What the deck shows to whoever comes from here: of chapters, for softmax stands in one part of the
# interview, and k in another.
DECK: Fields = {
    "name": "ninety",
    "title": "Softmax, k and scale",
    "chapters": ["temperature", "neighbors", "millions"],
}
STEPS: tuple[Fields, ...] = (
    {
        "id": "interview",
        "minutes": 10,
        "title": "Read the annotated interview",
        "say": "the weak, the borderline and the strong answer, line by line",
        "page": "interview.html",
        "done": "read",
    },
    {
        "id": "drill",
        "minutes": 15,
        "title": "Pass a drill",
        "say": "write `one_nn` in its pad, and press *Judge*",
        "page": "one_nn.html",
        "done": "drill",
        "drill": "one_nn",
    },
    {
        "id": "derivation",
        "minutes": 20,
        "title": "Derive it",
        "say": "on paper first, then fill the blanks below",
        "page": "#the-derivation",
        "done": "blanks",
    },
    {
        "id": "stability",
        "minutes": 10,
        "title": "Stability",
        "say": "*A budget of digits*: where they go; then from *Negative, and flipped* to the end "
        "of *Mitigate*: how to notice, what to do",
        "page": "../cancellation.html#a-budget-of-digits",
        "done": "read",
    },
    {
        "id": "cards",
        "minutes": 10,
        "title": f"{DECK['title']} as cards",
        "say": f"*Take up {CARDS} new cards*, and say each answer aloud before you look",
        "page": "questions.html#nn-deck=ninety",
        "done": "cards",
        "cards": CARDS,
    },
    {
        "id": "mock",
        "minutes": 20,
        "title": "A short mock interview",
        "say": "choose 20 minutes; its code you have just written",
        "page": "mock.html",
        "done": "mock",
    },
    {
        "id": "cheatsheet",
        "minutes": 5,
        "title": "The cheat sheet",
        "say": "and then close the computer",
        "page": "../cheatsheet.html",
        "done": "read",
    },
)
OPTION: Fields = {"text": TEXT, "value": TEXT, "why": TEXT}


def derivation() -> Fields:
    """Return ``{"title": …, "lines": […]}`` of the derivation, checked.

    Raises
    ------
    ValueError
        Naming the line and the blank of the first thing that is not well formed.
    """
    text = files("nnlib.practice").joinpath("derivation.yaml").read_text(encoding="utf-8")
    return check(parse(text))


def check(content: Any) -> Fields:
    """Return the content of the file as `derivation` does, or raise as it does."""
    name = "derivation.yaml"
    fields(name, content, {"title": TEXT, "lines": LIST}, {})
    for i, line in enumerate(content["lines"]):
        where = f"{name}, line {i + 1}"
        fields(where, line, {"text": TEXT, "blanks": TABLE}, {})
        for blank, entry in line["blanks"].items():
            if f"{{{blank}}}" not in line["text"]:
                raise ValueError(f"{where}: the text has no {{{blank}}}")
            at = f"{where}, {blank}"
            fields(at, entry, {"name": TEXT, "equals": TEXT, "options": LIST}, {})
            for option in entry["options"]:
                fields(at, option, OPTION, {"right": TRUTH})
            if sum(option.get("right", False) for option in entry["options"]) != 1:
                raise ValueError(f"{at}: exactly one option must be right")
    return dict(content)
