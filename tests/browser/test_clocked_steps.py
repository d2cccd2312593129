"""The clocked network as a reader steps through it: a page from disk, no kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits
from playwright.sync_api import Page, expect
from visits import drag, painted, said

from nnlib.clocked import ClockedKNN, Trace
from nnlib.widgets import ClockedStepper

SHOW = Callable[..., Page]

TRACE = """({ trace }, states) => states.map((state) => {
  const { scores, cycles } = trace(state);
  return { scores: hex(scores), cycles };
})"""


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states of 1 to 8 rows; two in three on a coarse grid, where ties are common."""
    rng = np.random.default_rng(1997)
    states = []
    for i in range(count):
        n, classes = int(rng.integers(1, 9)), int(rng.integers(1, 5))
        rows = rng.integers(0, 3, (n + 1, 2)) if i % 3 else rng.normal(size=(n + 1, 2)) * 9
        states.append(
            {
                "templates": rows[1:].astype(float).tolist(),
                "labels": rng.integers(0, classes, n).tolist(),
                "class_names": list("ABCD"[:classes]),
                "query": rows[0].astype(float).tolist(),
            }
        )
    return states


def test_the_pages_trace_is_pythons(blank: Page) -> None:
    states = random_states(150)
    ties = 0
    for state, page in zip(states, answer(blank, ClockedStepper._esm, TRACE, states), strict=True):
        names = np.array(state["class_names"])[state["labels"]]
        net = ClockedKNN.from_data(state["templates"], names)
        whole = net.run(state["query"], len(names))
        assert page["scores"] == bits(whole.scores)
        before, *cycles = page["cycles"]
        assert (before["unit"], before["taken"], before["label"]) == (-1, [], None)
        assert len(cycles) == len(whole.cycles)
        for end, (one, two) in enumerate(zip(cycles, whole.cycles, strict=True), 1):
            so_far = Trace(whole.scores, whole.codes, whole.classes, whole.cycles[:end])
            assert (one["number"], one["phase"], one["unit"]) == (two.number, two.phase, two.unit)
            assert one["sums"] == two.sums.tolist()
            assert one["taken"] == list(two.taken)
            votes = dict(zip(whole.classes.tolist(), so_far.votes.tolist(), strict=True))
            assert one["votes"] == [votes.get(name, 0) for name in state["class_names"]]
            assert state["class_names"][one["label"]] == so_far.label
        ties += len(set(whole.scores.tolist())) < len(names)
    assert ties >= 50


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def lit(page: Page) -> dict[str, list[str]]:
    """Return which selector fires and what the latches hold, as drawn."""
    painted(page)
    return page.evaluate(
        """() => ({
          fires: [...document.querySelectorAll(".nn-select")]
            .flatMap((e, i) => (e.matches(".nn-fires") ? [i] : [])),
          set: [...document.querySelectorAll(".nn-latch")]
            .flatMap((e, i) => (e.matches(".nn-set") ? [i] : [])),
          feedback: document.querySelectorAll(".nn-feedback[d]").length,
        })"""
    )


# Where each bold wire begins that is no feedback: at a latch, or at a selector.
VOTING = """() => [...document.querySelectorAll(".nn-wire.nn-live")].map((wire) => {
    const [x, y] = wire.getAttribute("d").match(/[\\d.]+/g).map(Number);
    const row = [...document.querySelectorAll(".nn-select")].findIndex(
        (e) => Math.abs(e.getAttribute("cy") - y) < 17);
    const latch = document.querySelector(".nn-latch").getAttribute("x");
    return `${x < latch ? "selector" : "latch"} ${row}`;
})"""


