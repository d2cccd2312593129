"""The mock interview as a reader meets it: from disk, no kernel, a clock, and its debrief."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from axe import found_by_axe
from doubles import answer
from playwright.sync_api import Page, expect
from visits import THEMES, drawn, dress, painted, said, turn, with_clock

from nnlib.practice import debrief, interviewer_sheet, mock, mock_interview
from nnlib.widgets import MockInterview

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
KEY = "nearest-neighbor-network:mock"
PAST = "nearest-neighbor-network:mocks"
SITTINGS = "nearest-neighbor-network:sittings"
INTERVIEW = mock.load()
EVERY = {step["id"]: step for part in INTERVIEW["parts"] for step in mock.steps("mock.yaml", part)}


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page, number: int = 7, screen: int = 45) -> None:
    page.get_by_label(f"{screen} minutes").check()
    page.get_by_label("Number of the session").fill(str(number))
    press(page, "Start the clock")
    expect(page.locator("p.nn-ask")).to_be_visible()


def end(page: Page) -> None:
    press(page, "End here")
    press(page, "End it")


def onward(page: Page, name: str = "Next question") -> None:
    """Go on with lines that are not rated."""
    press(page, name)
    press(page, "Go on")


def times(page: Page) -> list[int]:
    """Return the seconds that the clock shows: in all, and for this part."""
    text = page.get_by_role("timer").inner_text()
    found = re.findall(r"(\d+):(\d\d) of", text)
    return [60 * int(minutes) + int(seconds) for minutes, seconds in found]


def stored(page: Page, key: str = KEY) -> Any:
    return json.loads(page.evaluate("(key) => localStorage.getItem(key)", key))


def put(page: Page, key: str, text: str) -> None:
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, text])


# Press what a policy says until the session has ended; say what came up at each question.
WALK = """([number, screen, probe, hints, share, notes]) => {
  const buttons = () => [...document.querySelectorAll(".nn-stage button")];
  const press = (start) => {
    const it = buttons().find((b) => !b.hidden && b.textContent.startsWith(start));
    it?.click();
    return Boolean(it);
  };
  const texts = (where) => [...document.querySelectorAll(where)].map((n) => n.textContent);
  document.querySelector(`input[value="${screen}"]`).click();
  document.querySelector('input[type="number"]').value = number;
  press("Start the clock");
  const seen = [];
  for (let steps = 0; steps < 200 && !document.querySelector(".nn-stage table"); steps++) {
    const area = document.querySelector(".nn-notes textarea");
    if (notes) {
      area.value = notes;
      area.dispatchEvent(new Event("input"));
    }
    const { step } = document.querySelector("[data-step]").dataset;
    let further = null;
    let choices = null;
    for (let k = 0; k < hints; k++) press("I am stuck: a hint");
    if (probe !== null) {
      press("I said something else");
      choices = buttons().map((b) => b.textContent);
      buttons()[Math.min(probe, choices.length - 1)].click();
      further = texts("p.nn-ask")[1];
    }
    const taken = texts(".nn-hints li");
    press("I said it") || press("I am stuck: the model answer");
    const quoted = texts(".nn-answer p").slice(1);
    if (share !== null) {
      for (const set of document.querySelectorAll(".nn-answer fieldset"))
        set.querySelectorAll("input")[2 * share].click();
    }
    seen.push({ step, further, choices, taken, quoted });
    press("Next question") || press("To the summary");
    const others = [...document.querySelectorAll(".nn-mock button")];
    others.find((b) => b.textContent === "Go on" && b.checkVisibility())?.click();
  }
  const ended = Boolean(document.querySelector(".nn-stage table"));
  press("New interview");
  return { ended, seen };
}"""


def walk(page: Page, number: int, screen: int = 45, **policy: Any) -> list[dict[str, Any]]:
    how = {"probe": None, "hints": 0, "share": None, "notes": "", **policy}
    walked = page.evaluate(WALK, [number, screen, *how.values()])
    assert walked["ended"]
    seen: list[dict[str, Any]] = walked["seen"]
    return seen


# What is drawn.

DRAW = """({ drawSession }, interview, numbers, screen) =>
    numbers.map((n) => drawSession(interview, n, screen))"""


def sessions(page: Page, numbers: list[int], screen: int = 45) -> list[list[dict[str, Any]]]:
    text = MockInterview._esm + "\nexport { drawSession, bytesOf };"
    found: list[list[dict[str, Any]]] = answer(page, text, DRAW, INTERVIEW, numbers, screen)
    return found


def bytes_of(count: float) -> str:
    size, unit = next((s, u) for s, u in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")) if count >= s)
    return f"{float(f'{count / size:.2g}'):g} {unit}"


# Sessions too many to be carried out of the page: which of them have other minutes, an empty part
# or a blank that is not filled in; what all of them ask; how many differ.
DRAW_ALL = """({ drawSession }, interview, last, screen) => {
  const texts = new Set();
  const asked = new Set();
  const wrong = [];
  for (let n = 1; n <= last; n++) {
    const drawn = drawSession(interview, n, screen);
    const steps = drawn.flatMap((part) => part.steps);
    const text = steps.map((s) => s.ask + s.answer.map((line) => line.say).join("")).join("");
    const minutes = drawn.reduce((sum, part) => sum + part.minutes, 0);
    const open = text.match(/\\{[a-z_]+\\}|undefined/);
    if (minutes !== screen || open || !drawn.every((part) => part.steps.length))
      wrong.push([n, minutes, open]);
    for (const { id } of steps) asked.add(id);
    texts.add(text);
  }
  return [wrong, [...asked], texts.size];
}"""


def test_every_draw_comes_up_and_is_filled(blank: Page) -> None:
    text = MockInterview._esm + "\nexport { drawSession };"
    all_asked: set[str] = set()
    for screen in INTERVIEW["screens"]:
        wrong, asked, different = answer(blank, text, DRAW_ALL, INTERVIEW, 3000, screen)
        assert wrong == []
        assert different > (1000 if screen >= 45 else 100)
        all_asked |= {*asked}
        first, again = sessions(blank, [7, 7], screen)
        assert first == again
    assert all_asked == set(EVERY)


def test_the_sizes_of_a_scene_are_multiplied_out(blank: Page) -> None:
    said_of = set()
    for session in sessions(blank, list(range(1, 400))):
        step = session[0]["steps"][1]
        rows, queries, d = (
            int(text.replace(",", ""))
            for text in re.findall(
                r"“([\d,]+) queries, ([\d,]+) training rows, (\d+) features", step["ask"]
            )[0]
        )
        (scene,) = (one for one in INTERVIEW["scenes"] if one["d"] == d)
        matrix = rows * queries * scene["bytes"]
        assert (
            f"{bytes_of(matrix)}; the cube is {d} times that, {bytes_of(matrix * d)}."
            in (step["answer"][0]["say"])
        )
        said_of.add((rows, queries, d))
    ways = [len(scene["n_test"]) * len(scene["n_train"]) for scene in INTERVIEW["scenes"]]
    assert len(said_of) == sum(ways)


def covering(page: Page, numbers: range, screen: int) -> list[int]:
    """Return numbers whose sessions together ask every step of a screen."""
    drawn = {
        number: {step["id"] for part in session for step in part["steps"]}
        for number, session in zip(numbers, sessions(page, list(numbers), screen), strict=True)
    }
    left = {i for i, step in EVERY.items() if step["screen"] <= screen}
    chosen = []
    while left:
        chosen.append(max(drawn, key=lambda number: len(drawn[number] & left)))
        assert drawn[chosen[-1]] & left
        left -= drawn[chosen[-1]]
    return chosen


def plain(text: str) -> str:
    """Return a text as the page shows it."""
    return re.sub(r"`([^`]+)`|\*(\S(?:[^*`]*\S)?)\*", lambda found: found[1] or found[2], text)


def test_every_edge_leads_on_and_every_session_ends(blank: Page, show: SHOW) -> None:
    numbers = covering(blank, range(1, 60), 60)
    page = show(mock_interview())
    met: dict[str, set[str]] = {i: set() for i in EVERY}
    hinted: dict[str, set[str]] = {i: set() for i in EVERY}
    for number in numbers:
        for probe in range(4):
            hints = 3 if probe in (0, 3) else 0  # before an answer that is listed, and another
            for one in walk(page, number, 60, probe=probe, hints=hints):
                said = [plain(entry["said"]) for entry in EVERY[one["step"]]["probes"]]
                assert one["choices"] == [*said, "Something that is not listed"]
                met[one["step"]].add(one["further"])
                hinted[one["step"]].update(one["taken"])
    for i, step in EVERY.items():
        asks = {plain(probe["ask"]) for probe in step["probes"]}
        assert asks < met[i]
        assert len(met[i] - asks) == 1  # what is asked of an answer that is not listed
        assert {plain(hint) for hint in step["hints"]} == hinted[i]


# The reader's hand.


def reach(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    for _ in range(60):
        wanted = page.get_by_role("button", name=name, exact=True)
        if wanted.evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached")


def test_by_keyboard_alone_from_the_start_to_the_summary(show: SHOW) -> None:
    page = show(mock_interview())
    keys = page.keyboard
    expect(said(page)).to_contain_text("No interview is running.")
    keys.press("Tab")
    keys.press("ArrowLeft")  # from 45 minutes to 25
    steps = [step for part in sessions(page, [7], 25)[0] for step in part["steps"]]
    keys.press("Tab")
    expect(page.get_by_label("Number of the session")).to_be_focused()
    keys.type("7")
    keys.press("Tab")
    keys.press("Enter")
    expect(said(page)).to_have_text("Session 7. Clarify, 4 minutes. The clock runs.")
    for i, step in enumerate(steps):
        expect(page.locator("p.nn-ask").first).to_be_focused()
        expect(page.locator(".nn-answer")).to_have_count(0)
        reach(page, "I am stuck: a hint")
        keys.press("Enter")
        expect(page.locator(".nn-hints li")).to_have_count(1)
        reach(page, "I said something else")
        keys.press("Enter")
        reach(page, plain(step["probes"][0]["said"]))
        keys.press("Enter")
        expect(page.locator("p.nn-ask")).to_have_count(2)
        reach(page, "I said it")
        keys.press("Enter")
        expect(page.locator(".nn-answer")).to_be_visible()
        first = page.locator(".nn-answer input").first
        for _ in range(60):
            if first.evaluate("(node) => node === document.activeElement"):
                break
            keys.press("Tab")
        keys.press("Space")
        keys.press("ArrowRight")
        expect(page.get_by_label("½").first).to_be_checked()
        go = "Next question" if i + 1 < len(steps) else "To the summary"
        reach(page, go)
        keys.press("Enter")
        left = sum("covers" in line for line in step["answer"]) - 1
        if left:
            expect(said(page)).to_have_text(f"Lines not rated count 0, here {left}.")
            expect(page.get_by_role("button", name="Rate them")).to_be_focused()
            keys.press("Enter")
            second = page.locator(".nn-answer fieldset").nth(1).locator("input").first
            expect(second).to_be_focused()
            expect(page.get_by_role("button", name="Go on")).to_be_hidden()
            reach(page, go)
            keys.press("Enter")
            keys.press("Tab")
            keys.press("Enter")
    # Half a point for one line of each, and a hint for half a point.
    expect(page.locator("caption")).to_be_focused()
    expect(page.locator("caption")).to_contain_text("Session 7: 0 of ")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(5)
    assert [row.locator("td").first.inner_text() for row in rows.all()] == [
        f"{part['minutes'][1]}:00" for part in INTERVIEW["parts"]
    ]


def test_the_clock_runs_is_paused_and_stands_while_answers_are_compared(show: SHOW) -> None:
    page = show(mock_interview())
    with_clock(page)
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
    press(page, "I said something else")
    standing = times(page)
    page.clock.run_for(600_000)
    assert times(page) == standing
    # The button keeps its place, and does nothing while the clock stands anyway.
    pause = page.get_by_role("button", name="Pause")
    expect(pause).to_have_attribute("aria-disabled", "true")
    pause.press("Enter")
    press(page, "Something that is not listed")
    page.clock.run_for(10_000)
    assert 8 <= times(page)[0] - standing[0] <= 25
    press(page, "I said it")
    standing = times(page)
    page.clock.run_for(600_000)
    assert times(page) == standing
    onward(page)
    for left, words in ((10, "10 minutes left."), (5, "5 minutes left."), (0, "Time is up.")):
        page.clock.run_for((45 - left) * 60_000 - 1000 * times(page)[0] + 1500)
        expect(said(page)).to_contain_text(words)
    assert page.get_by_role("timer").get_attribute("data-over") == "true"
    expect(page.get_by_role("timer")).not_to_have_attribute("aria-live", "polite")


def test_a_reload_keeps_all_but_the_running_of_the_clock(show: SHOW) -> None:
    page = show(mock_interview())
    with_clock(page)
    begin(page)
    page.get_by_label("Your words").fill("sizes, <b>dtype</b>")
    press(page, "I am stuck: a hint")
    press(page, "I said it")
    page.get_by_label("½").nth(1).check()
    onward(page)
    page.clock.run_for(65_000)
    question, seconds = page.locator("p.nn-ask").inner_text(), times(page)[0]
    page.reload()
    drawn(page)
    expect(said(page)).to_have_text(
        "An interview was under way. The clock stands; press Resume to go on."
    )
    expect(page.locator("p.nn-ask")).to_have_text(question)
    page.clock.run_for(60_000)
    assert abs(times(page)[0] - seconds) <= 10
    press(page, "Resume")
    page.clock.run_for(10_000)
    assert 8 <= times(page)[0] - seconds <= 35
    kept = {"hints": 1, "probe": None, "notes": "sizes, <b>dtype</b>", "marked": True}
    assert stored(page)["steps"]["clarify"] == {**kept, "rated": {"1": 0.5}}
    end(page)
    expect(page.locator("caption")).to_contain_text("Session 7: 0 of ")
    page.reload()
    drawn(page)
    expect(page.locator("caption")).to_contain_text("Session 7: 0 of ")
    press(page, "New interview")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    assert page.evaluate("(key) => localStorage.getItem(key)", KEY) is None
    assert len(stored(page, SITTINGS)) == 1


def test_what_was_not_reached_is_not_missed(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    press(page, "I said it")
    page.get_by_label("1", exact=True).first.check()
    onward(page)
    end(page)
    steps = [step for part in sessions(page, [7])[0] for step in part["steps"]]
    of = sum("covers" in line for step in steps for line in step["answer"])
    text = page.locator(".nn-stage").inner_text()
    assert f"1 good, 0 half, 4 missed, {of - 5} not reached." in text
    (past,) = stored(page, PAST)
    assert (past["covered"], past["of"], past["points"]) == (1, of, 1)
    assert past["items"] == {"clarify": 0.2}


# Nothing is lost, and no question is missed, unasked.


def test_what_is_not_rated_is_asked_about_once(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    press(page, "I said it")
    page.get_by_label("½").nth(2).check()
    press(page, "Next question")
    expect(said(page)).to_have_text("Lines not rated count 0, here 4.")
    expect(page.get_by_role("button", name="Rate them")).to_be_focused()
    assert stored(page)["phase"] == "marking"
    press(page, "Rate them")
    boxes = page.locator(".nn-answer fieldset")
    expect(boxes.first.locator("input").first).to_be_focused()
    for i in range(5):
        boxes.nth(i).get_by_label("1", exact=True).check()
    press(page, "Next question")  # all are rated: nothing is asked
    expect(page.locator("p.nn-ask")).to_have_attribute("data-step", "first-test")
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()
    press(page, "I said it")
    onward(page)
    assert stored(page)["steps"]["first-test"]["rated"] == {}
    expect(page.locator("p.nn-ask")).to_have_attribute("data-step", "code")


def test_an_interview_ends_early_only_if_that_is_meant(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    press(page, "End here")
    expect(said(page)).to_contain_text("End here?")
    expect(page.get_by_role("button", name="Stay")).to_be_focused()
    press(page, "Stay")
    expect(page.get_by_role("button", name="End here")).to_be_focused()
    assert stored(page)["phase"] == "asking"
    assert page.evaluate("(key) => localStorage.getItem(key)", SITTINGS) is None
    press(page, "End here")
    page.reload()  # the doubt is gone, the interview is not
    drawn(page)
    expect(page.get_by_role("button", name="End it")).to_be_hidden()
    end(page)
    (past,) = stored(page, PAST)
    assert past["minutes"] == 1  # what is kept of it never says none


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize(("width", "height"), [(390, 700), (390, 844), (1280, 900)])
def test_a_new_question_comes_into_view(
    show: SHOW, width: int, height: int, motion: Literal["reduce", "no-preference"]
) -> None:
    page = show(mock_interview(), width=width, reduced_motion=motion)
    dress(page, "body::after { content: ''; display: block; height: 2000px; }")
    page.set_viewport_size({"width": width, "height": height})
    begin(page)
    for _ in range(3):
        press(page, "I said it")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        for name in ("Next question", "Go on"):  # where they are: Playwright would scroll first
            page.get_by_role("button", name=name).evaluate("(node) => node.click()")
        ask = page.locator("p.nn-ask")
        expect(ask).to_be_focused()
        expect(ask).to_be_in_viewport(ratio=1)
        edges = "(node) => [node.getBoundingClientRect().top, innerHeight]"
        heading = page.locator(".nn-stage > :first-child")
        expect(heading).to_be_in_viewport(ratio=1)
        top, inner = heading.evaluate(edges)
        assert 64 <= top <= inner / 2  # below the bar of the page


def test_a_clock_that_only_a_choice_starts_is_not_promised_a_button(show: SHOW) -> None:
    page = show(mock_interview())
    with_clock(page)
    begin(page)
    for act in ("I said something else", "I said it"):
        press(page, act)
        page.reload()
        drawn(page)
        expect(said(page)).to_have_text(
            "An interview was under way. The clock stands until you go on."
        )
        expect(page.get_by_role("button", name="Resume")).to_have_count(0)
        if act == "I said something else":
            press(page, "Something that is not listed")
            before = times(page)[0]
            page.clock.run_for(30_000)
            assert 28 <= times(page)[0] - before <= 45
    onward(page)
    before = times(page)[0]
    page.clock.run_for(30_000)
    assert 28 <= times(page)[0] - before <= 45


def test_ninety_minutes_choose_the_shortest(show: SHOW) -> None:
    page = show(mock_interview())
    for state, screen in (
        ({"spent": 0, "since": "now"}, 20),
        ({"spent": 5, "since": None}, 45),
        ({"spent": 5, "since": 0}, 45),
        (None, 45),
        (7, 45),
    ):
        page.evaluate(
            """(state) => {
                if (state?.since === "now") state.since = Date.now();
                localStorage.setItem("nearest-neighbor-network:ninety", JSON.stringify(state));
            }""",
            state,
        )
        page.reload()
        drawn(page)
        expect(page.get_by_label(f"{screen} minutes")).to_be_checked()


# The debrief, and the sheet of the one who asks.


def test_the_debrief_says_how_points_came_about(show: SHOW, tmp_path: Path) -> None:
    page = show(mock_interview())
    begin(page)
    press(page, "I am stuck: a hint")
    press(page, "I said something else")
    press(page, "May I use scikit-learn?")
    press(page, "I said it")
    for i, share in enumerate(["1", "½", "1", "0", "0"]):
        page.locator(".nn-answer fieldset").nth(i).get_by_label(share, exact=True).check()
    press(page, "Next question")
    end(page)
    press(page, "New interview")
    begin(page)
    end(page)
    held = page.evaluate("JSON.stringify(localStorage)")
    page = show(debrief(), unfolded=False)
    page.evaluate("(text) => Object.assign(localStorage, JSON.parse(text))", held)
    page.reload()
    drawn(page)
    names = page.locator("option").all_inner_texts()
    assert len(set(names)) == 2  # two of one number, told apart
    of = sum(
        "covers" in line
        for part in sessions(page, [7])[0]
        for s in part["steps"]
        for line in s["answer"]
    )
    assert re.fullmatch(rf"7, \d{{4}}-\d\d-\d\d \d\d:\d\d, 45 minutes, 2 of {of}", names[1])
    assert page.locator(".nn-grade").all_inner_texts()[0] == "not reached"
    page.get_by_label("Session").select_option(index=1)
    grades = page.locator(".nn-grade")
    assert grades.first.inner_text() == "2 of 5 points: 2½, less ½ for hints"
    assert set(grades.all_inner_texts()[1:]) == {"not reached"}
    below = (
        "(node) => node.getBoundingClientRect().left - node.parentNode.getBoundingClientRect().left"
    )
    assert grades.first.evaluate(below) < 40  # on a line of its own
    page.locator("summary").first.click()
    probe = EVERY["clarify"]["probes"][1]
    expect(page.get_by_text(f"You said something else. {probe['said']}")).to_be_visible()
    expect(page.get_by_text(f"And were asked. {probe['ask']}")).to_be_visible()
    with page.expect_download() as download:
        press(page, "Save as Markdown")
    download.value.save_as(tmp_path / "saved.md")
    text = (tmp_path / "saved.md").read_text(encoding="utf-8")
    assert f"You said something else: {probe['said']}" in text
    assert f"And were asked: {probe['ask']}" in text
    assert "2 of 5 points: 2½, less ½ for hints." in text
    with page.expect_download() as download:
        press(page, "Save as JSON")
    download.value.save_as(tmp_path / "saved.json")
    saved = json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))
    first = saved["questions"][0]["steps"][0]
    assert first["probe"] == probe
    assert first["ask"] == EVERY["clarify"]["ask"]
    assert saved["summary"]["scores"]["clarify"] == {"got": 2.5, "off": 0.5, "of": 5}


def test_a_session_without_a_time_is_shown_by_its_day(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    end(page)
    (session,) = stored(page, SITTINGS)
    del session["at"]  # as an earlier edition kept it
    page = show(debrief())
    put(page, SITTINGS, json.dumps([session]))
    page.reload()
    drawn(page)
    assert page.locator("option").inner_text().startswith(f"7, {session['began']}, 45 minutes")


def test_code_of_an_earlier_session_is_not_that_of_this_one(show: SHOW) -> None:
    page = show(mock_interview())
    pad, report = (f"nearest-neighbor-network:{name}:mock" for name in ("pad", "report"))

    def write(code: str) -> None:
        put(page, pad, json.dumps({"code": code, "stub": ""}))

    def works() -> list[Any]:
        return [one["work"] and one["work"]["code"] for one in stored(page, SITTINGS)]

    begin(page)
    write("x = 1")
    end(page)
    press(page, "New interview")
    begin(page)  # the pad stays as it is
    page.reload()
    drawn(page)
    end(page)
    assert works() == ["x = 1", None]
    press(page, "New interview")
    begin(page)
    write("x = 2")
    end(page)
    press(page, "New interview")
    begin(page)  # the same code, but judged in this one
    put(page, report, json.dumps({"one_nn": {"code": "x = 2", "words": "passed"}}))
    end(page)
    assert works() == ["x = 1", None, "x = 2", "x = 2"]


def test_the_debrief_lays_words_and_code_beside_the_model_answers(
    show: SHOW, tmp_path: Path
) -> None:
    page = show(mock_interview())
    put(page, "nearest-neighbor-network:pad:mock", json.dumps({"code": "x = 1 < 2", "stub": ""}))
    report = {"one_nn": {"code": "x = 1 < 2", "words": "not yet"}}
    walk(page, 7, share=0.5, hints=1, notes="I said <i>this</i>.")
    put(page, "nearest-neighbor-network:report:mock", json.dumps(report))
    walk(page, 8, share=1)
    held = page.evaluate("JSON.stringify(localStorage)")
    page = show(debrief())
    page.evaluate("(text) => Object.assign(localStorage, JSON.parse(text))", held)
    page.reload()
    drawn(page)
    expect(said(page)).to_contain_text("The debrief of session 8.")
    assert "One habit to change." not in page.locator(".nn-debrief").inner_text()
    page.get_by_label("Session").select_option(index=1)
    expect(said(page)).to_contain_text("The debrief of session 7.")
    text = page.locator(".nn-debrief").inner_text()
    assert "One habit to change. " in text
    assert "x = 1 < 2" in text
    page.locator("summary").first.click()
    expect(page.get_by_text("I said <i>this</i>.").first).to_be_visible()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(INTERVIEW["items"]))
    assert rows.first.locator("td").all_inner_texts() == ["50 %", "100 %"]
    with page.expect_download() as download:
        press(page, "Save as Markdown")
    assert download.value.suggested_filename == "mock-interview-7.md"
    download.value.save_as(tmp_path / "saved.md")
    lines = (tmp_path / "saved.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Mock interview 7"
    assert "> I said <i>this</i>." in lines
    assert "x = 1 < 2" in lines
    asks = [f"### {s['ask']}" for part in sessions(page, [7])[0] for s in part["steps"]]
    assert [line for line in lines if line.startswith("### ")] == asks
    with page.expect_download() as download:
        press(page, "Save as JSON")
    download.value.save_as(tmp_path / "saved.json")
    saved = json.loads((tmp_path / "saved.json").read_text(encoding="utf-8"))
    assert saved["version"] == 1
    assert saved["session"]["number"] == 7
    assert saved["summary"]["habit"] in text


def test_without_a_session_the_debrief_says_so(show: SHOW) -> None:
    page = show(debrief())
    expect(said(page)).to_contain_text("No interview has ended yet")
    for text in ("{", "7", "[7, null]", json.dumps([{"mark": INTERVIEW["mark"]}])):
        for key in (SITTINGS, PAST):
            put(page, key, text)
        page.reload()
        drawn(page)
        expect(said(page)).to_contain_text("No interview has ended yet")


def test_interviews_with_earlier_questions_are_said_to_be_kept(show: SHOW) -> None:
    page = show(debrief())
    expect(said(page)).to_contain_text("No interview has ended yet")
    other = page.context.new_page()
    other.goto(page.url)
    put(other, SITTINGS, json.dumps([{"mark": "a5d1aac3", "number": 7, "phase": "done"}]))
    expect(said(page)).to_have_text(
        "Your interviews had earlier questions. They are kept: "
        "Export on the page Practice saves them."
    )
    other.close()


def test_what_a_file_brought_is_not_cut_and_the_count_goes_on(show: SHOW) -> None:
    page = show(mock_interview())
    past = [{"number": i + 1, "date": "2026-11-21", "minutes": 1} for i in range(50)]
    sittings = [{"mark": "x", "number": i} for i in range(25)]
    put(page, PAST, json.dumps(past))
    put(page, SITTINGS, json.dumps(sittings))
    report = {"one_nn": 7, "nn_layer": {"code": "x = 1", "words": "passed"}}
    begin(page)
    put(page, "nearest-neighbor-network:pad:mock", json.dumps({"code": "x = 1", "stub": ""}))
    put(page, "nearest-neighbor-network:report:mock", json.dumps(report))
    end(page)
    expect(page.locator("caption")).to_contain_text("Session 7: ")
    assert stored(page, PAST)[:50] == past
    assert len(stored(page, PAST)) == 51
    now = stored(page, SITTINGS)
    assert now[:-1] == sittings[1:]
    assert now[-1]["work"] == {"code": "x = 1", "report": "nn_layer: passed"}


def test_the_sheet_has_the_questions_of_the_same_number(show: SHOW) -> None:
    page = show(interviewer_sheet(12))
    for number, screen in ((12, 45), (99, 25), (3, 60)):
        page.get_by_label("How long?").select_option(str(screen))
        field = page.get_by_label("Number of the session")
        field.fill(str(number))
        field.press("Enter")
        expect(said(page)).to_contain_text(f"Session {number}: ")
        (session,) = sessions(page, [number], screen)
        asks = [plain(s["ask"]) for part in session for s in part["steps"]]
        assert page.locator("p.nn-ask").all_inner_texts() == asks
        probes = [p["said"] for part in session for s in part["steps"] for p in s["probes"][:-1]]
        text = page.locator(".nn-sheet").inner_text()
        assert all(f"“{said_}”" in text for said_ in probes)


def test_a_number_out_of_range_and_none_at_all(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page, 123456)
    expect(said(page)).to_contain_text("Session 9999.")
    end(page)
    press(page, "New interview")
    press(page, "Start the clock")
    expect(said(page)).to_contain_text(re.compile(r"Session \d{1,4}\. Clarify"))


# A voice, where there is a microphone; a sentence where there is none.

VOICE = """
window.MediaRecorder = class extends EventTarget {
  mimeType = "audio/webm";
  start() {}
  stop() {
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["sound"]) }));
    this.dispatchEvent(new Event("stop"));
  }
};
Object.defineProperty(navigator, "mediaDevices", { value: {
  getUserMedia: async () => {
    if (window.refused) throw new DOMException("no", "NotAllowedError");
    return { getTracks: () => [{ stop() {} }] };
  } } });
