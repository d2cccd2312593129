"""What readers leave in the browser: two tabs, a full storage, a recording, and nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe import found_by_axe
from ipywidgets import Widget
from playwright.sync_api import Page, expect
from visits import ask_for_all, document, drawn, fill_storage, make_room, said, with_clock

from nnlib.practice import (
    debrief,
    deck,
    derivation,
    mock_interview,
    ninety,
    ninety_minutes,
    questions,
    quiz,
)
from nnlib.practice.spoken import progress

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
PREFIX = "nearest-neighbor-network:"
ELSEWHERE = "Another tab has gone on with this interview. Here is where it stands."
FULL = "There is no room left in this browser: what was kept before stays"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def end(page: Page) -> None:
    """End an interview, and mean it."""
    press(page, "End here")
    press(page, "End it")


def onward(page: Page) -> None:
    """Go on with lines that are not rated."""
    press(page, "Next question")
    press(page, "Go on")


def stored(page: Page, name: str) -> Any:
    text = page.evaluate("(name) => localStorage.getItem(name)", PREFIX + name)
    return None if text is None else json.loads(text)


def put(page: Page, name: str, value: Any) -> None:
    text = json.dumps(value)
    page.evaluate("([name, text]) => localStorage.setItem(name, text)", [PREFIX + name, text])


# A tab that hears nothing of the others, as one that was asleep: it acts on what it knew.
DEAF = 'addEventListener("storage", (event) => event.stopImmediatePropagation());'


def tab(page: Page, deaf: bool = False) -> Page:
    """Open the same page in another tab."""
    other = page.context.new_page()
    other.set_viewport_size(page.viewport_size)  # type: ignore[arg-type]
    other.on("pageerror", lambda error: page.complaints.append(f"exception: {error}"))  # type: ignore[attr-defined]
    if deaf:
        other.add_init_script(DEAF)
    other.goto(page.url)
    drawn(other)
    return other


def go(page: Page, folder: Path, name: str, widget: Widget) -> None:
    """Lead a tab to another page of the same book."""
    path = folder / f"{name}.html"
    path.write_text(document([widget]), encoding="utf-8")
    page.goto(path.as_uri())
    ask_for_all(page)


# The interview.


def begin(page: Page) -> None:
    page.get_by_label("Number of the session").fill("7")
    press(page, "Start the clock")
    expect(page.locator("p.nn-ask")).to_be_visible()


def own(page: Page) -> dict[str, Any]:
    """Return the interview as it is kept, without its clock, which may run."""
    return {**stored(page, "mock"), "spent": None}


def test_an_interview_goes_on_in_whichever_tab_one_acts(show: SHOW) -> None:
    page = with_clock(show(mock_interview()))
    other = tab(page)
    begin(page)
    question = page.locator("p.nn-ask").inner_text()
    expect(other.locator("p.nn-ask")).to_have_text(question)
    expect(said(other)).to_have_text(ELSEWHERE)
    expect(other.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_label("Your words").fill("sizes first")
    expect(other.get_by_label("Your words")).to_have_value("sizes first")
    press(other, "I am stuck: a hint")
    expect(page.locator(".nn-hints li")).to_have_count(1)
    expect(said(page)).to_have_text(ELSEWHERE)
    # The clock stands where one does not act, and runs where one presses it.
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    press(page, "Resume")
    page.clock.run_for(6000)  # it is stored every five seconds
    expect(said(other)).to_have_text(ELSEWHERE)
    press(other, "I said it")
    other.get_by_label("1", exact=True).first.check()
    expect(page.get_by_label("1", exact=True).first).to_be_checked()
    end(page)
    expect(other.locator("caption")).to_contain_text("Session 7: ")
    assert stored(page, "sittings")[0]["steps"]["clarify"] == {
        "hints": 1,
        "probe": None,
        "notes": "sizes first",
        "marked": True,
        "rated": {"0": 1},
    }
    press(other, "New interview")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    assert len(stored(page, "sittings")) == len(stored(page, "mocks")) == 1


def test_a_clock_that_runs_in_another_tab_takes_no_focus_away(show: SHOW) -> None:
    page = with_clock(show(mock_interview()))
    other = tab(page)
    begin(page)
    words = other.get_by_label("Your words")
    words.focus()
    page.clock.run_for(6000)
    page.wait_for_function(f"() => JSON.parse(localStorage['{PREFIX}mock']).spent[0] > 4000")
    expect(other.get_by_role("timer")).to_contain_text(re.compile(r"0:(0[4-9]|[1-5]\d) of"))
    expect(words).to_be_focused()


def test_a_tab_that_was_asleep_replaces_no_newer_interview(show: SHOW) -> None:
    page = show(mock_interview())
    begin(page)
    acting, leaving = tab(page, deaf=True), tab(page, deaf=True)
    page.get_by_label("Your words").fill("sizes first")
    press(page, "I said it")
    page.get_by_label("½").first.check()
    onward(page)
    question = page.locator("p.nn-ask").inner_text()
    newer = own(page)
    expect(acting.locator("p.nn-ask")).not_to_have_text(question)
    press(acting, "I am stuck: a hint")
    expect(said(acting)).to_have_text(ELSEWHERE)
    expect(acting.locator("p.nn-ask")).to_have_text(question)
    expect(acting.locator(".nn-hints li")).to_have_count(0)
    assert own(page) == newer
    leaving.get_by_role("button", name="Resume").focus()
    leaving.goto("about:blank")
    assert own(page) == newer
    # From there it goes on.
    press(acting, "I am stuck: a hint")
    expect(acting.locator(".nn-hints li")).to_have_count(1)
    expect(page.locator(".nn-hints li")).to_have_count(1)


def test_what_is_erased_in_one_tab_does_not_come_back_from_another(
    show: SHOW, tmp_path: Path
) -> None:
    page = with_voice(show(mock_interview()), BROKEN_OFF)
    other = page.context.new_page()
    go(other, tmp_path, "progress", progress())
    begin(page)
    press(page, "Record my voice")
    page.wait_for_function(f"() => ({PIECES})().then((n) => n === 2)")
    press(other, "Erase …")
    press(other, "Erase everything")
    expect(said(other)).to_contain_text("Everything is erased: 1 entry and 1 recording.")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    page.goto("about:blank")
    assert stored(other, "mock") is None
    assert pieces(other) == 0


# A page that the browser kept when it was left, and shows again.
AWAY = 'dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))'
BACK = 'dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))'


def do_some(page: Page) -> None:
    """Begin an interview, answer a question, fill a blank and tick a drill."""
    begin(page)
    question = page.locator(".nn-quiz .nn-question").first
    question.locator("input").first.check()
    question.get_by_role("button", name="Check").click()
    expect(question).not_to_have_attribute("data-state", "open")
    page.get_by_label("the middle term", exact=True).select_option("− 2x·t")
    page.locator(".nn-progress").get_by_role("checkbox").first.check()


def come_back(page: Page, between: str) -> None:
    page.evaluate(f"{AWAY}; {between}; {BACK}")
    drawn(page)
    ask_for_all(page)


def lines(page: Page) -> list[str]:
    boxes = ("mock", "quiz", "ninety", "progress")
    return [said(page.locator(f".nn-{box}")).inner_text() for box in boxes]


def test_what_was_erased_meanwhile_is_not_there_on_the_way_back(show: SHOW) -> None:
    page = show(mock_interview(), quiz("nearest"), derivation(), progress())
    fresh = lines(page)
    do_some(page)
    for _ in range(2):
        come_back(page, "localStorage.clear()")
        assert lines(page) == fresh
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
        assert page.evaluate("Object.keys(localStorage)") == []
    do_some(page)
    assert len(page.evaluate("Object.keys(localStorage)")) == 4


def test_where_nothing_can_be_kept_all_is_there_on_the_way_back(show: SHOW) -> None:
    page = show(mock_interview(), quiz("nearest"), derivation(), progress())
    with_voice(page, BLOCKED)
    ask_for_all(page)
    do_some(page)
    tally = lines(page)[1]
    come_back(page, "0")
    assert lines(page)[1] == tally
    expect(said(page.locator(".nn-mock"))).to_contain_text("An interview was under way.")
    expect(page.get_by_label("the middle term", exact=True)).to_have_value("− 2x·t")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)


# Cards, the clock of the ninety minutes, blanks, a quiz.

NAMES = [f"card-said-argmax-0000000{i}" for i in range(5)]
CARDS = """(names) => {
  const section = document.createElement("section");
  section.innerHTML = "<h2>A chapter</h2>" + names.map((name) => `<details id="${name}">
    <summary><p>Front of ${name}</p></summary><p>Back of ${name}.</p></details>`).join("");
  document.querySelector("main").append(section);
}"""


def with_cards(page: Page) -> Page:
    page.evaluate(CARDS, NAMES)
    page.get_by_label("Part of the question").dispatch_event("change")
    return page


def answered(page: Page) -> list[str]:
    return sorted(stored(page, "cards") or {})


def answer_one(page: Page, name: str, grade: str = "Good") -> None:
    expect(page.locator(".nn-deck p.nn-ask")).to_have_text(f"Front of {name}")
    press(page, "Show the answer")
    press(page, grade)


def test_a_card_that_another_tab_has_answered_is_not_asked_again(show: SHOW) -> None:
    page = with_cards(show(deck()))
    other, deaf = with_cards(tab(page)), with_cards(tab(page, deaf=True))
    for one in (page, other, deaf):
        press(one, "Take up 10 new cards")
    answer_one(other, NAMES[0])
    expect(said(page)).to_have_text("Another tab has answered some of these cards. 4 cards left.")
    answer_one(page, NAMES[1])
    expect(other.locator(".nn-deck p.nn-ask")).to_have_text(f"Front of {NAMES[2]}")
    answer_one(deaf, NAMES[0], "Missed")
    assert answered(page) == NAMES[:2]
    assert stored(page, "cards")[NAMES[1]]["box"] == 1
    # What was missed there is asked there again, and the last card ends the round everywhere.
    for name in NAMES[2:]:
        answer_one(page, name)
    expect(said(page)).to_have_text("5 cards: 1 due, 5 taken up.")
    expect(said(other)).to_have_text("5 cards: 1 due, 5 taken up.")
    assert answered(page) == NAMES


def test_one_clock_runs_for_all_tabs(show: SHOW) -> None:
    page = show(ninety_minutes())
    other, deaf = tab(page), tab(page, deaf=True)
    press(page, "Start the clock")
    expect(other.get_by_role("button", name="Pause")).to_be_visible()
    other.get_by_role("checkbox").nth(2).check()
    expect(page.get_by_role("checkbox").nth(2)).to_be_checked()
    # Asleep before the start: its button would have started the clock anew.
    before = stored(page, "ninety")
    press(deaf, "Start the clock")
    expect(said(deaf)).to_contain_text("1 of 7 steps done.")
    assert stored(page, "ninety") == before
    press(page, "Pause")
    expect(said(other)).to_contain_text("The clock stands.")
    deaf.get_by_role("checkbox").nth(3).check()
    expect(said(deaf)).to_contain_text("2 of 7 steps done. The clock stands.")
    now = stored(page, "ninety")
    assert now["since"] is None
    assert now["done"] == [ninety.STEPS[i]["id"] for i in (2, 3)]
    press(other, "Begin again")
    press(other, "Begin at 0:00")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    # What the browser's own settings clear names nothing.
    press(page, "Start the clock")
    expect(other.get_by_role("button", name="Pause")).to_be_visible()
    other.evaluate("localStorage.clear()")
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()


def test_blanks_that_two_tabs_fill_are_all_filled(show: SHOW) -> None:
    page = show(derivation())
    other, deaf = tab(page), tab(page, deaf=True)
    blanks = [
        (blank["name"], name, blank["options"][0]["text"])
        for line in ninety.derivation()["lines"]
        for name, blank in line["blanks"].items()
    ]
    for one, (label, _, text) in zip((page, other, deaf), blanks, strict=False):
        one.get_by_label(label, exact=True).select_option(text)
    assert stored(page, "derivation") == {name: text for _, name, text in blanks[:3]}
    for label, _, text in blanks[:3]:
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    expect(deaf.get_by_label(blanks[0][0], exact=True)).to_have_value(blanks[0][2])


def test_questions_that_two_tabs_answer_are_all_answered(show: SHOW) -> None:
    page = show(quiz("nearest"))
    other, deaf = tab(page), tab(page, deaf=True)
    ids = [question["id"] for question in questions.load("nearest")["questions"]]

    def answer(one: Page, i: int) -> None:
        part = one.locator(".nn-question").nth(i)
        part.locator("input").first.check()
        part.get_by_role("button", name="Check").click()

    single = [
        i
        for i, question in enumerate(questions.load("nearest")["questions"])
        if question["kind"] in {"single", "multiple", "wrong-line"}
    ]
    answer(page, single[0])
    tries = other.locator(".nn-question").nth(single[0])
    expect(tries).not_to_have_attribute("data-state", "open")
    answer(deaf, single[1])
    assert sorted(stored(page, "quiz:nearest")) == sorted(ids[i] for i in single[:2])
    press(other, "Start over")
    expect(said(page)).to_have_text(f"{len(ids)} questions, none answered yet.")
    assert stored(page, "quiz:nearest") is None


# A storage that is forbidden, and one that is full.

BLOCKED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""
NOTHING = "This browser keeps nothing for this page: what you do here lasts until you leave it."


def test_where_nothing_may_be_kept_all_works_until_one_leaves(show: SHOW) -> None:
    page = with_cards(with_voice(show(deck()), BLOCKED))
    expect(page.get_by_text(NOTHING)).to_be_visible()
    press(page, "Take up 10 new cards")
    for name in NAMES[:2]:
        answer_one(page, name)
    press(page, "Stop")
    expect(said(page)).to_have_text("5 cards: 0 due, 2 taken up.")
    page = with_voice(show(ninety_minutes()), BLOCKED)
    expect(page.get_by_text(NOTHING)).to_be_visible()
    press(page, "Start the clock")
    page.get_by_role("checkbox").first.check()
    expect(said(page)).to_contain_text("1 of 7 steps done.")
    page = with_voice(show(derivation()), BLOCKED)
    expect(page.get_by_text(NOTHING)).to_be_visible()
    page.get_by_label("the middle term", exact=True).select_option("− 2x·t")
    expect(said(page)).to_contain_text("Right: ")
    page = with_voice(show(debrief()), BLOCKED)
    expect(said(page)).to_contain_text("No interview has ended yet")


def test_an_interview_that_finds_no_room_is_handed_out(show: SHOW, tmp_path: Path) -> None:
    page = show(mock_interview())
    earlier = [{"mark": "x", "number": 1}]
    put(page, "sittings", earlier)
    begin(page)
    page.get_by_label("Your words").fill("kept")
    fill_storage(page)
    page.get_by_label("Your words").fill("kept, and some more words that do not fit")
    expect(page.get_by_text(FULL)).to_be_visible()
    press(page, "I said it")
    onward(page)
    assert stored(page, "mock")["steps"]["clarify"]["notes"] == "kept"
    end(page)
    expect(page.get_by_text("This browser does not keep it.")).to_be_visible()
    assert found_by_axe(page) == []
    assert stored(page, "sittings") == earlier
    with page.expect_download() as download:
        press(page, "Save this interview")
    path = tmp_path / "saved.json"
    download.value.save_as(path)
    make_room(page)
    go(page, tmp_path, "progress", progress())
    bring(page, path)
    expect(said(page)).to_contain_text("Imported 2 entries.")
    expect(said(page)).to_contain_text("1 mock interview.")
    first, second = stored(page, "sittings")
    assert first == earlier[0]
    assert second["steps"]["clarify"]["notes"].endswith("do not fit")
    # Once more, it is there.
    bring(page, path)
    expect(said(page)).to_contain_text("Imported 2 entries.")
    assert stored(page, "sittings") == [first, second]
    go(page, tmp_path, "debrief", debrief())
    expect(said(page)).to_have_text("The debrief of session 7.")


def bring(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)


def test_cards_that_find_no_room_count_until_one_leaves(show: SHOW) -> None:
    page = with_cards(show(deck()))
    press(page, "Take up 10 new cards")
    answer_one(page, NAMES[0])
    fill_storage(page)
    answer_one(page, NAMES[1])
    expect(page.get_by_text(FULL)).to_be_visible()
    answer_one(page, NAMES[2])
    press(page, "Stop")
    expect(said(page)).to_have_text("5 cards: 0 due, 3 taken up.")
    assert answered(page) == NAMES[:1]
    make_room(page)
    press(page, "Take up 10 new cards")
    answer_one(page, NAMES[3])
    expect(page.get_by_text("Kept in this browser only.")).to_be_visible()
    assert answered(page) == NAMES[:4]


def test_a_clock_and_blanks_that_find_no_room_say_so(show: SHOW) -> None:
    page = show(ninety_minutes())
    press(page, "Start the clock")
    before = stored(page, "ninety")
    fill_storage(page)
    page.get_by_role("checkbox").nth(4).check()
    expect(page.get_by_text(FULL)).to_be_visible()
    expect(page.get_by_role("checkbox").nth(4)).to_be_checked()
    assert stored(page, "ninety") == before
    page = show(derivation())
    put(page, "cards", {})
    fill_storage(page)
    page.get_by_label("the middle term", exact=True).select_option("+ 2x·t")
    expect(page.get_by_text(FULL)).to_be_visible()
    expect(page.get_by_label("the middle term", exact=True)).to_have_value("+ 2x·t")


# A voice: a real recorder of a tone, and one that lasts until a test ends it.

TONE = """Object.defineProperty(navigator, "mediaDevices", { value: {
  getUserMedia: async () => {
    const context = new AudioContext();
    const [tone, end] = [context.createOscillator(), context.createMediaStreamDestination()];
    tone.connect(end);
    tone.start();
    return end.stream;
  } } });"""
BROKEN_OFF = """
window.MediaRecorder = class extends EventTarget {
  mimeType = "audio/webm";
  start() {
    for (const text of ["first ", "second"]) {
      const data = new Blob([text], { type: "audio/webm" });
      this.dispatchEvent(Object.assign(new Event("dataavailable"), { data }));
    }
  }
  stop() {}
};
Object.defineProperty(navigator, "mediaDevices", { value: {
  getUserMedia: async () => ({ getTracks: () => [] }) } });