def test_a_bold_wire_to_the_vote_begins_at_what_is_set(show: SHOW) -> None:
    page = show(ClockedStepper(at=3))
    expect(said(page)).to_contain_text(
        "Cycle 3, select: unit 1 fires, with 2 wins and 1 latched row, and votes before its latch"
    )
    assert lit(page) == {"fires": [1], "set": [0], "feedback": 0}
    assert page.evaluate(VOTING) == ["latch 0", "selector 1"]
    press(page, "Step")
    expect(said(page)).to_contain_text("Cycle 4, feedback: latch 1 is set.")
    painted(page)
    assert page.evaluate(VOTING) == ["selector 1", "latch 0", "latch 1"]  # the first sets the latch
    page.get_by_role("slider", name="Cycle").press("End")
    expect(said(page)).to_contain_text("unit 3 fires, with 0 wins and 3 latched rows")


def test_back_step_and_scrub_move_through_the_cycles(show: SHOW) -> None:
    page = show(ClockedStepper())
    back, step = (page.get_by_role("button", name=name, exact=True) for name in ("Back", "Step"))
    expect(back).to_be_disabled()
    press(page, "Step")
    expect(said(page)).to_contain_text(
        "Cycle 1, select: unit 0 fires, with 3 wins and 0 latched rows, and votes before its latch "
        "is set. Votes A 1, B 0; label A."
    )
    assert lit(page) == {"fires": [0], "set": [], "feedback": 0}
    step.press("Enter")
    expect(said(page)).to_contain_text("Cycle 2, feedback: latch 0 is set.")
    assert lit(page) == {"fires": [], "set": [0], "feedback": 4}
    scrub = page.get_by_role("slider", name="Cycle")
    scrub.press("End")
    expect(said(page)).to_contain_text("Cycle 7, select: unit 3 fires")
    expect(said(page)).to_contain_text("Votes A 2, B 2; label A.")
    assert lit(page) == {"fires": [3], "set": [0, 1, 2], "feedback": 0}
    expect(step).to_be_disabled()
    press(page, "Back")
    expect(scrub).to_have_attribute("aria-valuetext", "Cycle 6 of 7")


def test_it_plays_to_the_end_and_pauses(show: SHOW) -> None:
    page = show(ClockedStepper([[1, 1], [4, 2]], [0, 1]))
    press(page, "Play")
    expect(said(page)).to_contain_text("Cycle 1, select")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(said(page)).to_contain_text("Cycle 1, select")
    press(page, "Play")
    expect(said(page)).to_contain_text("Cycle 3, select: unit 1 fires")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_reader_who_wants_no_motion_is_offered_none(show: SHOW) -> None:
    page = show(ClockedStepper(), reduced_motion="reduce")
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    press(page, "Step")
    expect(said(page)).to_contain_text("Cycle 1, select")


def test_the_trace_follows_the_query_that_is_dragged(show: SHOW) -> None:
    widget = ClockedStepper(at=1)
    page = show(widget)
    frame = page.locator(".nn-frame").bounding_box()
    query = page.get_by_role("button", name="Query").bounding_box()
    assert frame is not None
    assert query is not None
    begin = (query["x"] + 14, query["y"] + 14)
    end = (frame["x"] + 0.8 * frame["width"], frame["y"] + 0.3 * frame["height"])
    drag(page, begin, end)
    expect(said(page)).to_contain_text("Cycle 1, select: unit 3 fires")
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_contain_text("Cycle 1, select: unit 0 fires")


def test_at_a_tie_the_earlier_row_is_taken_first(show: SHOW) -> None:
    page = show(ClockedStepper(query=[2.5, 1.5], at=1))  # rows 0 and 1 are equally near
    expect(said(page)).to_contain_text("Cycle 1, select: unit 0 fires, with 3 wins")
    press(page, "Step")
    press(page, "Step")
    expect(said(page)).to_contain_text("Cycle 3, select: unit 1 fires, with 2 wins")


@pytest.mark.parametrize(("width", "most"), [(760, 700), (390, 844)])
def test_it_fits_one_screen(width: int, most: int, show: SHOW) -> None:
    rows = np.random.default_rng(2).integers(0, 7, (8, 2))
    page = show(ClockedStepper(), ClockedStepper(rows, [0, 1] * 4, at=6, name="two"), width=width)
    heights = page.locator(".nn-clocked").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert max(heights) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= width