"""


def test_a_recording_is_heard_beside_the_model_answer(show: SHOW) -> None:
    page = show(mock_interview())
    page.add_init_script(VOICE)
    page.reload()
    drawn(page)
    begin(page)
    page.evaluate("window.refused = true")
    press(page, "Record my voice")
    expect(said(page)).to_contain_text("There is no microphone for this page")
    page.evaluate("window.refused = false")
    press(page, "Record my voice")
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    press(page, "Stop recording")
    expect(page.get_by_role("button", name="Record again")).to_be_visible()
    press(page, "I said it")
    expect(page.locator("audio")).to_have_count(1)
    with page.expect_download() as download:
        press(page, "Save the recording")
    assert download.value.suggested_filename == "clarify.webm"
    onward(page)
    expect(page.locator("audio")).to_have_count(0)
    # It goes on over a hint and another question, and ends with the answer.
    press(page, "Record my voice")
    press(page, "I am stuck: a hint")
    press(page, "I said something else")
    press(page, "Something that is not listed")
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    press(page, "I said it")
    expect(page.locator("audio")).to_have_count(1)
    onward(page)
    expect(page.get_by_role("button", name="Record my voice")).to_be_visible()


# As a browser that asks first: a test allows what was asked for.
SLOW = """
window.asked = [];
window.tracks = [];
window.MediaRecorder = class extends EventTarget {
  mimeType = "audio/webm";
  start() {}
  stop() {
    setTimeout(() => {
      this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["sound"]) }));
      this.dispatchEvent(new Event("stop"));
    });
  }
};
Object.defineProperty(navigator, "mediaDevices", { value: {
  getUserMedia: () => new Promise((done) => window.asked.push(() => {
    const track = { live: true, stop() { track.live = false; } };
    window.tracks.push(track);
    done({ getTracks: () => [track] });
  })) } });
