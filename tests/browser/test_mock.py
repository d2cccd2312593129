"""The mock interview as a reader meets it: a page from disk, no kernel, and a clock."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe import found_by_axe
from doubles import answer
from playwright.sync_api import Page, expect
from visits import THEMES, drawn, painted, said, turn

from nnlib.practice import mock, mock_interview
from nnlib.widgets import MockInterview

SHOW = Callable[..., Page]
KEY = "nearest-neighbor-network:mock"
INTERVIEW = mock.load()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page, number: int = 7) -> None:
    page.get_by_label("Number of the session").fill(str(number))
    press(page, "Start the clock")
    expect(page.locator(".nn-ask")).to_be_visible()


def times(page: Page) -> list[int]:
    """Return the seconds that the clock shows: in all, and for this part."""
    text = page.get_by_role("timer").inner_text()
    found = re.findall(r"(\d+):(\d\d) of", text)
    return [60 * int(minutes) + int(seconds) for minutes, seconds in found]


def to_the_end(page: Page, tick: int = 1) -> None:
    """Go through all questions, ticking the first `tick` points of each."""
    while not page.locator("table").count():
        press(page, "Show the model answer")
        expect(page.locator(".nn-answer")).to_be_visible()
        for box in page.get_by_role("checkbox").all()[:tick]:
            box.check()
        last = page.get_by_role("button", name="To the summary")
        press(page, "To the summary" if last.count() else "Next question")
        painted(page)


def faked(page: Page) -> None:
    """Open the page again under a clock that the test can turn."""
    page.clock.install()
    page.reload()
    drawn(page)


# What is drawn.

DRAW = (
    "({ drawSession, items }, interview, numbers) => numbers.map((n) => drawSession(interview, n))"
)


def test_a_number_draws_a_session_and_all_questions_come_up(blank: Page) -> None:
    numbers = [*range(1, 201), 7, 9999]
    sessions = answer(blank, MockInterview._esm, DRAW, INTERVIEW, numbers)
    assert sessions[6] == sessions[200]
    assert len({json.dumps(session) for session in sessions}) > 100
    for session in sessions:
        assert sum(part["minutes"] for part in session) == 45
        assert [len(part["steps"]) for part in session] == [
            len(part["steps"]) for part in INTERVIEW["parts"]
        ]
        assert "{" not in json.dumps([s["ask"] + s["answer"] for p in session for s in p["steps"]])
    asked = {step["ask"] for session in sessions for part in session for step in part["steps"]}
    every = {
        mock.filled(step["ask"], scene)
        for part in INTERVIEW["parts"]
        for step in mock.steps("mock.yaml", part)
        for scene in INTERVIEW["scenes"]
    }
    assert asked == every


# The reader's hand.


def test_by_keyboard_alone_from_the_start_to_the_summary(show: SHOW) -> None:
    page = show(mock_interview())
    keys = page.keyboard
    expect(said(page)).to_contain_text("No interview is running.")
    keys.press("Tab")
    expect(page.get_by_label("Number of the session")).to_be_focused()
    keys.type("7")
    keys.press("Tab")
    keys.press("Enter")
    expect(said(page)).to_have_text("Session 7. Clarify, 5 minutes. The clock runs.")
    expect(page.locator(".nn-ask")).to_be_focused()
    steps = sum(len(part["steps"]) for part in INTERVIEW["parts"])
    for step in range(steps):
        expect(page.locator(".nn-answer")).to_have_count(0)
        while not page.get_by_role("button", name="Show the model answer").evaluate(
            "(node) => node === document.activeElement"
        ):
            keys.press("Tab")
        keys.press("Enter")
        expect(page.locator(".nn-ask")).to_be_focused()
        expect(page.locator(".nn-answer")).to_be_visible()
        boxes = page.get_by_role("checkbox")
        while not boxes.first.evaluate("(node) => node === document.activeElement"):
            keys.press("Tab")
        keys.press("Space")
        expect(boxes.first).to_be_checked()
        name = "Next question" if step + 1 < steps else "To the summary"
        while not page.get_by_role("button", name=name).evaluate(
            "(node) => node === document.activeElement"
        ):
            keys.press("Tab")
        keys.press("Enter")
    expect(page.locator("caption")).to_be_focused()
    expect(page.locator("caption")).to_contain_text(f"Session 7: {steps} of ")
    expect(said(page)).to_contain_text(f"Done: {steps} of ")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(5)
    assert [row.locator("td").first.inner_text() for row in rows.all()] == [
        f"{part['minutes']}:00" for part in INTERVIEW["parts"]
    ]


def test_the_clock_runs_is_paused_and_stands_while_answers_are_compared(show: SHOW) -> None:
    page = show(mock_interview())
    faked(page)
    begin(page)
    page.clock.run_for(60_000)
    total, own = times(page)
    assert 58 <= total <= 75  # shown at the last tick
    assert total == own
    press(page, "Pause")
    expect(said(page)).to_contain_text("Paused.")
    paused = times(page)
    page.clock.run_for(600_000)
    assert times(page) == paused
    press(page, "Resume")
    page.clock.run_for(240_000)
    expect(said(page)).to_have_text("Clarify: the 5 minutes planned for it are over.")
    assert 238 <= times(page)[0] - paused[0] <= 255
    press(page, "Show the model answer")
    standing = times(page)
    page.clock.run_for(600_000)
    assert times(page) == standing
    # The button keeps its place, and does nothing while the clock stands anyway.
    pause = page.get_by_role("button", name="Pause")
    expect(pause).to_have_attribute("aria-disabled", "true")
    pause.press("Enter")
    press(page, "Next question")
    page.clock.run_for(10_000)
    assert 8 <= times(page)[0] - standing[0] <= 25
    for left, words in ((10, "10 minutes left."), (5, "5 minutes left."), (0, "Time is up.")):
        page.clock.run_for((45 - left) * 60_000 - 1000 * times(page)[0] + 1500)
        expect(said(page)).to_contain_text(words)
    assert page.get_by_role("timer").get_attribute("data-over") == "true"
    expect(page.get_by_role("timer")).not_to_have_attribute("aria-live", "polite")


def test_a_reload_keeps_all_but_the_running_of_the_clock(show: SHOW) -> None:
    page = show(mock_interview())
    faked(page)
    begin(page)
    press(page, "Show the model answer")
    page.get_by_role("checkbox").nth(1).check()
    press(page, "Next question")
    page.clock.run_for(65_000)
    question, seconds = page.locator(".nn-ask").inner_text(), times(page)[0]
    page.reload()
    drawn(page)
    expect(said(page)).to_have_text(
        "An interview was under way. The clock stands; press Resume to go on."
    )
    expect(page.locator(".nn-ask")).to_have_text(question)
    page.clock.run_for(60_000)
    assert abs(times(page)[0] - seconds) <= 10
    press(page, "Resume")
    page.clock.run_for(10_000)
    assert 8 <= times(page)[0] - seconds <= 35
    stored = json.loads(page.evaluate("(key) => localStorage.getItem(key)", KEY))
    assert stored["ticks"] == ["0.0.1"]
    press(page, "End here")
    expect(page.locator("caption")).to_contain_text("Session 7: 1 of ")
    page.reload()
    drawn(page)
    expect(page.locator("caption")).to_contain_text("Session 7: 1 of ")
    press(page, "New interview")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    assert page.evaluate("(key) => localStorage.getItem(key)", KEY) is None


def test_the_summary_is_saved_as_markdown(show: SHOW, tmp_path: Path) -> None:
    page = show(mock_interview())
    (session,) = answer(page, MockInterview._esm, DRAW, INTERVIEW, [7])
    begin(page)
    to_the_end(page)
    with page.expect_download() as download:
        press(page, "Save as Markdown")
    assert download.value.suggested_filename == "mock-interview-7.md"
    path = tmp_path / "saved.md"
    download.value.save_as(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    items = [
        (item, k) for part in session for s in part["steps"] for k, item in enumerate(s["covers"])
    ]
    covered = sum(k == 0 for _, k in items)
    assert lines[0] == "# Mock interview 7"
    words = f"{covered} of {len(items)} points covered"
    date, time = r"\d{4}-\d\d-\d\d", r"\d+:\d\d"
    assert re.fullmatch(rf"{date}\. {words}, in {time} of 45:00 minutes\.", lines[2])
    for part in session:
        points = [k for s in part["steps"] for k, _ in enumerate(s["covers"])]
        row = rf"\| {part['title']} \| {part['minutes']}:00 \| {time} \| "
        row += rf"{points.count(0)} of {len(points)} \|"
        assert [line for line in lines if re.fullmatch(row, line)]
    titles = mock_interview().titles
    assert [line for line in lines if line.startswith("- [")] == [
        f"- [{'x' if k == 0 else ' '}] {item['text']} ({titles[item['chapter']]})"
        for item, k in items
    ]
    missed = [item["chapter"] for item, k in items if k]
    for chapter in set(missed):
        count = missed.count(chapter)
        words = f". {titles[chapter]}: {count} point{'s' * (count > 1)} missed"
        assert [line for line in lines if line.endswith(words)]
    # What the page shows says the same, and its links lead to the chapters.
    links = page.locator("ol a").all()
    assert {link.get_attribute("href") for link in links} == {f"../{c}.html" for c in set(missed)}
    past = json.loads(page.evaluate("(key) => localStorage.getItem(key)", KEY + "s"))
    assert [(one["number"], one["covered"], one["of"]) for one in past] == [
        (7, covered, len(items))
    ]


def test_a_number_out_of_range_and_none_at_all(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page, 123456)
    expect(said(page)).to_contain_text("Session 9999.")
    press(page, "End here")
    press(page, "New interview")
    press(page, "Start the clock")
    expect(said(page)).to_contain_text(re.compile(r"Session \d{1,4}\. Clarify"))


# Storage that is broken, missing or of another time.


def damaged() -> list[str]:
    good: dict[str, Any] = {
        "mark": INTERVIEW["mark"],
        "number": 7,
        "part": 0,
        "step": 0,
        "phase": "asking",
        "spent": [0] * 5,
        "ticks": [],
        "began": "2026-11-21",
    }
    changes: list[dict[str, Any]] = [
        {"mark": "00000000"},  # an earlier version
        {"number": 0},
        {"number": "7"},
        {"part": 5},
        {"step": 2.5},
        {"part": "__proto__"},
        {"phase": "over"},
        {"spent": [0]},
        {"spent": [0, 0, -1, 0, 0]},
        {"spent": [0, 0, None, 0, 0]},
        {"ticks": "0.0.0"},
        {"began": "<b>"},
    ]
    return ["{", "", "null", "[]", "7", *(json.dumps({**good, **change}) for change in changes)]


@pytest.mark.parametrize("mark", INTERVIEW["formerly"])
def test_a_session_from_when_chapters_had_other_names_goes_on(show: SHOW, mark: str) -> None:
    page = show(mock_interview())
    begin(page)
    session = json.loads(page.evaluate("(key) => localStorage.getItem(key)", KEY))
    text = json.dumps({**session, "mark": mark})
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
    page.reload()
    drawn(page)
    expect(said(page)).to_contain_text("An interview was under way.")


def test_a_damaged_session_counts_as_none(show: SHOW) -> None:
    page = show(mock_interview())
    for text in damaged():
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
        page.reload()
        drawn(page)
        expect(said(page)).to_contain_text("No interview is running.")
    begin(page)
    expect(said(page)).to_contain_text("The clock runs.")


BLOCKED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""
FULL = (
    'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };'
)


@pytest.mark.parametrize("storage", [BLOCKED, FULL], ids=["blocked", "full"])
def test_without_storage_it_works_and_says_so(show: SHOW, storage: str) -> None:
    page = show(mock_interview())
    page.add_init_script(storage)
    page.reload()
    drawn(page)
    expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    begin(page)
    to_the_end(page, tick=9)
    expect(page.get_by_text("Every point was covered.")).to_be_visible()


def test_leaving_the_page_stops_the_clock(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    page.evaluate(
        """() => {
            window.ticks = 0;
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            const set = Storage.prototype.setItem;
            Storage.prototype.setItem = function (...args) {
                window.ticks++;
                set.apply(this, args);
            };
        }"""
    )
    page.wait_for_timeout(6000)  # it is stored every five seconds
    assert page.evaluate("window.ticks") == 0
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(said(page)).to_contain_text("The clock stands; press Resume to go on.")
    expect(page.locator(".nn-mock")).to_have_count(1)


# Reading it.

SPILLED = """() => [...document.querySelectorAll(".nn-mock")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((e) => {
    const edge = e.getBoundingClientRect();
    return edge.width && !e.closest("pre") && (edge.right > right + 0.5 || edge.left < left - 0.5);
  }).map((e) => e.outerHTML.slice(0, 90));
})"""


def test_axe_finds_nothing_and_nothing_overflows(show: SHOW) -> None:
    page = show(mock_interview(), width=390)
    height = page.viewport_size["height"]  # type: ignore[index]

    def look() -> None:
        for theme in THEMES:
            turn(page, theme)
            assert found_by_axe(page) == [], theme
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": height})
            drawn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SPILLED) == [], width

    look()
    begin(page)
    look()
    press(page, "Show the model answer")
    press(page, "Next question")
    press(page, "Show the model answer")
    press(page, "Next question")
    press(page, "Show the model answer")  # with a listing and a command
    look()
    press(page, "Next question")
    to_the_end(page)
    look()
