"""The deck of cards as a reader meets it, over cards that stand in its page."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from axe import found_by_axe
from doubles import answer
from playwright.sync_api import Page, expect
from visits import THEMES, drawn, said, settle, turn

from nnlib.practice import deck, ninety
from nnlib.widgets import Deck

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
KEY = "nearest-neighbor-network:cards"
DAYS = [1, 3, 7, 21]
NAMES = [
    "card-said-argmax-1a2b3c4d",
    "card-said-iris-00000000",
    "card-quiz-argmax-sign",
    "card-mock-3-parity",
    "card-drill-one-nn-11111111",
]
# As a card of the built page: its line is bare text and code, with no paragraph around it.
CARDS = """(names) => {
  const section = document.createElement("section");
  section.innerHTML = "<h2>A chapter<a href='#x'>#</a></h2>" + names.map((name) =>
    `<details class="dropdown admonition" id="${name}">
     <summary class="admonition-title">Front of <code id="t-${name}">${name}</code></summary>
     <div class="front docutils"><p>Lines of ${name}.</p></div><p>Back of ${name}.</p></details>`
  ).join("");
  document.querySelector("main").append(section);
}"""


def with_cards(page: Page, names: list[str] = NAMES) -> Page:
    page.evaluate(CARDS, names)
    page.get_by_label("Part of the question").dispatch_event("change")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def stored(page: Page) -> Any:
    return json.loads(page.evaluate("(key) => localStorage.getItem(key)", KEY) or "{}")


def put(page: Page, name: str, value: Any) -> None:
    page.evaluate(
        "([name, text]) => localStorage.setItem('nearest-neighbor-network:' + name, text)",
        [name, json.dumps(value)],
    )


# The law of the boxes, against one written apart.

LAW = "\nexport { after, dayOf, graded, missedElsewhere, recordsOf };"


def ask(page: Page, expression: str, *arguments: Any) -> Any:
    return answer(page, Deck._esm + LAW, expression, *arguments)


def test_a_card_climbs_the_boxes_and_falls_back(blank: Page) -> None:
    steps = ["good"] * 6 + ["missed", "hard", "good", "hard", "good", "good", "good", "missed"]
    found = ask(
        blank,
        """({ graded }, steps, today) => steps.reduce((all, step) =>
            [...all, graded(all.at(-1) ?? { box: 0 }, step, today)], [])""",
        steps,
        "2026-12-30",
    )
    box = 0
    for step, record in zip(steps, found, strict=True):
        box = {"good": min(box + 1, 4), "hard": max(box, 1), "missed": 0}[step]
        wait = DAYS[box - 1] if box else 0
        due = datetime.date(2026, 12, 30) + datetime.timedelta(days=wait)
        assert record == {"box": box, "due": due.isoformat()}


def test_days_are_those_of_the_calendar_and_of_the_reader(blank: Page) -> None:
    starts = [(datetime.date(2023, 12, 1) + datetime.timedelta(days=i)) for i in range(0, 900, 7)]
    found = ask(
        blank,
        "({ after }, starts) => starts.map((day) => [1, 3, 7, 21].map((n) => after(day, n)))",
        [start.isoformat() for start in starts],
    )
    wanted = [
        [(start + datetime.timedelta(days=n)).isoformat() for n in (1, 3, 7, 21)]
        for start in starts
    ]
    assert found == wanted
    evening = """({ dayOf }, offset) => dayOf({ getTime: () => Date.UTC(2026, 0, 1, 2),
        getTimezoneOffset: () => offset })"""
    assert ask(blank, evening, 300) == "2025-12-31"
    assert ask(blank, evening, -300) == "2026-01-01"


MISSED = {"steps": {"parity": {"marked": True, "rated": {"0": 0.5, "1": 0}}}}
GOOD = {"steps": {"parity": {"marked": True, "rated": {"0": 1}}}}


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ({"quiz:argmax": {"sign": {"first": False, "right": True}}}, [2]),
        ({"quiz:argmax": {"sign": {"first": True, "right": True}}}, []),
        ({"quiz:iris": {"sign": {"first": False}}}, []),
        ({"report:one_nn": {"one_nn": {"passed": False}}}, [4]),
        ({"report:mock": {"one_nn": {"passed": False}}}, [4]),
        ({"report:one_nn": {"one_nn": {"passed": True}}}, []),
        # Once missed, in a pad or in any interview: a later pass or interview takes no card away.
        ({"report:one_nn": {"one_nn": {"passed": True, "missed": True}}}, [4]),
        ({"report:one_nn": {"one_nn": {"missed": True}}}, [4]),
        ({"report:mock": {"one_nn": {"passed": False, "words": "not attempted"}}}, []),
        ({"sittings": [MISSED, {"steps": {}}]}, [3]),
        ({"sittings": [MISSED, GOOD]}, [3]),
        ({"sittings": [GOOD, {"steps": {"other": None}}, MISSED, None]}, [3]),
        ({"sittings": [{"steps": {"parity": {"marked": True, "rated": {"0": 0.5}}}}]}, [3]),
        ({"sittings": [{"steps": {"parity": {"marked": True, "rated": {"0": 1}}}}]}, []),
        ({"sittings": [{"steps": {"parity": {"marked": False, "rated": {}}}}]}, []),
        ({"quiz:argmax": None, "sittings": {}, "report:x": 7, "mock": {}}, []),
        ({"sittings": [None], "quiz:argmax": {"sign": None}}, []),
    ],
)
def test_what_was_missed_elsewhere_is_taken_up(
    blank: Page, entries: dict[str, Any], wanted: list[int]
) -> None:
    found = ask(
        blank,
        "({ missedElsewhere }, entries, names) => names.filter(missedElsewhere(entries))",
        entries,
        NAMES,
    )
    assert found == [NAMES[i] for i in wanted]


def test_a_drill_whose_name_begins_another_takes_up_its_own_cards_alone(blank: Page) -> None:
    names = [f"card-drill-{drill}-1a2b3c4d" for drill in ("one-nn", "one-nn-batched")]
    for i, drill in enumerate(("one_nn", "one_nn_batched")):
        found = ask(
            blank,
            "({ missedElsewhere }, entries, names) => names.filter(missedElsewhere(entries))",
            {f"report:{drill}": {drill: {"passed": False}}},
            names,
        )
        assert found == [names[i]]


def test_records_that_are_damaged_lose_no_others(blank: Page) -> None:
    good = {"box": 2, "due": "2026-12-01"}
    bad = [{"box": 5, "due": "2026-12-01"}, {"box": 1, "due": "<b>"}, {"box": 1}, None, 7, []]
    held = {f"card-{i}": one for i, one in enumerate([*bad, good])} | {"other": good}
    assert ask(blank, "({ recordsOf }, held) => recordsOf(held)", held) == {"card-6": good}
    for held in (None, [], 7, "x"):  # type: ignore[assignment]
        assert ask(blank, "({ recordsOf }, held) => recordsOf(held)", held) == {}


# The page.


def test_a_round_from_front_to_back_by_keyboard(show: SHOW) -> None:
    page = with_cards(show(deck()))
    expect(said(page)).to_have_text(
        "5 cards: 0 due, 0 taken up. Whoever answers a card takes it up: it comes back on its day."
    )
    press(page, "Review what is due")
    expect(said(page)).to_contain_text("No card is due")
    press(page, "Take up 10 new cards")
    for name, grade in zip([*NAMES, NAMES[0]], ["Missed", *["Good"] * 5], strict=True):
        front = page.locator(".nn-deck p.nn-ask")
        expect(front).to_be_focused()
        expect(front).to_contain_text(name)
        expect(page.locator(".nn-deck .front")).to_contain_text(f"Lines of {name}.")
        expect(page.locator(".nn-deck .nn-answer")).to_have_count(0)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".nn-deck .nn-answer")).to_have_text(f"Back of {name}.")
        for _ in range({"Missed": 1, "Good": 3}[grade]):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(said(page)).to_have_text("5 cards: 0 due, 5 taken up.")
    expect(page.get_by_role("button", name="Review what is due")).to_be_focused()
    assert {name: one["box"] for name, one in stored(page).items()} == dict.fromkeys(NAMES, 1)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_a_card_comes_back_on_its_day_and_not_before(show: SHOW) -> None:
    page = with_cards(show(deck()))
    today = page.evaluate("new Date(Date.now() - 6e4 * new Date().getTimezoneOffset())")
    tomorrow = (today + datetime.timedelta(days=1)).date().isoformat()
    due = [{"box": 3, "due": "2020-01-01"}, {"box": 1, "due": tomorrow}]
    put(page, "cards", dict(zip(NAMES, due, strict=False)))
    put(page, "quiz:argmax", {"sign": {"first": False}})
    page.reload()
    drawn(page)
    with_cards(page)
    expect(said(page)).to_have_text("5 cards: 2 due, 3 taken up.")
    press(page, "Review what is due")
    press(page, "Show the answer")
    press(page, "Hard")
    later = (today + datetime.timedelta(days=7)).date().isoformat()
    assert stored(page)[NAMES[0]] == {"box": 3, "due": later}
    expect(page.locator(".nn-deck p.nn-ask")).to_contain_text(NAMES[2])
    press(page, "Stop")
    expect(said(page)).to_have_text("5 cards: 1 due, 3 taken up.")


def test_a_part_of_the_question_has_its_own_cards(show: SHOW) -> None:
    page = with_cards(show(deck()))
    widget = deck()
    for number, title in enumerate(widget.parts):
        page.get_by_label("Part of the question").select_option(title)
        own = [
            name
            for name, part in zip(
                NAMES,
                [
                    widget.chapters["argmax"],
                    widget.chapters["iris"],
                    widget.chapters["argmax"],
                    3,
                    widget.chapters[widget.drills["one_nn"]],
                ],
                strict=True,
            )
            if part == number
        ]
        count = f"{len(own)} card{'s' * (len(own) != 1)}"
        expect(said(page)).to_contain_text(f"{count}: 0 due, 0 taken up.")


def test_a_drill_whose_name_begins_another_leaves_that_its_part(show: SHOW) -> None:
    kinds = {"one_nn": "nearest", "one_nn_batched": "scale"}
    widget = Deck(["First", "Second"], {"nearest": 0, "scale": 1}, kinds)
    page = with_cards(show(widget), ["card-drill-one-nn-batched-1a2b3c4d"])
    for part, count in (("First", "0 cards"), ("Second", "1 card")):
        page.get_by_label("Part of the question").select_option(part)
        expect(said(page)).to_contain_text(f"{count}: 0 due")


def test_an_address_chooses_cards_of_several_chapters_in_turn(show: SHOW) -> None:
    chapters = ninety.DECK["chapters"]
    kinds = ("said", "quiz", "quiz")
    names = [f"card-{k}-{c}-{i}" for c in chapters for i, k in enumerate(kinds)][:-1]
    page = with_cards(show(deck(), address=f"#nn-deck={ninety.DECK['name']}"), [*NAMES, *names])
    choice = page.get_by_label("Part of the question")
    expect(choice.locator("option:checked")).to_have_text(ninety.DECK["title"])
    expect(said(page)).to_contain_text("8 cards: 0 due, 0 taken up.")
    press(page, "Take up 10 new cards")
    for name in (*names[::3], *names[1::3], *names[2::3]):
        expect(page.locator(".nn-deck p.nn-ask")).to_contain_text(name)
        press(page, "Show the answer")
        press(page, "Good")
    expect(said(page)).to_have_text("8 cards: 0 due, 8 taken up.")
    # Another address chooses anew; one that names nothing changes nothing.
    choice.select_option("Scale")
    for name, shown in (("nobody", "Scale"), (ninety.DECK["name"], ninety.DECK["title"])):
        page.evaluate("(name) => { location.hash = `nn-deck=${name}`; }", name)
        expect(choice.locator("option:checked")).to_have_text(shown)


def test_without_cards_in_the_page_it_says_where_they_are(show: SHOW) -> None:
    page = show(deck())
    expect(said(page)).to_contain_text("The cards stand on the page All interview questions")


REST = """() => {
  const fronts = [];
  const press = (name) => [...document.querySelectorAll(".nn-deck button")]
    .find((one) => one.offsetParent && one.textContent.startsWith(name))?.click();
  for (;;) {
    press("Take up");
    const front = document.querySelector(".nn-deck p.nn-ask");
    if (!front) return fronts;
    while (document.querySelector(".nn-deck p.nn-ask")) {
      fronts.push(document.querySelector(".nn-deck p.nn-ask").textContent);
      press("Show the answer");
      const back = document.querySelector(".nn-deck .nn-answer").textContent;
      if (!back.trim()) throw new Error("empty");
      press("Good");
    }
  }
}"""


def test_in_the_book_every_part_and_every_card_is_played(
    book_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{book_url}/chapters/practice/questions.html")
    settle(page)
    fronts = page.locator("details[id^='card-'] > summary").all_text_contents()
    assert len(fronts) > 200
    seen = []
    choice = page.get_by_label("Part of the question")
    for name in choice.locator("option").all_text_contents():
        choice.select_option(name)
        expect(said(page)).to_contain_text(" taken up.")
        press(page, "Take up 10 new cards")
        for _ in range(10):
            if page.locator(".nn-deck p.nn-ask").count() == 0:
                break
            seen.append(page.locator(".nn-deck p.nn-ask").text_content())
            press(page, "Show the answer")
            expect(page.locator(".nn-deck .nn-answer")).not_to_be_empty()
            press(page, "Good")
        expect(choice).to_be_visible()
    choice.select_option("all parts")
    seen += page.evaluate(REST)
    assert sorted(map(str, seen)) == sorted(fronts)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_axe_finds_nothing_and_nothing_overflows(show: SHOW) -> None:
    page = with_cards(show(deck(), width=390))
    for step in (None, "Take up 10 new cards", "Show the answer"):
        if step:
            press(page, step)
        for theme in THEMES:
            turn(page, theme)
            assert found_by_axe(page) == [], theme
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 1200})
            drawn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
