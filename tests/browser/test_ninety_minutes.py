"""Ninety minutes as a reader meets them: a clock over several pages, ticks, blanks to fill."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from axe import found_by_axe
from playwright.sync_api import Page, expect
from visits import THEMES, drawn, said, turn

from nnlib.practice import derivation, ninety, ninety_minutes

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
PREFIX = "nearest-neighbor-network:"
BLANKS = ninety_minutes().blanks


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def put(page: Page, name: str, value: Any) -> None:
    text = json.dumps(value)
    page.evaluate("([name, text]) => localStorage.setItem(name, text)", [PREFIX + name, text])


def stored(page: Page, name: str) -> Any:
    return json.loads(page.evaluate("(name) => localStorage.getItem(name)", PREFIX + name))


def again(page: Page) -> None:
    page.reload()
    drawn(page)


def ticked(page: Page) -> list[str]:
    boxes = page.get_by_role("checkbox").all()
    return [step["id"] for step, box in zip(ninety.STEPS, boxes, strict=True) if box.is_checked()]


def test_the_clock_runs_on_over_pages_and_can_be_paused(show: SHOW) -> None:
    page = show(ninety_minutes())
    page.clock.install()
    again(page)
    expect(said(page)).to_contain_text("90 minutes in 7 steps.")
    press(page, "Start the clock")
    first, second = (step["title"] for step in ninety.STEPS[:2])
    expect(said(page)).to_have_text(f"By now: {first}. 0 of 7 steps done. Next: {first}.")
    page.get_by_role("checkbox").first.check()
    expect(said(page)).to_have_text(f"By now: {first}. 1 of 7 steps done. Next: {second}.")
    page.clock.run_for(11 * 60_000)
    # The sentence goes on with the mark while the page stays open.
    expect(said(page)).to_contain_text("By now: Pass a drill. 1 of 7 steps done")
    assert page.locator("[aria-current]").inner_text().startswith("Pass a drill")
    again(page)  # as if from another page
    expect(said(page)).to_contain_text("By now: Pass a drill.")
    press(page, "Pause")
    time = page.get_by_role("timer").inner_text()
    assert time.startswith("11:")
    page.clock.run_for(60 * 60_000)
    assert page.get_by_role("timer").inner_text() == time
    press(page, "Resume")
    page.clock.run_for(30 * 60_000)
    expect(said(page)).to_contain_text("By now: Derive it.")
    page.clock.run_for(50 * 60_000)
    expect(said(page)).to_contain_text("Time is up. 1 of 7 steps done")
    again(page)
    expect(said(page)).to_contain_text("Time is up.")
    # It asks first.
    press(page, "Begin again")
    asking = page.get_by_role("group", name="Take back the time and all ticks?")
    expect(asking.get_by_role("button", name="Keep them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Begin again")).to_be_focused()
    expect(page.get_by_role("button", name="Keep them")).to_be_hidden()
    assert ticked(page) == ["interview"]
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert ticked(page) == []
    expect(page.get_by_role("timer")).to_have_text("0:00 of 90:00")
    expect(page.get_by_role("button", name="Start the clock")).to_be_focused()


def test_what_the_browser_knows_is_ticked_by_itself(show: SHOW) -> None:
    page = show(ninety_minutes())
    put(page, "cards", {"card-a": {"box": 1, "due": "2026-12-01"}})
    put(page, "mocks", [{"number": 1}])
    again(page)
    press(page, "Start the clock")
    assert ticked(page) == []
    put(page, "drills", {"one_nn": "2026-11-30"})
    again(page)
    assert ticked(page) == ["drill"]
    put(page, "derivation", {**BLANKS, "cross": "+ 2x·t"})
    again(page)
    assert ticked(page) == ["drill"]
    put(page, "derivation", BLANKS)
    seen = {f"card-{i}": {"box": 1, "due": "2026-12-01"} for i in range(9)}
    put(page, "cards", {**seen, "card-a": {"box": 1, "due": "2026-12-01"}})
    again(page)
    assert ticked(page) == ["drill", "derivation"]
    put(page, "cards", {**seen, "card-a": {"box": 2, "due": "2026-12-03"}})
    put(page, "mocks", [{"number": 1}, {"number": 2}])
    again(page)
    assert ticked(page) == ["drill", "derivation", "cards", "mock"]
    # A page is read that was open for a minute, in a tab of its own, too.
    link = page.get_by_role("link", name="The cheat sheet")
    state = {"since": page.evaluate("Date.now()"), "spent": 0}
    for click in ("left", "middle"):
        put(page, "ninety", {**stored(page, "ninety"), **state, "opened": {}})
        again(page)
        page.evaluate("addEventListener('click', (event) => event.preventDefault())")
        page.evaluate("addEventListener('auxclick', (event) => event.preventDefault())")
        link.click(button=click)  # type: ignore[arg-type]
        assert list(stored(page, "ninety")["opened"]) == ["cheatsheet"]
        again(page)
        assert ticked(page) == ["drill", "derivation", "cards", "mock"]
        assert stored(page, "ninety")["opened"] == {}
    put(
        page,
        "ninety",
        {**stored(page, "ninety"), "opened": {"cheatsheet": state["since"] - 61_000}},
    )
    again(page)
    assert ticked(page) == ["drill", "derivation", "cards", "mock", "cheatsheet"]
    page.get_by_role("checkbox").first.check()
    expect(said(page)).to_contain_text("6 of 7 steps done.")
    page.get_by_role("checkbox").first.uncheck()
    expect(said(page)).to_contain_text("5 of 7 steps done.")


def test_a_damaged_state_is_the_one_before_the_start(show: SHOW) -> None:
    page = show(ninety_minutes())
    for value in (
        None,
        7,
        [],
        {"spent": -1, "since": "x", "opened": 3, "done": ["<b>"], "before": 1},
    ):
        put(page, "ninety", value)
        again(page)
        expect(said(page)).to_contain_text("90 minutes in 7 steps.")


def test_what_was_done_before_is_ticked_at_the_start_and_blanks_can_be_emptied(
    show: SHOW,
) -> None:
    page = show(ninety_minutes(), derivation())
    put(page, "drills", {"one_nn": "2026-11-30"})
    put(page, "derivation", BLANKS)
    again(page)
    boxes = page.get_by_role("checkbox")
    expect(boxes.nth(2)).not_to_be_checked()
    press(page, "Start the clock")
    assert ticked(page) == ["drill", "derivation"]
    press(page, "Empty the blanks")
    assert ticked(page) == ["drill"]
    assert page.evaluate("(name) => localStorage.getItem(name)", PREFIX + "derivation") is None
    for place in page.get_by_role("combobox").all():
        expect(place).to_have_value("")
    expect(page.locator(".nn-why p")).to_have_count(0)
    again(page)
    assert ticked(page) == ["drill"]
    for place, text in zip(page.get_by_role("combobox").all(), BLANKS.values(), strict=True):
        place.select_option(text)
    assert ticked(page) == ["drill", "derivation"]


def test_the_list_stands_still_when_the_mark_moves(show: SHOW) -> None:
    edges = """() => [...document.querySelectorAll(".nn-ninety li, .nn-ninety li *")]
      .map((node) => Object.values(node.getBoundingClientRect().toJSON()))"""
    page = show(ninety_minutes())
    for width in (390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 2400})
        put(page, "ninety", None)
        again(page)
        before = page.evaluate(edges)
        for minute in (1, 12, 30, 89):
            since = page.evaluate("Date.now()") - minute * 60_000
            put(page, "ninety", {"spent": 0, "since": since})
            again(page)
            assert page.evaluate(edges) == before
        rights = page.locator(".nn-check").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect().right)"
        )
        assert max(rights) - min(rights) < 1


def test_the_blanks_are_filled_by_keyboard_and_say_why(show: SHOW) -> None:
    page = show(derivation())
    expect(said(page)).to_have_text(f"0 of {len(BLANKS)} blanks filled rightly.")
    names = {
        name: blank["name"]
        for line in ninety.derivation()["lines"]
        for name, blank in line["blanks"].items()
    }
    page.get_by_label(names["cross"], exact=True).select_option("+ 2x·t")
    expect(said(page)).to_contain_text("Not so: One factor is x, the other −t")
    for i, (name, text) in enumerate(BLANKS.items(), 1):
        place = page.get_by_label(names[name], exact=True)
        place.focus()
        place.select_option(text)
        expect(said(page)).to_contain_text(f"{i} of {len(BLANKS)} blanks filled rightly.")
        expect(said(page)).to_contain_text("Right: ")
    assert stored(page, "derivation") == BLANKS
    # Each blank has its reason, after a reload, too.
    expect(page.locator(".nn-why p")).to_have_count(len(BLANKS))
    again(page)
    expect(page.locator(".nn-why p")).to_have_count(len(BLANKS))
    expect(page.locator(".nn-why p").first).to_contain_text(
        f"{next(iter(BLANKS.values()))} Right: "
    )
    expect(said(page)).to_contain_text(f"{len(BLANKS)} of {len(BLANKS)} blanks filled rightly.")
    put(page, "derivation", {"cross": "− 2x·t", "weights": "<b>", "other": "x"})
    again(page)
    expect(said(page)).to_have_text(f"1 of {len(BLANKS)} blanks filled rightly.")


def test_axe_finds_nothing_and_nothing_overflows(show: SHOW) -> None:
    page = show(ninety_minutes(), derivation(), width=390)
    press(page, "Start the clock")
    page.get_by_label("the middle term", exact=True).select_option("+ 2x·t")
    for theme in THEMES:
        turn(page, theme)
        assert found_by_axe(page) == [], theme
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 2400})
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
