"""Quiz, interview and progress among other widgets, and what is left of them when they go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ipywidgets import Widget
from playwright.sync_api import Page
from test_every_widget import KINDS, LEAVE, PARTS, STYLE
from visits import THEMES, turn

from nnlib import widgets
from nnlib.practice import (
    debrief,
    deck,
    derivation,
    interviewer_sheet,
    mock_interview,
    ninety_minutes,
    quiz,
)
from nnlib.practice.spoken import progress
from nnlib.widgets import EnvelopeExplorer, VoronoiExplorer

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
OPEN = Callable[..., Page]


SPOKEN = ("quiz", "mock", "debrief", "sheet", "deck", "ninety", "progress")


def every() -> dict[str, Widget]:
    return {
        "quiz": quiz("expansion"),
        "mock": mock_interview(),
        "debrief": debrief(),
        "sheet": interviewer_sheet(),
        "deck": deck(),
        "ninety": ninety_minutes(),
        "progress": progress(),
        "envelope": EnvelopeExplorer(),
        "voronoi": VoronoiExplorer(),
    }


def test_every_class_of_widgets_is_held_to_what_holds_for_all() -> None:
    # By name: a widget's class is made for it alone, when its traits are added.
    figures = [type(kind.make()).__name__ for kind in KINDS]
    fresh = every()
    spoken = [type(fresh[name]).__name__ for name in SPOKEN]
    others = [type(derivation()).__name__]  # it stands beside the ninety minutes, in their style
    every_class = sorted(figures + spoken + others)
    assert every_class == sorted(widgets.__all__), "a new figure needs a Kind"


def looks(page: Page, names: list[str]) -> dict[tuple[str, str], Any]:
    found = {}
    for theme in THEMES:
        turn(page, theme)
        for name in names:
            box = page.locator(f"[class$='nn-{name}']")  # debrief and sheet look like the mock
            found[theme, name] = json.loads(box.evaluate(STYLE, PARTS))
    return found


def test_each_looks_among_the_others_as_it_does_alone(show: SHOW) -> None:
    alone: dict[tuple[str, str], Any] = {}
    page: Page | None = None
    for name, widget in every().items():
        page = show(widget, instead_of=page)
        alone.update(looks(page, [name]))
    assert len(alone) == 2 * 9
    for order in (list(every()), list(every())[::-1]):
        fresh = every()
        page = show(*(fresh[name] for name in order), instead_of=page)
        together = looks(page, order)
        changed = [
            (place, one, two)
            for place, parts in alone.items()
            for one, two in zip(parts, together[place], strict=True)
            if one != two
        ]
        assert changed == []


@pytest.mark.parametrize(
    ("name", "trait"), [("quiz", "answers"), ("mock", "session"), ("progress", "passed")]
)
def test_leaving_ends_every_listener(name: str, trait: str, open_page: OPEN) -> None:
    widget = every()[name]
    page = open_page("about:blank")
    # A blank page has no storage either, and none of the three may mind.
    running, left = page.evaluate(LEAVE, [widget._esm, widget.get_state()])
    assert running == [[f"change:{trait}"], False, 1, 1, None]
    assert left == [0, [], 0, 0, None, 0]