"""
LIVE = "window.tracks.map(({ live }) => live)"


def test_a_microphone_is_on_for_its_question_alone(show: SHOW) -> None:
    page = show(mock_interview())
    page.add_init_script(SLOW)
    page.reload()
    drawn(page)
    begin(page)
    # Pressed twice, it is asked for once; allowed after the answer, it is off again.
    for _ in range(2):
        press(page, "Record my voice")
    assert page.evaluate("window.asked.length") == 1
    press(page, "I said it")
    page.evaluate("window.asked[0]()")
    page.wait_for_function(f"() => {LIVE}.join() === 'false'")
    onward(page)
    press(page, "Record my voice")
    page.evaluate("window.asked[1]()")
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    press(page, "Stop recording")
    expect(page.get_by_role("button", name="Record again")).to_be_visible()
    press(page, "Record again")
    page.evaluate("window.asked[2]()")
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    assert page.evaluate(LIVE) == [False, False, True]
    # Another tab ends the interview.
    other = page.context.new_page()
    other.goto(page.url)
    drawn(other)
    end(other)
    expect(page.locator("caption")).to_contain_text("Session 7: ")
    page.wait_for_function(f"() => !{LIVE}.includes(true)")
    other.close()


# Storage that is broken, missing or of another time.


def damaged() -> list[str]:
    good: dict[str, Any] = {
        "mark": INTERVIEW["mark"],
        "number": 7,
        "screen": 45,
        "part": 0,
        "step": 0,
        "phase": "asking",
        "spent": [0] * 5,
        "steps": {},
        "began": "2026-11-21",
    }
    changes: list[dict[str, Any]] = [
        {"number": 0},
        {"number": "7"},
        {"screen": 30},
        {"part": 5},
        {"step": 2.5},
        {"part": "__proto__"},
        {"phase": "over"},
        {"spent": [0]},
        {"spent": [0, 0, -1, 0, 0]},
        {"spent": [0, 0, None, 0, 0]},
        {"steps": []},
        {"began": "<b>"},
    ]
    return ["{", "", "null", "[]", "7", *(json.dumps({**good, **change}) for change in changes)]


def test_a_damaged_session_counts_as_none(show: SHOW) -> None:
    page = show(mock_interview())
    for text in damaged():
        put(page, KEY, text)
        page.reload()
        drawn(page)
        expect(said(page)).to_contain_text("No interview is running.")
    begin(page)
    expect(said(page)).to_contain_text("The clock runs.")


def test_damaged_steps_lose_no_others(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    session = stored(page)
    end(page)
    press(page, "New interview")
    session["steps"]["clarify"] = {"hints": -3, "probe": "x", "notes": 7, "rated": {"0": 9}}
    session["steps"]["code"]["notes"] = "kept"
    put(page, KEY, json.dumps(session))
    page.reload()
    drawn(page)
    expect(said(page)).to_contain_text("An interview was under way.")
    end(page)
    steps = stored(page)["steps"]
    assert steps["clarify"] == {
        "hints": 0,
        "probe": None,
        "notes": "",
        "marked": False,
        "rated": {},
    }
    assert steps["code"]["notes"] == "kept"


EARLIER = [
    {"mark": "e0537735", "number": 7, "phase": "asking", "ticks": ["0.0.1"], "began": "2026-11-21"},
    {"mark": "a5d1aac3", "number": 7, "screen": 45, "phase": "marking", "steps": {}},
]


@pytest.mark.parametrize("earlier", EARLIER, ids=["first", "later"])
def test_a_session_of_other_questions_is_kept_aside(show: SHOW, earlier: dict[str, Any]) -> None:
    page = show(mock_interview())
    put(page, SITTINGS, json.dumps([{"mark": "x"}]))
    put(page, KEY, json.dumps(earlier))
    page.reload()
    drawn(page)
    expect(said(page)).to_contain_text("An interview with earlier questions was under way.")
    begin(page)
    assert stored(page, SITTINGS) == [{"mark": "x"}, earlier]
    # One that had ended was counted then.
    end(page)
    press(page, "New interview")
    put(page, KEY, json.dumps({**earlier, "phase": "done"}))
    page.reload()
    drawn(page)
    expect(said(page)).to_contain_text("No interview is running.")
    assert [one["mark"] for one in stored(page, SITTINGS)] == [
        "x",
        earlier["mark"],
        INTERVIEW["mark"],
    ]


def test_a_tab_of_an_earlier_edition_replaces_no_interview_of_a_later_one(show: SHOW) -> None:
    page = show(mock_interview())
    other = page.context.new_page()
    other.goto(page.url)
    drawn(other)
    later = {"mark": "ffffffff", "number": 7, "screen": 45, "phase": "asking", "steps": {}}
    page.evaluate("addEventListener('storage', ({ key }) => { window.heard ||= key; })")
    put(other, KEY, json.dumps(later))
    page.wait_for_function("(key) => window.heard === key", arg=KEY)
    begin(page, 8)
    expect(said(page)).to_contain_text("Session 8. Clarify")
    assert stored(page)["number"] == 8
    assert stored(page, SITTINGS) == [later]
    other.close()


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
    walk(page, 7, share=1)


def test_leaving_the_page_stops_the_clock(show: SHOW) -> None:
    page = show(mock_interview())
    with_clock(page)
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
    page.clock.run_for(6000)  # it is stored every five seconds
    assert page.evaluate("window.ticks") == 0
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(said(page)).to_contain_text("The clock stands; press Resume to go on.")
    expect(page.locator(".nn-mock")).to_have_count(1)


# Reading it.

SPILLED = """() => [...document.querySelectorAll(".nn-widget")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((e) => {
    const edge = e.getBoundingClientRect();
    return edge.width && !e.closest("pre, .nn-scroll")
      && (edge.right > right + 0.5 || edge.left < left - 0.5);
  }).map((e) => e.outerHTML.slice(0, 90));
})"""


def look(page: Page) -> None:
    height = page.viewport_size["height"]  # type: ignore[index]
    for theme in THEMES:
        turn(page, theme)
        assert found_by_axe(page) == [], theme
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": height})
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SPILLED) == [], width


def test_axe_finds_nothing_and_nothing_overflows(show: SHOW) -> None:
    page = show(mock_interview(), width=390)
    look(page)
    begin(page)
    look(page)
    press(page, "I am stuck: a hint")
    press(page, "I said something else")
    look(page)
    press(page, "Something that is not listed")
    press(page, "I said it")
    press(page, "Next question")  # and its doubt
    look(page)
    press(page, "Go on")
    press(page, "I said it")
    onward(page)
    press(page, "I said it")  # with a listing
    look(page)
    press(page, "End here")
    look(page)
    press(page, "End it")
    painted(page)
    look(page)


def test_debrief_and_sheet_read_as_well(show: SHOW) -> None:
    page = show(mock_interview())
    walk(page, 7, share=0.5, hints=1, notes="words")
    held = page.evaluate("JSON.stringify(localStorage)")
    page = show(debrief(), width=390)
    page.evaluate("(text) => Object.assign(localStorage, JSON.parse(text))", held)
    page.reload()
    drawn(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    look(page)
    look(show(interviewer_sheet(), width=390))
