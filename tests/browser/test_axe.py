"""Where one piece of text stands for those that look alike, what is pale is found all the same."""

from __future__ import annotations

from itertools import chain

import pytest
from axe import AXE, found_by_axe
from playwright.sync_api import Page

ALIKE = "<p>Black words on a white ground.</p>" * 50
PALE = {
    "its own color": '<p id="it" style="color: #999">Pale words.</p>',
    "its color's class": '<p class="pale" id="it">Pale words.</p>',
    "around it": '<div style="color: #999"><div><p id="it">Pale words.</p></div></div>',
    "its ground": '<p id="it" style="background: #555">Words on a dark ground.</p>',
    "a ground around it": '<div style="background: #555"><p id="it">Dark ground.</p></div>',
    "translucent": '<div style="opacity: 0.4"><p id="it">Words seen through.</p></div>',
    "size": '<p style="color: #888; font-size: 40px">Large words.</p>'
    '<p id="it" style="color: #888">Small words.</p>',
    "weight": '<p style="color: #888; font-size: 20px; font-weight: 700">Bold words.</p>'
    '<p id="it" style="color: #888; font-size: 20px">Thin words.</p>',
    "after a hidden one": '<p class="pale" hidden>Pale.</p><p class="pale" id="it">Pale.</p>',
    "after one in a closed fold": '<details><summary>More</summary><p class="pale">Pale.</p>'
    '</details><p class="pale" id="it">Pale words.</p>',
    "after an empty one": '<p class="pale"></p><p class="pale" id="it">Pale words.</p>',
    "after one beside the window": '<p class="pale" style="margin-left: -999px; width: 99px">Pale.'
    '</p><p class="pale" id="it">Pale words.</p>',
    "after one that is off": '<button class="pale" disabled>Pale button</button>'
    '<button class="pale" id="it">Pale button</button>',
}


def page_of(words: str) -> str:
    return (
        '<html lang="en"><title>Pale</title><style>body { background: white; color: black; }'
        f".pale {{ color: #999; background: white; }}</style><main>{words}</main>"
    )


@pytest.mark.parametrize("before", ["", ALIKE], ids=["alone", "among others"])
@pytest.mark.parametrize("pale", PALE.values(), ids=PALE)
def test_what_is_pale_is_found(pale: str, before: str, blank: Page) -> None:
    blank.set_content(page_of(before + pale + before))
    found = found_by_axe(blank, "color-contrast")
    nodes = chain.from_iterable(violation["nodes"] for violation in found)
    assert [node["target"] for node in nodes] == [["#it"]]


@pytest.mark.parametrize("pale", PALE.values(), ids=PALE)
def test_what_was_judged_before_hides_nothing_pale(pale: str, blank: Page) -> None:
    judged: set[str] = set()
    for words, wanted in ((ALIKE, []), (ALIKE, []), (pale, [["#it"]]), (ALIKE + pale, [["#it"]])):
        blank.set_content(page_of(words))
        found = found_by_axe(blank, "color-contrast", judged=judged)
        nodes = chain.from_iterable(violation["nodes"] for violation in found)
        assert [node["target"] for node in nodes] == wanted
    assert judged


def test_what_is_placed_freely_is_judged_on_each_page(blank: Page) -> None:
    judged: set[str] = set()
    for ground, wanted in (("#fff", []), ("#666", [["#it"]])):
        blank.set_content(
            page_of(
                f'<div style="background: {ground}; height: 9em"></div>'
                '<p id="it" style="position: absolute; top: 2em">Black words.</p>'
            )
        )
        found = found_by_axe(blank, "color-contrast", judged=judged)
        nodes = chain.from_iterable(violation["nodes"] for violation in found)
        assert [node["target"] for node in nodes] == wanted


def test_words_in_a_drawing_are_judged_by_nobody_here(blank: Page) -> None:
    """Test what `SAMPLES` is built on, and `contrast.py` is there for."""
    drawing = '<svg width="200" height="40"><text y="20" fill="#ccc">Pale words</text></svg>'
    blank.set_content(page_of(drawing))
    blank.evaluate(AXE.axe_script)
    found = blank.evaluate("axe.run({ runOnly: ['color-contrast'], preload: false })")
    assert [one["id"] for one in found["incomplete"]] == ["color-contrast"]
    assert found["violations"] == []


def test_other_rules_look_at_everything(blank: Page) -> None:
    images = '<img src="data:," alt="">' * 20 + '<img id="it" src="data:,">'
    blank.set_content(f'<html lang="en"><title>Images</title><main><h1>Images</h1>{images}</main>')
    (violation,) = found_by_axe(blank)
    assert violation["id"] == "image-alt"
    assert [node["target"] for node in violation["nodes"]] == [["#it"]]
