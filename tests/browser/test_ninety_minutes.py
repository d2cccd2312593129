"""Ninety minutes as a reader meets them: a clock over several pages, ticks, blanks to fill."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from axe import found_by_axe
from playwright.sync_api import Page, expect
from visits import THEMES, drawn, said, turn

from nnlib.practice import derivation, ninety, ninety_minutes

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
    expect(said(page)).to_contain_text("By now: Read the annotated interview. 0 of 7 steps done.")
    page.clock.run_for(11 * 60_000)
    assert page.locator("[aria-current]").inner_text().startswith("Pass a drill")
    again(page)  # as if from another page
    expect(said(page)).to_contain_text("By now: Pass a drill.")
    press(page, "Pause")
    time = page.get_by_role("timer").inner_text()
    assert time.startswith("11:")
    page.clock.run_for(60 * 60_000)
    assert page.get_by_role("timer").inner_text() == time
    press(page, "Resume")
    page.clock.run_for(80 * 60_000)
    again(page)
    expect(said(page)).to_contain_text("The time is over.")
    press(page, "Begin again")
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
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    page.get_by_role("link", name="The cheat sheet").click()
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
    again(page)
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
