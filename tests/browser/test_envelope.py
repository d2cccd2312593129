"""The envelope explorer as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from contrast import RATIO
from doubles import answer, bits
from playwright.sync_api import Locator, Page, expect
from visits import THEMES, drag, heard, painted, said, turn

from nnlib import nearest
from nnlib.widgets import EnvelopeExplorer
from nnlib.widgets.envelope import read

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
EIGHT = [-4.0, -2.5, -1.0, 0.5, 0.5, 1.75, 3.0, 4.0]


def query(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Query").first


def position(page: Page | Locator) -> Locator:
    return page.get_by_role("slider", name="Position of template").first


def choice(page: Page | Locator) -> Locator:
    return page.get_by_role("combobox", name="Template").first


def options(page: Page) -> list[str]:
    painted(page)
    return choice(page).locator("option").all_text_contents()


def rows(page: Page) -> list[list[str]]:
    painted(page)
    found: list[list[str]] = page.locator("tbody").first.evaluate(
        "(body) => [...body.rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return found


def place_of(page: Page, value: float, down: float) -> tuple[float, float]:
    """Return where a position of the axis is on the screen, `down` pixels below the plot's top."""
    box = page.locator(".nn-plot").first.bounding_box()
    assert box is not None
    return box["x"] + 34 + (value + 4) / 8 * (box["width"] - 50), box["y"] + down


def handle(page: Page, i: int, part: str = ".nn-reach") -> tuple[float, float]:
    """Return the middle of a template's handle under the axis, or of another part of it."""
    painted(page)
    # In one step: every frame draws the handles anew, so a node found before may be gone.
    x, y = page.evaluate(
        """(selector) => {
            const box = document.querySelector(selector).getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }""",
        f'[data-i="{i}"] {part}',
    )
    return x, y


# The arithmetic.

