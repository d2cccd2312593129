"""The quiz as a reader meets it: a page from disk, no kernel, and answers that stay."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from axe import RULES, found_by_axe
from doubles import answer
from playwright.sync_api import Locator, Page, expect
from visits import THEMES, drawn, painted, said, turn

from nnlib.practice import questions, quiz
from nnlib.widgets import Quiz

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
PREFIX = "nearest-neighbor-network:"
CHAPTERS = questions.chapters()
QUESTIONS = {
    question["id"]: question
    for chapter in CHAPTERS
    for question in questions.load(chapter)["questions"]
}


def one_of_each() -> Quiz:
    """Return a quiz with a question of every kind."""
    names = ["why-argmin", "the-square-root", "terabytes", "the-shortlist", "batches-in-order"]
    chosen = [QUESTIONS[name] for name in names]
    assert [one["kind"] for one in chosen] == list(questions.KINDS)
    return Quiz("Everything", chosen, name="everything")


def card(page: Page, i: int) -> Locator:
    return page.locator(".nn-question").nth(i)


def press(part: Locator, name: str) -> None:
    part.get_by_role("button", name=name, exact=True).click()


def verdict(part: Locator) -> Locator:
    return part.get_by_role("status")


def whys(part: Locator) -> list[str]:
    painted(part.page)
    found = part.locator(".nn-why").all_inner_texts()
    return [text for text in found if text]


def places(question: dict[str, Any], right: bool = True) -> list[int]:
    options = question["options"]
    return [i for i, option in enumerate(options) if option.get("right", False) is right]


# Grading, in the page's own module.


def test_numbers_are_read_as_people_write_them(blank: Page) -> None:
    numbers = {
        "30.72": 30.72,
        " 30,72 ": 30.72,
        "−29": -29,
        "-29": -29,
        "1/16": 1 / 16,
        "1 / 16": 1 / 16,
        "16777217": 16777217,
        "16 777 217": 16777217,
        "16\u202f777\u202f217": 16777217,
        "16_777_217": 16777217,
        "16,777,217": 16777217,
        "1,234.5": 1234.5,
        "1e7": 1e7,
        "1.88e0": 1.88,
        ".5": 0.5,
        "5.": 5,
        "+3": 3,
        "0": 0,
    }
    nothing = [
        "",
        " ",
        "x",
        "1.2.3",
        "1/0/2",
        "1e",
        "NaN",
        "Infinity",
        "0x10",
        "12 34",
        "--1",
        "1/",
    ]
    question = "({ parseNumber }, texts) => texts.map((text) => String(parseNumber(text)))"
    read = answer(blank, Quiz._esm, question, list(numbers))
    assert [float(value) for value in read] == list(numbers.values())
    assert answer(blank, Quiz._esm, question, nothing) == ["NaN"] * len(nothing)


GRADE = """({ grade }, cases) =>
  cases.map(([question, given]) => grade(question, given === null ? undefined : given))"""


def test_every_question_accepts_its_answer_and_no_other(blank: Page) -> None:
    cases: list[tuple[Any, Any, bool]] = []
    for question in QUESTIONS.values():
        kind = question["kind"]
        if kind == "numeric":
            value, slack = question["answer"], question["tolerance"] * abs(question["answer"])
            cases.append((question, repr(value), True))
            cases += [(question, repr(near["value"]), False) for near in question.get("near", [])]
            for outer in (value - 1.01 * slack - 1e-6, value + 1.01 * slack + 1e-6):
                cases.append((question, repr(outer), False))
                assert not questions.accepts(question, outer)
        elif kind == "single":
            (right,) = places(question)
            cases += [(question, k, k == right) for k in range(len(question["options"]))]
        elif kind == "multiple":
            everything = range(len(question["options"]))
            for size in range(1, len(everything) + 1):
                for given in itertools.combinations(everything, size):
                    right_one = list(given) == places(question)
                    cases.append((question, list(given), right_one))
        elif kind == "wrong-line":
            lines = question["lines"]
            cases += [(question, k, bool(line.get("wrong"))) for k, line in enumerate(lines)]
        else:
            n = len(question["lines"])
            cases += [(question, question["start"], False), (question, list(range(n)), True)]
    found = answer(blank, Quiz._esm, GRADE, [[question, given] for question, given, _ in cases])
    wrong = [
        (question["id"], given)
        for (question, given, right), result in zip(cases, found, strict=True)
        if result is not right
    ]
    assert wrong == []
    assert len(cases) > 250


def test_what_is_no_answer_is_no_wrong_answer(blank: Page) -> None:
    nothing = {
        "single": [None, -1, 4, 0.5, "0", [0], {}],
        "multiple": [None, [], [9], [0.5], "01", {}],
        "numeric": [None, "", "many", 3, [], "9" * 200, "1/0"],
        "wrong-line": [None, -1, 99, "1"],
        "order": [None, [], [0, 1], [0, 0, 1, 2, 3, 4, 5], "0123456", [0, 1, 2, 3, 4, 5, 7]],
    }
    kinds = {one["kind"]: one for one in one_of_each().questions}
    cases = [[kinds[kind], given] for kind, values in nothing.items() for given in values]
    assert answer(blank, Quiz._esm, GRADE, cases) == [None] * len(cases)


# The reader's hand.


def test_each_kind_wrong_then_right_by_keyboard_alone(show: SHOW) -> None:
    page = show(one_of_each())
    keys = page.keyboard
    expect(said(page)).to_have_text("5 questions, none answered yet.")

    single, question = card(page, 0), QUESTIONS["why-argmin"]
    (right,) = places(question)
    wrong = (right + 1) % 4
    keys.press("Tab")
    expect(single.get_by_role("radio").first).to_be_focused()
    keys.press("Space")
    for _ in range(wrong):
        keys.press("ArrowDown")
    expect(single.get_by_role("radio").nth(wrong)).to_be_checked()
    keys.press("Tab")
    keys.press("Enter")
    expect(verdict(single)).to_have_text("Not yet.")
    assert whys(single) == [f"Wrong. {question['options'][wrong]['why']}".replace("`", "")]
    keys.press("Shift+Tab")
    keys.press("ArrowUp")
    expect(verdict(single)).to_be_empty()  # the marks were about another answer
    assert whys(single) == []
    keys.press("Tab")
    keys.press("Space")
    expect(verdict(single)).to_have_text("Right, at try 2.")
    assert len(whys(single)) == 4
    expect(single.get_by_role("button", name="Try again")).to_be_focused()
    expect(said(page)).to_have_text("1 of 5 questions right, 0 at the first try.")

    multiple, question = card(page, 1), QUESTIONS["the-square-root"]
    keys.press("Tab")
    for i in range(4):
        if i in places(question)[:1]:
            keys.press("Space")
        keys.press("Tab")
    keys.press("Enter")
    expect(verdict(multiple)).to_have_text("Not yet: 1 of your 1 is right, and 1 still missing.")
    multiple.get_by_role("checkbox").nth(places(question)[1]).press("Space")
    multiple.get_by_role("button", name="Check").press("Enter")
    expect(verdict(multiple)).to_have_text("Right, at try 2.")
    assert len(whys(multiple)) == 4

    numeric = card(page, 2)
    field = numeric.get_by_label("Your answer, in TB")
    field.press("Enter")
    expect(verdict(numeric)).to_have_text("Type a number first.")
    field.type("3.7")
    field.press("Enter")
    expect(verdict(numeric)).to_have_text("Not yet: too large, by a factor of about 2.")
    field.fill("3.76")
    field.press("Enter")
    assert whys(numeric) == ["✗ 3.76 TB. That would be float64, with 8 bytes a number."]
    field.fill("1,9")
    field.press("Enter")
    expect(verdict(numeric)).to_have_text("Right, at try 3.")
    assert whys(numeric)[0].startswith("✓ 1.88 TB. ")
    assert len(whys(numeric)) == 1 + len(QUESTIONS["terabytes"]["near"])

    line = card(page, 3)
    line.get_by_role("radio").nth(4).press("Space")
    line.get_by_role("button", name="Check").press("Enter")
    expect(verdict(line)).to_have_text("Right.")
    assert len(whys(line)) == 5
    assert "It should read return near[d2.argmin()]." in whys(line)[4]

    order, question = card(page, 4), QUESTIONS["batches-in-order"]
    press(order, "Check")
    expect(verdict(order)).to_contain_text("Not yet: line 1 is the first that stands wrong.")
    assert whys(order) == []
    for place, text in enumerate(one["text"].strip() for one in question["lines"]):
        while True:
            shown = [name.strip() for name in order.locator(".nn-line").all_inner_texts()]
            at = shown.index(text)
            if at == place:
                break
            up = order.get_by_role("button", name=f"Line {at + 1}, up: {text}", exact=True)
            up.press("Enter")
            moved = order.get_by_role("button", name=f"Line {at}, up: {text}", exact=True)
            expect(moved).to_be_focused()  # so that it can be pressed again
            expect(verdict(order)).to_have_text(f"Line moved to place {at} of 7.")
    order.get_by_role("button", name="Check").press("Enter")
    expect(verdict(order)).to_have_text("Right, at try 2.")
    assert len(whys(order)) == 7
    expect(said(page)).to_have_text("5 of 5 questions right, 1 at the first try. All done.")


def test_the_explanations_can_be_had_for_nothing_but_the_score(show: SHOW) -> None:
    page = show(one_of_each())
    for i in range(5):
        part = card(page, i)
        expect(part.get_by_role("button", name="Show the explanations")).to_be_hidden()
        if i < 2 or i == 3:
            kind = "checkbox" if i == 1 else "radio"
            wrong = places(QUESTIONS["why-argmin"], right=False)[0] if i == 0 else 0
            if i == 1:
                wrong = places(QUESTIONS["the-square-root"], right=False)[0]
            part.get_by_role(kind).nth(wrong).check()
        elif i == 2:
            part.get_by_role("textbox").fill("1000")
        press(part, "Check")
        press(part, "Show the explanations")
        expect(verdict(part)).to_contain_text("Here is how it stands")
        expect(part.get_by_role("button", name="Try again")).to_be_focused()
    assert [len(whys(card(page, i))) for i in range(5)] == [4, 4, 4, 5, 7]
    shown = card(page, 4).locator(".nn-line").all_inner_texts()
    assert shown == [line["text"] for line in QUESTIONS["batches-in-order"]["lines"]]
    expect(said(page)).to_have_text("0 of 5 questions right, 0 at the first try.")
    part = card(page, 0)
    press(part, "Try again")
    assert whys(part) == []
    expect(part.get_by_role("radio", checked=True)).to_have_count(0)
    press(part, "Check")
    expect(verdict(part)).to_have_text("Choose an answer first.")
    part.get_by_role("radio").nth(places(QUESTIONS["why-argmin"])[0]).check()
    press(part, "Check")
    expect(verdict(part)).to_have_text("Right, at try 2.")
    expect(said(page)).to_have_text("1 of 5 questions right, 0 at the first try.")


def answer_some(page: Page) -> None:
    right = places(QUESTIONS["why-argmin"])[0]
    card(page, 0).get_by_role("radio").nth(right).check()
    press(card(page, 0), "Check")
    card(page, 2).get_by_role("textbox").fill("3.76")
    press(card(page, 2), "Check")
    press(
        card(page, 4).locator("li").nth(1),
        card(page, 4).locator("li").nth(1).get_by_role("button").first.get_attribute("aria-label")
        or "",
    )
    press(card(page, 4), "Check")
    expect(verdict(card(page, 4))).to_contain_text("Not yet")
    expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")


def look(page: Page) -> list[Any]:
    """Return all that a reader sees of a quiz, once the copy for screen readers says the same."""
    drawn(page)
    page.wait_for_function(
        """() => [...document.querySelectorAll(".nn-told")]
            .every(({ children: [shown, heard] }) => shown.textContent === heard.textContent)"""
    )
    values: list[Any] = page.evaluate(
        """() => [...document.querySelectorAll(".nn-quiz input")]
            .map((input) => [input.value, input.checked])"""
    )
    return [page.locator(".nn-quiz").inner_text(), values]


def test_answers_survive_a_reload_and_starting_over_forgets_them(show: SHOW) -> None:
    page = show(one_of_each())
    fresh = look(page)
    answer_some(page)
    before = look(page)
    for _ in range(2):
        page.reload()
        drawn(page)
        expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")
        assert look(page) == before
    press(page.locator(".nn-quiz"), "Start over")
    expect(said(page)).to_have_text("5 questions, none answered yet.")
    assert look(page) == fresh
    assert page.evaluate("Object.keys(localStorage)") == []
    page.reload()
    drawn(page)
    assert look(page) == fresh


def test_the_page_left_and_returned_to_still_works(show: SHOW) -> None:
    page = show(one_of_each())
    answer_some(page)
    before = look(page)
    page.evaluate(
        """() => {
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
            dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")
    assert look(page) == before
    card(page, 2).get_by_role("textbox").fill("1.88")
    press(card(page, 2), "Check")
    expect(said(page)).to_have_text("2 of 5 questions right, 1 at the first try.")


def test_two_on_a_page_do_not_disturb_each_other(show: SHOW) -> None:
    page = show(quiz("nearest"), one_of_each())
    first, second = page.locator(".nn-quiz").all()
    before = second.inner_text()
    question = first.locator(".nn-question").nth(1)
    question.get_by_role("radio").nth(0).check()
    press(question, "Check")
    expect(verdict(question)).not_to_be_empty()
    assert second.inner_text() == before
    expect(second.get_by_role("radio", checked=True)).to_have_count(0)


# Storage that is broken, missing or of another time.

ENTRY = {"given": 0, "right": True, "tries": 1, "first": True, "shown": False}


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "",
        "null",
        "[1, 2]",
        '"text"',
        "7",
        '{"why-argmin": null}',
        '{"why-argmin": 3, "terabytes": [], "nobody": {}}',
        json.dumps({"why-argmin": {**ENTRY, "mark": "00000000"}}),  # an earlier wording
        json.dumps({"why-argmin": {**ENTRY, "tries": -1, "mark": QUESTIONS["why-argmin"]["mark"]}}),
        json.dumps(
            {"why-argmin": {**ENTRY, "tries": "1", "mark": QUESTIONS["why-argmin"]["mark"]}}
        ),
        "\x00" * 1000,
    ],
)
def test_a_damaged_entry_counts_as_empty(show: SHOW, stored: str) -> None:
    page = show(one_of_each())
    fresh = look(page)
    page.evaluate(
        "([key, text]) => { localStorage.setItem(key, text); localStorage.setItem('other', '1'); }",
        [f"{PREFIX}quiz:everything", stored],
    )
    page.reload()
    drawn(page)
    assert look(page) == fresh
    answer_some(page)
    expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")
    page.reload()
    drawn(page)
    expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")
    assert page.evaluate("localStorage.getItem('other')") == "1"


