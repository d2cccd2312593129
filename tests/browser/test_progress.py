"""The progress page: what quizzes and interviews left, exported, imported and erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe import found_by_axe
from playwright.sync_api import Page, expect
from test_deck import CARDS
from visits import (
    THEMES,
    ask_for_all,
    document,
    drawn,
    fill_storage,
    make_room,
    painted,
    said,
    turn,
)

from nnlib.practice import cards, deck, mock_interview, questions, quiz
from nnlib.practice.spoken import progress
from nnlib.widgets import Progress

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
PREFIX = "nearest-neighbor-network:"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def row(page: Page, chapter: str) -> list[str]:
    painted(page)
    title = questions.load(chapter)["title"]
    cells = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title))
    return cells.locator("td").all_inner_texts()


def stored(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("() => ({ ...localStorage })")
    return found


def keep(page: Page, name: str, value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    page.evaluate("([k, v]) => localStorage.setItem(k, v)", [PREFIX + name, text])


def entry(chapter: str, i: int, **values: Any) -> dict[str, Any]:
    question = questions.load(chapter)["questions"][i]
    start = {"given": 0, "right": True, "tries": 1, "first": True, "shown": False}
    return {question["id"]: {**start, "mark": question["mark"], **values}}


def again(page: Page) -> None:
    page.reload()
    ask_for_all(page)


PAST = [{"number": 7, "date": "2026-11-21", "minutes": 41, "covered": 19, "of": 29}]


def test_it_counts_what_a_quiz_in_another_page_has_left(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    there = page.url
    expect(said(page)).to_contain_text("0 of ")
    assert row(page, "nearest") == ["0 of 3", "0"]
    path = tmp_path / "quiz.html"
    path.write_text(document([quiz("nearest")]), encoding="utf-8")
    page.goto(path.as_uri())
    drawn(page)
    question = page.locator(".nn-question").first  # which line is wrong
    question.get_by_role("radio").nth(4).check()
    question.get_by_role("button", name="Check").click()
    expect(page.locator(".nn-said")).to_have_text("1 of 3 questions right, 1 at the first try.")
    page.goto(there)
    ask_for_all(page)
    assert row(page, "nearest") == ["1 of 3", "1"]
    expect(said(page)).to_contain_text("1 of ")


def test_it_follows_a_quiz_in_the_same_page_as_in_jupyterlab(show: SHOW) -> None:
    page = show(quiz("nearest"), progress())
    box = page.locator(".nn-progress")
    count = sum(len(questions.load(chapter)["questions"]) for chapter in questions.chapters())
    question = page.locator(".nn-question").first
    question.get_by_role("radio").nth(4).check()
    question.get_by_role("button", name="Check").click()
    expect(said(box)).to_contain_text(f"1 of {count} questions right, 1 at the first try")
    assert row(page, "nearest") == ["1 of 3", "1"]
    # A tick is said by the page that ticks.
    box.get_by_role("checkbox").first.check()
    expect(said(box)).to_contain_text(f"ticked. 1 of {count} ")
    press(page, "Start over")
    expect(said(box)).to_contain_text(f"0 of {count} questions right")
    assert row(page, "nearest") == ["0 of 3", "0"]


def test_drills_are_ticked_by_hand_and_stay(show: SHOW) -> None:
    page = show(progress())
    count = len(progress().drills)
    expect(said(page)).to_contain_text(f"0 of {count} drills passed; 0 mock interviews.")
    page.get_by_role("checkbox").first.press("Space")
    page.get_by_role("checkbox").nth(2).press("Space")
    expect(said(page)).to_contain_text(f"2 of {count} drills passed")
    keep(page, "mocks", [*PAST, {**PAST[0], "number": 8, "points": 7.5}])
    again(page)
    expect(page.get_by_role("checkbox").first).to_be_checked()
    expect(page.get_by_role("checkbox").nth(1)).not_to_be_checked()
    expect(said(page)).to_contain_text("2 mock interviews.")
    expect(page.get_by_text("2026-11-21, session 7: 19 of 29 points in 41 minutes")).to_be_visible()
    expect(page.get_by_text("2026-11-21, session 8: 7½ of 29 points in 41 minutes")).to_be_visible()
    page.get_by_role("checkbox").first.press("Space")
    page.get_by_role("checkbox").nth(2).press("Space")
    expect(said(page)).to_contain_text(f"0 of {count} drills passed")
    assert PREFIX + "drills" not in stored(page)


def test_what_was_kept_under_names_with_numbers_is_moved(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    keep(page, "quiz:04_argmax", entry("argmax", 0))
    keep(page, "quiz:01_nearest", {**entry("nearest", 0, first=False), **entry("nearest", 1)})
    keep(page, "quiz:nearest", entry("nearest", 0))  # newer
    again(page)
    assert row(page, "argmax")[0].startswith("1 of ")
    assert row(page, "nearest") == ["2 of 3", "2"]
    names = {name.removeprefix(PREFIX) for name in stored(page)}
    assert names >= {"quiz:argmax", "quiz:nearest"}
    assert not any(name.startswith("quiz:0") for name in names)
    # An export of that time is understood, too.
    path = tmp_path / "file.json"
    path.write_text(
        json.dumps({**FORMAT, "entries": {"quiz:05_temperature": entry("temperature", 0)}}),
        encoding="utf-8",
    )
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)
    expect(said(page)).to_contain_text("Imported 1 entry.")
    assert row(page, "temperature")[0].startswith("1 of ")


def test_what_belongs_to_another_chapter_today_is_moved_and_not_brought_back(show: SHOW) -> None:
    page = show(progress())
    mine = {"code": "mine", "stub": "book's"}
    moved = entry("neighbors", 3)
    assert list(moved) == ["error-in-the-limit"]
    keep(page, "quiz:01_nearest", {**moved, **entry("nearest", 0)})
    keep(page, "cell:warmup:tenths", mine)
    keep(page, "cell:scale:another-metric", mine)
    keep(page, "cell:metric:another-metric", {"code": "newer", "stub": "book's"})
    again(page)
    assert row(page, "nearest")[0].startswith("1 of ")
    assert row(page, "neighbors")[0].startswith("1 of ")
    kept = {name.removeprefix(PREFIX): text for name, text in stored(page).items()}
    assert json.loads(kept["quiz:neighbors"]) == moved
    assert json.loads(kept["cell:floats:tenths"]) == mine
    assert json.loads(kept["cell:metric:another-metric"]) == {
        "code": "newer",
        "stub": "book's",
        "other": "mine",
    }
    assert not {"cell:warmup:tenths", "cell:scale:another-metric", "quiz:01_nearest"} & set(kept)
    # Who starts over there has started over.
    page.evaluate("(key) => localStorage.removeItem(key)", PREFIX + "quiz:neighbors")
    again(page)
    assert row(page, "neighbors")[0].startswith("0 of ")


def test_another_tab_is_seen(show: SHOW) -> None:
    page = show(progress())
    other = page.context.new_page()
    other.goto(page.url)
    keep(other, "quiz:nearest", {**entry("nearest", 0), **entry("nearest", 1, first=False)})
    expect(said(page)).to_contain_text("2 of ")
    expect(said(page)).to_contain_text("1 at the first try")
    assert row(page, "nearest") == ["2 of 3", "1"]
    other.close()


def test_a_clock_in_another_tab_takes_no_focus_away(show: SHOW) -> None:
    page = show(progress())
    other = page.context.new_page()
    other.goto(page.url)
    page.evaluate("window.heard = []; addEventListener('storage', (e) => window.heard.push(e.key))")
    link = page.get_by_role("link", name=questions.load("nearest")["title"], exact=True)
    link.focus()
    names = ["mock", "ninety", "derivation", "pad:one_nn", "cell:edges:small-integers"]
    for i, name in enumerate(names, 1):
        keep(other, name, {"number": i})
        page.wait_for_function("(key) => window.heard.includes(key)", arg=PREFIX + name)
    expect(link).to_be_focused()
    keep(other, "mocks", PAST)
    expect(said(page)).to_contain_text("1 mock interview.")
    other.close()


def test_an_interview_has_the_hour_that_its_debrief_shows(show: SHOW) -> None:
    page = show(progress(), timezone_id="Asia/Tokyo")
    at = 1_795_300_200_000  # in London still the day before
    keep(page, "mocks", [{**PAST[0], "date": "2026-11-21", "at": at}])
    again(page)
    expect(page.get_by_text("2026-11-22 07:30, session 7: 19 of 29 points")).to_be_visible()


def full(page: Page) -> None:
    keep(page, "quiz:nearest", entry("nearest", 1))
    keep(page, "quiz:expansion", entry("expansion", 0, right=False, first=False))
    keep(page, "drills", {"one_nn": "2026-11-21"})
    keep(page, "mocks", PAST)
    keep(page, "pad:one_nn", {"code": "pass", "stub": "..."})
    keep(page, "cell:edges:small-integers", {"code": "pass", "stub": "..."})


def test_export_erase_import_by_keyboard_gives_it_all_back(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    full(page)
    page.evaluate("localStorage.setItem('other', 'stays')")
    again(page)
    before, words = stored(page), said(page).inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").press("Enter")
    path = tmp_path / "progress.json"
    download.value.save_as(path)
    assert download.value.suggested_filename == "nearest-neighbor-network-progress.json"
    expect(said(page)).to_have_text("Exported 6 entries to a file.")
    content = json.loads(path.read_text(encoding="utf-8"))
    quizzes = {"quiz:nearest", "quiz:expansion"}
    code = {"pad:one_nn", "cell:edges:small-integers"}
    assert set(content["entries"]) == quizzes | code | {"drills", "mocks"}

    page.get_by_role("button", name="Erase …").press("Enter")
    asking = page.get_by_role("group", name="Erase all answers, cards, code, ticks, interviews")
    expect(asking.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Erase …")).to_be_focused()
    expect(page.get_by_role("button", name="Keep it")).to_be_hidden()
    assert stored(page) == before
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Erase everything")).to_be_focused()
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("Everything is erased: 6 entries and 0 recordings. 0 of ")
    assert stored(page) == {"other": "stays"}
    expect(page.get_by_role("checkbox").first).not_to_be_checked()

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").press("Enter")
    chooser.value.set_files(path)
    expect(said(page)).to_have_text(f"Imported 6 entries. {words}")
    assert {k: json.loads(v) for k, v in stored(page).items() if k != "other"} == {
        k: json.loads(v) for k, v in before.items() if k != "other"
    }
    expect(page.get_by_role("checkbox").first).to_be_checked()
    again(page)
    expect(said(page)).to_have_text(words)


FORMAT: dict[str, Any] = {"format": "progress in The Nearest Neighbor Network", "version": 1}


# Files that a hand has broken: one part of one entry is of no form.
BROKEN: list[dict[str, Any]] = [
    {"quiz:nearest": "text"},
    {"quiz:nearest": {"why-argmin": {"tries": "1", "mark": "x"}}},
    {
        "cards": {
            "card-a": {"box": 1, "due": "2026-12-01"},
            "card-b": {"box": 9, "due": "2026-12-01"},
        }
    },
    {"drills": {"one_nn": 7}},
    {"derivation": ["cross"]},
    {"mocks": [{"number": "<b>"}]},
    {"sittings": [7]},
    {"sittings": {}},
    {"pad:one_nn": {"code": "pass"}},
    {"cell:edges:small-integers": {"code": "pass", "stub": "", "other": 1}},
    {"ninety": {"spent": "1"}},
    {"mock": []},
    {"report:one_nn": {"one_nn": None}},
]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This file holds no exported progress: it is not JSON."),
        ("{", "This file holds no exported progress: it is not JSON."),
        ("[]", "This file holds no exported progress of this book."),
        ('{"entries": {}}', "This file holds no exported progress of this book."),
        (json.dumps({**FORMAT, "version": 2, "entries": {}}), "no exported progress of this book."),
        (json.dumps({**FORMAT, "entries": []}), "no exported progress of this book."),
        ("x" * 20_000_001, "This file is too large to be exported progress."),
        *(
            (json.dumps({**FORMAT, "entries": {"quiz:nearest": {}, **one}}), f"holds as {name} is")
            for one in BROKEN
            for name in one
        ),
    ],
    ids=str,
)
def test_a_file_that_is_none_changes_nothing(
    show: SHOW, tmp_path: Path, text: str, message: str
) -> None:
    page = show(progress())
    full(page)
    again(page)
    before = stored(page)
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)
    expect(said(page)).to_contain_text(message)
    expect(said(page)).to_contain_text("Nothing has changed.")
    assert stored(page) == before


def test_cards_are_counted_as_the_deck_counts_them(show: SHOW) -> None:
    page = show(progress(), deck())
    line = page.locator(".nn-progress").get_by_text("Cards:")
    page.evaluate(CARDS, [*cards.may_be_missed(), "card-said-argmax-0", "card-said-argmax-1"])
    drill, (step,) = "one_nn", [name for name in cards.may_be_missed() if name.endswith("-parity")]
    session = {"steps": {"parity": {"marked": True, "rated": {}}}}
    held = {"card-said-argmax-0": {"box": 1, "due": "2999-01-01"}}
    # Of a question that has other words today there is no card; what is no record counts nowhere.
    gone = {"card-quiz-argmax-gone": {"box": 0, "due": "2020-01-01"}, "card-x": 7}
    follow_ups = sum(
        name.rpartition("-")[0] == "card-drill-one-nn" for name in cards.may_be_missed()
    )
    assert follow_ups < sum(name.startswith("card-drill-one-nn-") for name in cards.may_be_missed())
    total = len(cards.may_be_missed()) + 2
    for name, value, due, taken in (
        ("cards", held | gone, 0, 1),
        ("sittings", [session], 1, 2),
        ("sittings", [session, {"steps": {}}], 1, 2),
        (
            f"report:{drill}",
            {drill: {"passed": True, "missed": True}},
            1 + follow_ups,
            2 + follow_ups,
        ),
        ("cards", held | {step: {"box": 1, "due": "2999-01-01"}}, follow_ups, 2 + follow_ups),
    ):
        keep(page, name, value)
        page.evaluate(
            """(name) => dispatchEvent(new StorageEvent("storage",
            { key: "nearest-neighbor-network:" + name }))""",
            name,
        )
        expect(line).to_have_text(f"Cards: {due} due, {taken} taken up")
        expect(said(page.locator(".nn-deck"))).to_have_text(
            f"{total} cards: {due} due, {taken} taken up."
        )


def test_an_import_takes_what_it_knows_and_leaves_the_rest(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    full(page)
    again(page)
    path = tmp_path / "file.json"
    entries = {
        "drills": {"nn_layer": "2026-11-20", "no_such_drill": "2026-11-20"},
        "quiz:../../x": {},
        "other": {},
        "__proto__x": {},
    }
    path.write_text(json.dumps({**FORMAT, "entries": entries}), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)
    expect(said(page)).to_contain_text("Imported 1 entry, left out 3 that this book does not know.")
    expect(said(page)).to_contain_text(f"2 of {len(progress().drills)} drills passed")
    assert row(page, "nearest") == ["1 of 3", "1"]


def bring(page: Page, folder: Path, content: dict[str, Any]) -> None:
    path = folder / "file.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)


def read(page: Page) -> dict[str, Any]:
    return {name.removeprefix(PREFIX): json.loads(text) for name, text in stored(page).items()}


SESSION = {"mark": "x", "number": 3, "began": "2026-11-22", "at": 1}


def test_what_a_file_holds_joins_what_is_here(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    full(page)
    here = {
        "cards": {
            "card-a": {"box": 1, "due": "2026-12-01"},
            "card-b": {"box": 2, "due": "2026-12-02"},
        },
        "derivation": {"cross": "x", "norm": "y"},
        "sittings": [{**SESSION, "at": 2, "began": "2026-11-28"}],
        "mock": {**SESSION, "phase": "asking"},
        "ninety": {"spent": 1},
    }
    for name, value in here.items():
        keep(page, name, value)
    again(page)
    before = read(page)
    file = {
        "quiz:nearest": entry("nearest", 0, first=False),
        "cards": {
            "card-b": {"box": 3, "due": "2026-12-08"},
            "card-c": {"box": 0, "due": "2026-11-22"},
        },
        "derivation": {"norm": "z"},
        "drills": {"nn_layer": "2026-11-20"},
        "mocks": [*PAST, {**PAST[0], "number": 8, "date": "2026-11-19"}],
        "sittings": [SESSION, {**here["sittings"][0], "work": None}],
        "pad:one_nn": {"code": "return", "stub": "..."},
        "mock": {**SESSION, "number": 9, "phase": "done"},
        "ninety": {"spent": 2},
    }
    bring(page, tmp_path, {**FORMAT, "entries": file})
    expect(said(page)).to_contain_text("Imported 9 entries.")
    wanted = {
        **before,
        "quiz:nearest": {**before["quiz:nearest"], **file["quiz:nearest"]},
        "cards": {**here["cards"], **file["cards"]},
        "derivation": {"cross": "x", "norm": "z"},
        "drills": {**before["drills"], **file["drills"]},
        "mocks": [file["mocks"][1], *PAST],
        "sittings": [SESSION, *here["sittings"]],
        "pad:one_nn": {"code": "return", "stub": "...", "other": "pass"},
        "ninety": {"spent": 2},
    }
    assert read(page) == wanted
    # Twice the same is once.
    bring(page, tmp_path, {**FORMAT, "entries": file})
    expect(said(page)).to_contain_text("Imported 9 entries.")
    assert read(page) == wanted


def test_an_interview_that_has_ended_gives_way(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    keep(page, "mock", {**SESSION, "phase": "done"})
    bring(page, tmp_path, {**FORMAT, "entries": {"mock": {**SESSION, "phase": "asking"}}})
    expect(said(page)).to_contain_text("Imported 1 entry.")
    assert read(page) == {"mock": {**SESSION, "phase": "asking"}}


def test_the_debrief_of_a_session_is_imported(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    file = {"format": "a mock interview of The Nearest Neighbor Network", "version": 1}
    bring(page, tmp_path, {**file, "session": 7})
    expect(said(page)).to_contain_text("Nothing has changed.")
    assert read(page) == {}
    bring(page, tmp_path, {**file, "session": SESSION})  # as it was saved before it had a record
    expect(said(page)).to_contain_text("Imported 1 entry.")
    bring(page, tmp_path, {**file, "session": SESSION, "record": PAST[0]})
    expect(said(page)).to_contain_text("Imported 2 entries.")
    assert read(page) == {"sittings": [SESSION], "mocks": PAST}


def test_what_was_exported_by_an_earlier_edition_is_imported_whole(
    show: SHOW, tmp_path: Path
) -> None:
    """Made by the pages of the 29th of November 2026, whose interview had other questions."""
    file = json.loads(Path(__file__).with_name("exported_earlier.json").read_text("utf-8"))
    assert set(file["entries"]) == {
        "quiz:nearest",
        "quiz:expansion",
        "pad:one_nn",
        "cell:edges:small-integers",
        "drills",
        "mock",
        "mocks",
    }
    page = show(progress())
    bring(page, tmp_path, file)
    expect(said(page)).to_contain_text("Imported 7 entries.")
    assert read(page) == file["entries"]
    expect(said(page)).to_contain_text("1 of ")
    path = tmp_path / "mock.html"
    path.write_text(document([mock_interview()]), encoding="utf-8")
    page.goto(path.as_uri())
    drawn(page)
    expect(said(page)).to_contain_text("An interview with earlier questions was under way.")
    now = read(page)
    assert now.pop("sittings") == [file["entries"].pop("mock")]
    assert now == file["entries"]


def test_an_import_that_finds_no_room_changes_nothing(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    full(page)
    again(page)
    before = read(page)
    fill_storage(page)
    file = {"drills": {}, "mocks": [], "quiz:nearest": entry("nearest", 0), "pad:other": {}}
    file["pad:other"] = {"code": "x" * 1000, "stub": ""}
    bring(page, tmp_path, {**FORMAT, "entries": file})
    expect(said(page)).to_have_text("There is no room for it in this browser. Nothing has changed.")
    make_room(page)
    assert read(page) == before


def test_an_export_leaves_out_what_no_import_would_take(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    keep(page, "cards", {"card-a": {"box": 1, "due": "2026-12-01"}, "card-b": 7})
    keep(page, "quiz:edges", "[1]")
    keep(page, "mocks", [*PAST, 7])
    keep(page, "trial", 0)
    again(page)
    expect(page.get_by_text("What is kept as quiz:edges cannot be read")).to_be_visible()
    with page.expect_download() as download:
        press(page, "Export")
    expect(said(page)).to_have_text("Exported 2 entries to a file.")
    path = tmp_path / "file.json"
    download.value.save_as(path)
    entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
    assert entries == {"cards": {"card-a": {"box": 1, "due": "2026-12-01"}}, "mocks": PAST}


def test_what_is_damaged_costs_nothing_else(show: SHOW) -> None:
    page = show(progress())
    full(page)
    keep(page, "quiz:edges", "{broken")
    keep(page, "quiz:argmax", "[1]")
    keep(page, "quiz:temperature", {"weight-at-a-tie": 7, "nobody": {}})
    keep(page, "quiz:scale", {"millimeters": {"right": True, "mark": "00000000"}})
    again(page)
    expect(page.get_by_text("What is kept as quiz:argmax, quiz:edges cannot")).to_be_visible()
    assert row(page, "nearest") == ["1 of 3", "1"]
    for chapter in ("edges", "argmax", "temperature", "scale"):
        assert row(page, chapter) == ["0 of 3", "0"]
    for name, value in (("drills", "{"), ("drills", "[]"), ("mocks", "{"), ("mocks", "[7, {}]")):
        keep(page, name, value)
        again(page)
        expect(said(page)).to_contain_text("1 of ")
        expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
        keep(page, "drills", {})
    expect(page.get_by_text("None yet.")).to_be_visible()


BLOCKED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""


def test_without_storage_it_works_and_says_so(show: SHOW, tmp_path: Path) -> None:
    page = show(progress())
    page.add_init_script(BLOCKED)
    again(page)
    expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    page.get_by_role("checkbox").first.check()
    expect(said(page)).to_contain_text("1 of ")
    path = tmp_path / "file.json"
    path.write_text(json.dumps({**FORMAT, "entries": {"drills": {}}}), encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        press(page, "Import")
    chooser.value.set_files(path)
    expect(said(page)).to_contain_text("keeps nothing for this page. Nothing has changed.")
    expect(page.get_by_role("checkbox").first).to_be_checked()


def test_links_lead_to_the_chapters_and_the_drills(show: SHOW) -> None:
    page = show(progress())
    links = [link.get_attribute("href") for link in page.get_by_role("link").all()]
    drills = [drill["name"] for drill in progress().drills]
    assert links == [
        *(f"../{chapter}.html" for chapter in questions.chapters()),
        *(f"{name}.html" for name in drills),
        "questions.html",  # the deck
    ]


SPILLED = """() => [...document.querySelectorAll(".nn-progress")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((e) => {
    const edge = e.getBoundingClientRect();
    return edge.width && (edge.right > right + 0.5 || edge.left < left - 0.5);
  }).map((e) => e.outerHTML.slice(0, 90));
})"""


def test_axe_finds_nothing_and_nothing_overflows(show: SHOW) -> None:
    page = show(progress(), width=390)
    height = page.viewport_size["height"]  # type: ignore[index]
    full(page)
    keep(page, "quiz:edges", "{")
    again(page)
    press(page, "Erase …")
    for theme in THEMES:
        turn(page, theme)
        assert found_by_axe(page) == [], theme
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": height})
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SPILLED) == [], width


def test_with_nothing_to_show_it_still_stands(show: SHOW) -> None:
    page = show(Progress([], []))
    expect(said(page)).to_have_text(
        "0 of 0 questions right, 0 at the first try; 0 of 0 drills passed; 0 mock interviews."
    )