"""
FORBIDDEN = """Object.defineProperty(window, "indexedDB",
  { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""
PIECES = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("nearest-neighbor-network");
  opening.onerror = failed;
  opening.onsuccess = () => {
    const all = opening.result.transaction("voices").objectStore("voices").count();
    opening.result.close();
    all.onsuccess = () => done(all.result);
  };
})"""
# The page itself fetches no recording, and its policy does not let it.
FREE = {"bypass_csp": True}
HEARD = """(audio) => fetch(audio.src).then((answer) => answer.text())"""


def with_voice(page: Page, *scripts: str) -> Page:
    for script in scripts:
        page.add_init_script(script)
    page.reload()
    drawn(page)
    return page


def pieces(page: Page) -> int:
    count: int = page.evaluate(PIECES)
    return count


def test_a_recording_outlasts_a_reload_and_ends_with_erase(show: SHOW, tmp_path: Path) -> None:
    page = with_voice(show(mock_interview(), **FREE), TONE)
    begin(page)
    press(page, "Record my voice")
    expect(said(page)).to_have_text("Your voice is recorded, in this browser only.")
    page.wait_for_timeout(700)
    press(page, "I said it")
    expect(page.locator("audio")).to_have_count(1)
    size = page.locator("audio").evaluate(
        "(a) => fetch(a.src).then((r) => r.blob()).then((b) => b.size)"
    )
    assert size > 500
    page.reload()
    drawn(page)
    expect(page.locator("audio")).to_have_count(1)
    expect(page.get_by_text("Kept in this browser only.")).to_have_count(2)  # as is the session
    page.wait_for_function("() => document.querySelector('audio').readyState >= 1")  # it is sound
    onward(page)
    end(page)
    press(page, "New interview")
    # The same questions in another session are not what was said in this one.
    begin(page)
    expect(page.get_by_role("button", name="Record my voice")).to_be_visible()
    end(page)
    go(page, tmp_path, "debrief", debrief())
    expect(page.locator("audio")).to_have_count(0)
    page.get_by_label("Session").select_option(index=1)
    expect(page.locator("audio")).to_have_count(1)
    with page.expect_download() as download:
        page.locator("summary").first.click()
        press(page, "Save the recording")
    assert download.value.suggested_filename == "clarify.webm"
    assert found_by_axe(page) == []
    page.set_viewport_size({"width": 320, "height": 2400})
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    go(page, tmp_path, "progress", progress())
    entries = page.evaluate("Object.keys(localStorage).length")
    press(page, "Erase …")
    press(page, "Erase everything")
    expect(said(page)).to_contain_text(f"Everything is erased: {entries} entries and 1 recording.")
    assert pieces(page) == 0


def test_a_recording_that_is_broken_off_keeps_its_pieces(show: SHOW, tmp_path: Path) -> None:
    page = with_voice(show(mock_interview(), **FREE), BROKEN_OFF)
    begin(page)
    for name in ("Record my voice", "Record again"):  # in place of the first
        press(page, name)
        expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
        page.wait_for_function(f"() => ({PIECES})().then((n) => n === 2)")
        page.reload()
        drawn(page)
        press(page, "Resume")
        expect(page.get_by_role("button", name="Record again")).to_be_visible()
    press(page, "I said it")
    assert page.locator("audio").evaluate(HEARD) == "first second"
    # It stays as long as its session.
    end(page)
    go(page, tmp_path, "debrief", debrief())
    expect(page.locator("audio")).to_have_count(1)
    put(page, "sittings", [])
    page.reload()
    drawn(page)
    assert pieces(page) == 2  # the session under way
    page.evaluate(f"localStorage.removeItem('{PREFIX}mock')")
    page.reload()
    drawn(page)
    page.wait_for_function(f"() => ({PIECES})().then((n) => n === 0)")


def test_a_recording_later_than_the_last_session_that_is_kept_stays(
    show: SHOW, tmp_path: Path
) -> None:
    """Its session found no room, and waits in a file."""
    page = with_voice(show(mock_interview()), BROKEN_OFF)
    begin(page)
    press(page, "Record my voice")
    page.wait_for_function(f"() => ({PIECES})().then((n) => n === 2)")
    at = stored(page, "mock")["at"]
    page.evaluate("localStorage.clear()")
    put(page, "sittings", [{"mark": "x", "number": 1, "at": at - 1}])
    # The next interview is under way.
    put(page, "mock", {"mark": "x", "number": 2, "at": at + 1})
    go(page, tmp_path, "debrief", debrief())
    page.reload()
    drawn(page)
    assert pieces(page) == 2
    put(page, "sittings", [{"mark": "x", "number": 2, "at": at + 1}])
    page.reload()
    drawn(page)
    page.wait_for_function(f"() => ({PIECES})().then((n) => n === 0)")


def test_where_recordings_are_forbidden_it_is_said(show: SHOW) -> None:
    page = with_voice(show(mock_interview()), TONE, FORBIDDEN)
    begin(page)
    press(page, "Record my voice")
    page.wait_for_timeout(300)
    press(page, "Stop recording")
    expect(said(page)).to_have_text(
        "This browser keeps no recording. It lasts until you leave the page."
    )
    press(page, "I said it")
    expect(page.locator("audio")).to_have_count(1)
    expect(page.get_by_text("It lasts until you leave the page.", exact=True)).to_be_visible()
    page.reload()
    drawn(page)
    expect(page.locator("audio")).to_have_count(0)


def test_a_base_of_another_form_keeps_no_recording(show: SHOW) -> None:
    page = show(mock_interview())
    page.evaluate(
        """() => new Promise((done) => {
            const opening = indexedDB.open("nearest-neighbor-network", 1);
            opening.onupgradeneeded = () => opening.result.createObjectStore("other");
            opening.onsuccess = () => { opening.result.close(); done(); };
        })"""
    )
    with_voice(page, BROKEN_OFF)
    begin(page)
    press(page, "Record my voice")
    expect(said(page)).to_have_text(
        "This browser keeps no recording. It lasts until you leave the page."
    )