def test_a_forged_entry_is_graded_again(show: SHOW) -> None:
    page = show(one_of_each())
    wrong = places(QUESTIONS["why-argmin"], right=False)[0]
    mark = QUESTIONS["why-argmin"]["mark"]
    forged = json.dumps({"why-argmin": {**ENTRY, "given": wrong, "mark": mark}})
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [f"{PREFIX}quiz:everything", forged]
    )
    page.reload()
    drawn(page)
    expect(verdict(card(page, 0))).to_have_text("Not yet.")


BLOCKED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });"""
MISSING = 'Object.defineProperty(window, "localStorage", { value: null });'
FULL = (
    'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };'
)


@pytest.mark.parametrize("storage", [BLOCKED, MISSING, FULL], ids=["blocked", "missing", "full"])
def test_without_storage_it_works_and_says_so(show: SHOW, storage: str) -> None:
    page = show(one_of_each())
    expect(page.get_by_text("Kept in this browser only.")).to_be_visible()
    page.add_init_script(storage)
    page.reload()
    drawn(page)
    expect(page.get_by_text("This browser keeps nothing for this page")).to_be_visible()
    answer_some(page)
    expect(said(page)).to_have_text("1 of 5 questions right, 1 at the first try.")
    press(page.locator(".nn-quiz"), "Start over")
    expect(said(page)).to_have_text("5 questions, none answered yet.")


# Reading it.


def everything_open(page: Page) -> None:
    """Try every question once and have it explained."""
    page.evaluate(
        """() => {
            for (const part of document.querySelectorAll(".nn-question")) {
                const input = part.querySelector("input");
                if (input?.type === "text") input.value = "12345";
                else input?.click();
                const [check, explain] = part.querySelectorAll(":scope > .nn-row .nn-button");
                check.click();
                explain.click();
            }
        }"""
    )
    page.wait_for_function(
        """() => [...document.querySelectorAll(".nn-question")].every((part) =>
            ["right", "shown"].includes(part.dataset.state)
            && [...part.querySelectorAll(".nn-option .nn-why")].every((why) => why.textContent))"""
    )


def test_axe_finds_nothing_in_any_quiz_open_or_closed(show: SHOW) -> None:
    page = show(*(quiz(chapter) for chapter in CHAPTERS))
    for state in ("open", "closed"):
        if state == "closed":
            everything_open(page)
        for theme in THEMES:
            turn(page, theme)
            assert found_by_axe(page, *RULES[theme]) == [], (state, theme)


SPILLED = """() => [...document.querySelectorAll(".nn-quiz")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((e) => {
    const edge = e.getBoundingClientRect();
    return edge.width && (edge.right > right + 0.5 || edge.left < left - 0.5);
  }).map((e) => e.outerHTML.slice(0, 90));
})"""


def test_nothing_overflows(show: SHOW) -> None:
    page = show(*(quiz(chapter) for chapter in CHAPTERS), width=320)
    height = page.viewport_size["height"]  # type: ignore[index]
    for state in ("open", "closed"):
        if state == "closed":
            everything_open(page)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": height})
            drawn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(SPILLED) == [], (state, width)


def test_words_are_words_and_not_markup(show: SHOW) -> None:
    question = {
        "id": "x",
        "kind": "single",
        "ask": "<b>bold?</b> `a < b` and *stress*, 2 * 3 * 4.",
        "options": [
            {"text": "`<script>`", "why": "A *why*.", "right": True},
            {"text": "b", "why": "Because."},
        ],
    }
    content = questions.check("t.yaml", {"title": "T <i>", "questions": [question]})
    page = show(Quiz(**content))
    expect(page.locator("legend")).to_contain_text("<b>bold?</b> a < b and stress, 2 * 3 * 4.")
    expect(page.locator("legend code")).to_have_text("a < b")
    expect(page.locator("legend em")).to_have_text("stress")
    expect(page.get_by_text("Quiz: T <i>")).to_be_visible()
    expect(page.locator(".nn-quiz b, .nn-quiz i, .nn-quiz script")).to_have_count(0)