COMPUTE = """({ compute }, states) => {
  const whole = new Set(["winner", "tied", "close"]);
  const pack = ([name, value]) => [name, whole.has(name) ? value : hex(value)];
  return states.map((state) => Object.fromEntries(Object.entries(compute(state)).map(pack)));
}"""


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of three kinds: on the grid, anywhere, and a few ulps from each other."""
    rng = np.random.default_rng(20200613)
    states = []
    for i in range(count):
        n = int(rng.integers(1, 9))
        if i % 3 == 0:
            values = rng.integers(-8, 9, n + 1) / 4
        elif i % 3 == 1:
            values = rng.uniform(-4, 4, n + 1) * 10.0 ** rng.uniform(-12, 0)
        else:
            center = rng.uniform(-3, 3)
            values = center + rng.integers(-3, 4, n + 1) * np.spacing(center)
        states.append({"templates": values[1:].tolist(), "query": float(values[0])})
    return states


def test_the_page_computes_what_python_computes(blank: Page) -> None:
    states = random_states(360)
    results = answer(blank, EnvelopeExplorer._esm, COMPUTE, states)
    decided = tied = undecided = 0
    for state, result in zip(states, results, strict=True):
        expected = asdict(read(**state))
        whole = {name: expected.pop(name) for name in ("winner", "tied", "close")}
        assert result == {**{name: bits(value) for name, value in expected.items()}, **whole}
        if result["close"]:
            undecided += 1
            continue
        T, x = np.array(state["templates"])[:, None], np.array([[state["query"]]])
        assert result["winner"] == nearest(T, x)[0]
        tied += len(result["tied"]) > 1
        decided += 1
    assert decided >= 200
    assert tied >= 20
    assert undecided >= 20


# The reader's hand.


def test_the_default_says_what_it_shows(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    expect(said(page)).to_have_text(
        "x = 0: template 1 wins, t = 0.5: its tangent is the highest, score −0.25. "
        "The gap up to the parabola is 0.25 = (x − t)², the squared distance."
    )
    expect(heard(page)).to_have_attribute("aria-live", "polite")
    assert rows(page) == [
        ["0", "−2", "−4", "4", "−4 to −0.75"],
        ["1 ◂ wins", "0.5", "−0.25", "0.25", "−0.75 to 1.25"],
        ["2", "2", "−4", "4", "1.25 to 4"],
    ]
    assert options(page) == ["0 at −2", "1 at 0.5", "2 at 2"]
    expect(page.get_by_text("In two dimensions the same happens with planes")).to_be_visible()


def test_the_keyboard_moves_the_query_onto_a_midpoint(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    query(page).focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text(
        "x = 1.25: an exact tie of templates 1 and 2, score 1 each. "
        "The first maximum counts, so template 1 wins. The gap up to the parabola is 0.5625 ="
    )
    assert [row[0] for row in rows(page)] == ["0", "1 ◂ wins", "2 ◂ tie"]
    page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("x = 1.375: template 2 wins")
    expect(query(page)).to_have_attribute("aria-valuetext", "x = 1.375")
    page.keyboard.press("Home")
    expect(said(page)).to_contain_text("x = −4: template 0 wins")
    page.keyboard.press("End")
    expect(said(page)).to_contain_text("x = 4: template 2 wins")


def test_the_keyboard_moves_a_chosen_template(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    choice(page).select_option(index=2)
    expect(position(page)).to_have_attribute("aria-valuetext", "t, template 2, = 2")
    position(page).focus()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("an exact tie of templates 1 and 2, score −0.25 each")
    expect(said(page)).to_contain_text("Template 2 equals template 1: it never wins")
    assert rows(page)[2][4] == "empty"
    assert options(page) == ["0 at −2", "1 at 0.5", "2 at 0.5"]
    page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("x = 0: template 2 wins, t = 0.25")
    expect(choice(page)).to_have_value("2 at 0.25")


def test_templates_are_added_and_deleted_by_keyboard(show: SHOW) -> None:
    page = show(EnvelopeExplorer(query=-0.375))
    add = page.get_by_role("button", name="Add at the query")
    remove = page.get_by_role("button", name="Delete")
    add.focus()
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("x = −0.375: template 3 wins, t = −0.375")
    expect(said(page)).to_contain_text("The gap up to the parabola is 0 =")
    expect(choice(page)).to_have_value("3 at −0.375")
    for _ in range(6):
        page.keyboard.press("Enter")
    assert len(rows(page)) == len(options(page)) == 8
    expect(add).to_have_attribute("aria-disabled", "true")
    expect(add).to_be_focused()
    expect(said(page)).to_contain_text(
        "Templates 4, 5, 6 and 7 equal earlier ones: they never win, their cells are empty."
    )
    choice(page).select_option(index=1)
    remove.focus()
    page.keyboard.press("Enter")
    expect(choice(page)).to_have_value("1 at 2")
    assert options(page) == ["0 at −2", "1 at 2", *(f"{i} at −0.375" for i in range(2, 7))]
    expect(add).to_have_attribute("aria-disabled", "false")
    for _ in range(9):
        page.keyboard.press("Enter")
    expect(remove).to_have_attribute("aria-disabled", "true")
    assert options(page) == ["0 at −2"]
    expect(said(page)).to_contain_text("x = −0.375: template 0 wins, t = −2")


def test_the_pointer_moves_the_query(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    page.mouse.click(*place_of(page, -0.74, 120))
    expect(said(page)).to_contain_text("x = −0.75: an exact tie of templates 0 and 1")
    expect(query(page)).to_be_focused()
    drag(page, place_of(page, 1, 280), place_of(page, 3.01, 280))
    expect(said(page)).to_contain_text("x = 3: template 2 wins")
    drag(page, place_of(page, 1, 280), (2000, 0))
    expect(said(page)).to_contain_text("x = 4: template 2 wins")
    page.mouse.move(*place_of(page, 0, 120))
    page.keyboard.press("ArrowLeft")
    expect(said(page)).to_contain_text("x = 3.875: template 2 wins")


def test_the_pointer_moves_a_template(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    page.mouse.click(*handle(page, 2))
    expect(choice(page)).to_have_value("2 at 2")
    expect(position(page)).to_be_focused()
    start = handle(page, 2)
    # Taken beside its middle, it keeps that distance.
    drag(page, (start[0] + 13, start[1]), (place_of(page, -0.5, 0)[0] + 13, start[1]))
    expect(choice(page)).to_have_value("2 at −0.5")
    expect(said(page)).to_contain_text("x = 0: an exact tie of templates 1 and 2")
    page.keyboard.press("ArrowRight")
    expect(said(page)).to_contain_text("x = 0: template 2 wins, t = −0.25")
    # The disk at the point of contact is a handle, too.
    drag(page, handle(page, 0, "circle"), place_of(page, 1.5, 60))
    expect(choice(page)).to_have_value("0 at 1.5")


def test_another_pointer_button_moves_nothing(show: SHOW) -> None:
    page = show(EnvelopeExplorer())
    page.mouse.click(*place_of(page, 2, 120), button="right")
    page.keyboard.press("Escape")
    page.mouse.move(*place_of(page, 3, 120))
    page.mouse.click(*place_of(page, -2, 120))
    expect(said(page)).to_contain_text("x = −2: template 0 wins")


def test_a_finger_moves_a_template(show: SHOW) -> None:
    page = show(EnvelopeExplorer(), width=390, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)
    x, y = handle(page, 1)
    end = place_of(page, 3, 0)[0]
    for kind, at in [
        ("touchStart", x),
        *(("touchMove", x + (end - x) * k / 8) for k in range(1, 9)),
        ("touchEnd", None),
    ]:
        points = [] if at is None else [{"x": at, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(choice(page)).to_have_value("1 at 3")


def test_rounding_is_said(show: SHOW) -> None:
    page = show(
        EnvelopeExplorer([1.0, 1.0 + 2.0**-52], 1.0 + 2.0**-52),
        EnvelopeExplorer([3.7], 3.7 + 1e-9, name="two"),
    )
    first, second = (page.locator(".nn-envelope").nth(i) for i in range(2))
    expect(said(first)).to_contain_text(
        "too close to call. Rounding alone can change the order of templates 0 and 1; "
        "as computed, template 0 wins"
    )
    expect(said(second)).to_contain_text(re.compile(r"but \(x − t\)² = 1\S*: the difference is"))


def test_reset_returns_to_the_beginning(show: SHOW) -> None:
    page = show(EnvelopeExplorer([1.5, -1.0], -0.5))
    beginning = rows(page)
    query(page).press("End")
    position(page).press("Home")
    page.get_by_role("button", name="Add at the query").click()
    expect(said(page)).to_contain_text("x = 4: template 2 wins")
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_contain_text("x = −0.5: template 1 wins, t = −1")
    assert rows(page) == beginning
    expect(choice(page)).to_have_value("0 at 1.5")


# The picture.


def test_cells_are_the_shadow_of_the_envelope(show: SHOW) -> None:
    page = show(EnvelopeExplorer(EIGHT, 2.5))
    expect(page.locator("rect.nn-cell, rect.nn-own")).to_have_count(7)
    expect(page.locator("rect.nn-own")).to_have_class("nn-own nn-fill-6")
    result = read(EIGHT, 2.5)
    for i, cell in enumerate(result.cells):
        rects = page.locator(f"rect.nn-fill-{i}")
        highest = page.locator(f".nn-plot .nn-highest.nn-stroke-{i}")
        if cell is None:
            expect(rects).to_have_count(0)
            expect(highest).to_have_count(0)
            continue
        box = rects.first.bounding_box()
        assert box is not None
        ends = [place_of(page, end, 0)[0] for end in cell]
        assert [box["x"], box["x"] + box["width"]] == pytest.approx(ends, abs=0.1)
        # The thick piece of the tangent spans the same stretch.
        drawn = re.findall(r"[ML]([\d.]+),", highest.get_attribute("d") or "")
        plot = page.locator(".nn-plot").bounding_box()
        assert plot is not None
        assert [float(at) + plot["x"] for at in drawn] == pytest.approx(ends, abs=0.1)
    numbers = page.locator(".nn-plot > text").all_text_contents()
    assert numbers.count("4") == 1  # only the tick: no number in the strip for the empty cell


def test_the_sliders_stand_under_their_points(show: SHOW) -> None:
    page = show(EnvelopeExplorer([-4.0, 4.0], -4))
    for key, value in [("Home", -4), ("End", 4)]:
        for slider in (query(page), position(page)):
            slider.press(key)
            box = slider.bounding_box()
            assert box is not None
            end = box["x"] + 8 if value < 0 else box["x"] + box["width"] - 8
            assert abs(end - place_of(page, value, 0)[0]) < 1
        expect(said(page)).to_contain_text(f"x = {value}:".replace("-", "−"))
        here = page.locator(".nn-here").bounding_box()
        assert here is not None
        assert abs(here["x"] + here["width"] / 2 - place_of(page, value, 0)[0]) < 1


# Reading it.


# The numbers of the cells stand on a tint of the template's color.
CELLS = f"""(box) => {{
  {RATIO}
  const of = (node, what) => getComputedStyle(node)[what];
  const ground = parse(of(box, "backgroundColor"));
  const writing = parse(of(box.querySelector(".nn-plot text"), "fill"));
  return [...box.querySelectorAll("rect.nn-cell, rect.nn-own")].map((node) => {{
    const [tint, share] = [parse(of(node, "fill")), Number(of(node, "fillOpacity"))];
    return ratio(writing, ground.map((v, i) => v + (tint[i] - v) * share));
  }});
}}"""


def test_numbers_stand_out_from_their_cells(show: SHOW) -> None:
    page = show(EnvelopeExplorer([-4, -3, -2, -1, 0, 1, 2, 3], 2.5))
    for theme in THEMES:
        turn(page, theme)
        ratios = page.locator(".nn-envelope").evaluate(CELLS)
        assert len(ratios) == 8
        assert min(ratios) >= 4.5
