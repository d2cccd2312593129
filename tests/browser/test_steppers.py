"""The algorithms that a reader steps through: the page's steps are Python's, on any input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits
from ipywidgets import Widget
from playwright.sync_api import Page, expect
from visits import drag, painted, said

from nnlib import attention, cascade, graph, learning, regions, scan, shards
from nnlib.clocked import lateral_inhibition
from nnlib.widgets import (
    AttentionStepper,
    CascadeStepper,
    ClockedStepper,
    LearningStepper,
    MaxnetStepper,
    PerceptronStepper,
    ScanStepper,
    ShardStepper,
    TreeStepper,
    WalkStepper,
)
from nnlib.widgets.base import module

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]
COUNT = 150
STEPPERS = [
    CascadeStepper,
    PerceptronStepper,
    ScanStepper,
    ShardStepper,
    WalkStepper,
    LearningStepper,
    AttentionStepper,
    MaxnetStepper,
]


def plain(steps: list[Any]) -> list[dict[str, Any]]:
    """Return steps as JSON has them."""
    return [
        {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(step).items()}
        for step in steps
    ]


def whole_points(rng: np.random.Generator, i: int, count: int) -> list[list[int]]:
    """Return points of whole numbers, every other time on a coarse grid, where ties are common."""
    return rng.integers(0, (4, 60)[i % 2], (count, 2)).tolist()


# The certified search.


def random_searches() -> list[Any]:
    """Return rows, query and center: lattices of tenths, near the origin and not, and clouds."""
    rng = np.random.default_rng(2009)
    found = []
    for i in range(COUNT):
        n, d = int(rng.integers(1, 9)), int(rng.integers(1, 5))
        lattice = rng.integers(0, 4, (n + 1, d)) / (1, 10)[i % 2] + (0, 300, 37.7)[i % 3]
        rows = lattice if i % 4 else rng.normal(size=(n + 1, d)) * 9
        center = rows[1].tolist() if i % 2 else [0.0] * d
        found.append([rows[1:].tolist(), rows[0].tolist(), center])
    sizes = [0, 5e-324, 1e-323, 1e-310, 1.1e-162, 2.0**-500, 1, 1e6]  # whose squares vanish or not
    for _ in range(COUNT):
        (x, *rows) = rng.choice(sizes, (1 + int(rng.integers(2, 5)), 2)).tolist()
        found.append([rows, x, [0.0, 0.0]])
    return found


CERTIFIED = """({ trace }, all) => all.map((given) => trace(...given).map(
  (step) => ({ ...step, low: hex(step.low), high: hex(step.high) })))"""


def test_the_certified_search_is_pythons_bit_for_bit(blank: Page) -> None:
    searches = random_searches()
    ends: Counter[str] = Counter()
    found = answer(blank, CascadeStepper._esm, CERTIFIED, searches)
    for (rows, x, center), page in zip(searches, found, strict=True):
        steps = cascade.trace(rows, x, center)
        expected = plain(steps)
        for step in expected:
            step.update(low=bits(step["low"]), high=bits(step["high"]))
        assert page == expected
        ends[steps[-2].kind] += 1
        ends["tie"] += steps[-1].high == 0
    assert min(ends["filter"], ends["cutoff"], ends["exact"], ends["tie"]) >= 5


# Perceptrons, shards, graphs: whole numbers.


def test_the_perceptrons_answers_and_pruning_are_pythons(blank: Page) -> None:
    rng, nets = np.random.default_rng(1990), []
    for i in range(COUNT):
        (x, *rows) = whole_points(rng, i, 1 + int(rng.integers(1, 8)))
        nets.append([rows, rng.integers(0, 3, len(rows)).tolist(), x])
    question = "({ trace }, all) => all.map((given) => trace(...given))"
    kinds: Counter[str] = Counter()
    found = answer(blank, PerceptronStepper._esm, question, nets)
    for net, page in zip(nets, found, strict=True):
        assert page == plain(regions.trace(*net))
        kinds.update(step["kind"] for step in page)
        kinds["on a border"] += any(step["kind"] == "plane" and step["sum"] == 0 for step in page)
    assert kinds["cut"] >= 300
    assert kinds["on a border"] >= 20


def test_the_loops_over_the_rows_are_pythons(blank: Page) -> None:
    rng, loops = np.random.default_rng(1967), []
    for i in range(2 * COUNT):
        (x, *rows) = whole_points(rng, i, 1 + int(rng.integers(1, 7)))
        loops.append([rows, x, bool(i % 3), bool(i % 4 < 2)])
    question = "({ trace }, all) => all.map((given) => trace(...given))"
    verdicts: Counter[str] = Counter()
    found = answer(blank, ScanStepper._esm, question, loops)
    for (rows, x, expanded, turned), page in zip(loops, found, strict=True):
        assert page == plain(scan.trace(rows, x, expanded=expanded, turned=turned))
        verdicts.update(step["verdict"] for step in page)
    assert min(verdicts.values()) >= 50


def test_the_merges_of_shards_are_pythons(blank: Page) -> None:
    rng, searches = np.random.default_rng(2011), []
    for i in range(COUNT):
        (x, *rows) = whole_points(rng, i, 1 + int(rng.integers(1, 13)))
        count = int(rng.integers(1, 6))
        k = int(rng.integers(1, min(len(rows), 4) + 1))
        shard = rng.integers(0, count, len(rows)).tolist()
        searches.append([rows, shard, x, k, rng.permutation(count).tolist()])
    question = "({ trace }, all) => all.map((given) => trace(...given))"
    ties = 0
    found = answer(blank, ShardStepper._esm, question, searches)
    for search, page in zip(searches, found, strict=True):
        assert page == plain(shards.trace(*search))
        ties += any(step["tie"] for step in page)
    assert ties >= 20


def test_the_walks_are_pythons(blank: Page) -> None:
    rng, walks = np.random.default_rng(2014), []
    for i in range(COUNT):
        (x, *rows) = whole_points(rng, i, 1 + int(rng.integers(1, 17)))
        M, ef, start = (
            int(rng.integers(1, 4)),
            int(rng.integers(1, 5)),
            int(rng.integers(len(rows))),
        )
        walks.append([rows, M, x, ef, start])
    question = """({ trace, link }, all) => all.map(([rows, M, ...rest]) =>
      [link(rows, M), trace(rows, link(rows, M), ...rest)])"""
    misses = 0
    found = answer(blank, WalkStepper._esm, question, walks)
    for (rows, M, x, *rest), (links, page) in zip(walks, found, strict=True):
        assert links == graph.link(rows, M)
        assert page == plain(graph.trace(rows, links, x, *rest))
        far = ((np.array(rows) - x) ** 2).sum(axis=1)
        misses += far[page[-1]["row"]] > far.min()
    assert misses >= 5


def test_tenths_are_pythons(blank: Page) -> None:
    points = np.arange(-50, 50).reshape(-1, 2) / 20  # every other one halfway
    page = answer(
        blank, module("stepper.js"), "({ tenths }, all) => all.map(tenths)", points.tolist()
    )
    walk = WalkStepper(points[:16], points[16])
    rows, query = walk._tenths()
    assert page[:16] == rows.tolist()
    assert page[16] == query.tolist()
    assert page == np.rint(10 * points).tolist()


# Learning, attention, inhibition. The page's exp may differ from Python's in the last digit.


def test_the_learned_templates_are_pythons(blank: Page) -> None:
    rng, runs = np.random.default_rng(2003), []
    for i in range(COUNT):
        n, m, d = (int(rng.integers(1, most)) for most in (9, 5, 4))
        points = rng.integers(0, 3, (n + m, d)) if i % 3 else rng.normal(size=(n + m, d)) * 3
        code = rng.integers(0, 3, m)
        given = {"tau": float(rng.choice([0.5, 1, 2])), "rate": float(rng.choice([0.1, 0.5]))}
        labels = rng.choice(code, n).tolist()
        rows, start = points.astype(float)[:n].tolist(), points.astype(float)[n:].tolist()
        runs.append([rows, labels, start, code.tolist(), {**given, "steps": 8}])
    question = "({ trace }, all) => all.map((given) => trace(...given))"
    found = answer(blank, LearningStepper._esm, question, runs)
    for (rows, labels, start, code, given), page in zip(runs, found, strict=True):
        states = learning.trace(rows, labels, start, code, **given)
        for one, two in zip(page, states, strict=True):
            assert np.allclose(one["templates"], two.templates, rtol=1e-12, atol=1e-12)
            assert one["loss"] == pytest.approx(two.loss, rel=1e-12, abs=1e-14)
            assert one["right"] == two.right


def test_the_heads_are_pythons(blank: Page) -> None:
    rng, heads = np.random.default_rng(2017), []
    for i in range(COUNT):
        n, d = int(rng.integers(1, 7)), int(rng.integers(1, 5))
        points = rng.integers(0, 3, (n + 1, d)) if i % 3 else rng.normal(size=(n + 1, d)) * 3
        points = points.astype(float)
        heads.append([points[1:].tolist(), points[0].tolist(), int(rng.integers(1, 12))])
    question = """({ trace }, all) => all.map((given) => trace(...given).map((step) =>
      ({ ...step, share: hex(step.share), scores: hex(step.scores) })))"""
    ties = 0
    found = answer(blank, AttentionStepper._esm, question, heads)
    for head, page in zip(heads, found, strict=True):
        for one, two in zip(page, attention.trace(*head), strict=True):
            assert (one["share"], one["scores"]) == (bits(two.share), bits(two.scores))
            assert one["leader"] == two.leader
            assert one["weights"] == pytest.approx(two.weights, rel=1e-14)
            ties += two.scores.count(max(two.scores)) > 1
    assert ties >= 50


def test_the_inhibition_is_pythons_bit_for_bit(blank: Page) -> None:
    rng, fights = np.random.default_rng(1987), []
    for i in range(COUNT):
        n = int(rng.integers(1, 9))
        inputs = rng.integers(0, 4, n).astype(float) if i % 3 else abs(rng.normal(size=n))
        fights.append(inputs.tolist())
    question = "({ inhibit }, all) => all.map((inputs) => hex(inhibit(inputs, 60)))"
    ties = 0
    found = answer(blank, MaxnetStepper._esm, question, fights)
    for inputs, page in zip(fights, found, strict=True):
        run = lateral_inhibition(inputs, max_steps=60)
        assert page == bits(run.activations)
        ties += run.winner is None
    assert ties >= 30


# In the reader's hand.


def press(page: Page, name: str, times: int = 1) -> None:
    named = page.get_by_role("button", name=name, exact=True)
    expect(named).to_be_enabled()  # after the last step it is disabled until the next frame
    for _ in range(times):
        named.press("Enter")


def count(page: Page, *selectors: str) -> list[int]:
    """Return how many parts there are of each kind, as drawn."""
    painted(page)
    return [page.locator(selector).count() for selector in selectors]


def test_bounds_rule_out_then_the_direct_form_then_integers(show: SHOW) -> None:
    page = show(CascadeStepper())
    assert count(page, ".nn-bar[d]", ".nn-out") == [0, 0]
    press(page, "Step", 7)
    expect(said(page)).to_contain_text("rows 2, 3 are out, rows 0, 1, 4, 5 are in.")
    assert count(page, ".nn-bar[d]", ".nn-out") == [6, 2]
    press(page, "Step", 5)
    expect(said(page)).to_contain_text("rows 1, 4 are out, rows 0, 5 are in.")
    scrub = page.get_by_role("slider", name="Step")
    scrub.press("End")
    expect(said(page)).to_contain_text("row 0 is the nearest, the earliest of an exact tie.")
    # Centered, the bounds are narrow: the direct form is asked about the tie only.
    # That is fewer steps, and Back counts from the last of those that are drawn.
    page.get_by_role("checkbox", name="Center").check()
    expect(scrub).to_have_attribute("aria-valuetext", "Step 13 of 13")
    press(page, "Back", 6)
    expect(said(page)).to_contain_text("rows 1, 2, 3, 4 are out, rows 0, 5 are in.")
    page.get_by_role("slider", name="Offset").press("Home")
    expect(said(page)).to_contain_text("rows 1, 2, 3, 4 are out, rows 0, 5 are in.")
    # A query that ties with none is answered by the bounds alone.
    query = page.get_by_role("button", name="Query")
    query.press("ArrowLeft")
    scrub.press("End")
    expect(said(page)).to_contain_text("row 0 is the nearest, proved, as all others are out.")


def test_only_a_strictly_nearer_row_displaces_the_best(show: SHOW) -> None:
    page = show(ScanStepper(query=[4, 2]))
    scrub = page.get_by_role("slider", name="Step")
    scrub.press("End")
    expect(said(page)).to_contain_text(
        "Done: row 1, label B. Rows 1, 3 tie: their order decides the label."
    )
    assert count(page, ".nn-term:not([display])", ".nn-region[d]", ".nn-best") == [10, 4, 1]
    region = page.locator(".nn-region.nn-won")
    expect(region).to_have_class("nn-region nn-fill-1 nn-won")
    # From the last row on it is the other copy that comes first, on the map as well.
    page.get_by_role("checkbox", name="Last row first").check()
    expect(said(page)).to_contain_text("Done: row 3, label A. Rows 3, 1 tie")
    expect(region).to_have_class("nn-region nn-fill-0 nn-won")
    # The three terms add up to the same; the first is the query's alone.
    page.get_by_role("checkbox", name="Three terms").check()
    expect(said(page)).to_contain_text("Step 5: row 0 at 20 − 12 + 2 = 10, not below 0")
    assert count(page, ".nn-term:not([display])") == [15]
    texts = page.locator(".nn-sums g > text").all_text_contents()
    assert all(": 20 " in text for text in texts)
    page.get_by_role("button", name="Query").press("ArrowLeft")
    sums = page.locator(".nn-sums g > text")
    expect(sums.nth(1)).to_have_text("1: 16.25 − 36 + 20 = 0.25")


def test_the_terms_that_the_scan_shows_add_up(show: SHOW) -> None:
    rows = [[5.3, 5.3], [-99.9, 99.9]]
    page = show(ScanStepper(rows, [0, 1], [5.1, 5.1], expanded=True, at=1))
    expect(said(page)).to_contain_text("52.02 − 108.12 + 56.18 = 0.08,")
    page.get_by_role("slider", name="Step").press("End")
    expect(said(page)).to_contain_text("52.02 + 0 + 19960.02 = 20012.04,")


def test_a_region_is_an_and_and_pruning_keeps_it(show: SHOW) -> None:
    page = show(PerceptronStepper())
    press(page, "Step", 10)
    expect(said(page)).to_contain_text("AND of row 0: no input wrong, so it fires.")
    assert count(page, ".nn-wire.nn-near", ".nn-region", ".nn-map .nn-line") == [3, 1, 3]
    region = page.locator(".nn-region").get_attribute("d")
    press(page, "Step", 8)
    expect(said(page)).to_contain_text("pruning the AND of row 0")
    assert page.locator(".nn-region").get_attribute("d") == region
    page.get_by_role("slider", name="Step").press("End")
    expect(said(page)).to_contain_text("6 inputs cut so far.")


def test_ties_across_the_cut_are_decided_by_the_index(show: SHOW) -> None:
    page = show(ShardStepper())
    scrub = page.get_by_role("slider", name="Step")
    scrub.press("End")
    expect(said(page)).to_contain_text("of two equally near the one with the smaller index")
    expect(said(page)).to_contain_text("Done: the nearest of all are rows 0, 1.")
    page.get_by_role("checkbox", name="Last first").check()
    expect(said(page)).to_contain_text("Done: the nearest of all are rows 0, 1.")
    scrub.press("Home")
    press(page, "Step")
    expect(said(page)).to_contain_text("Step 1: shard d finds rows 1, 6 among its own rows.")
    page.get_by_role("slider", name="k =").press("End")
    painted(page)  # now with the steps of the new k
    scrub.press("End")
    expect(said(page)).to_contain_text("Done: the nearest of all are rows 0, 1, 4.")


def test_a_greedy_walk_misses_what_a_wider_one_finds(show: SHOW) -> None:
    page = show(WalkStepper(at=18))
    expect(said(page)).to_contain_text("It finds row 3 at 2.41, and misses row 7 at 1.7.")
    width = page.get_by_role("slider", name="ef")
    width.press("ArrowRight")
    expect(said(page)).to_contain_text("misses row 7")
    width.press("ArrowRight")
    expect(said(page)).to_contain_text("It finds row 7 at 1.7, which is nearest.")


def test_the_loss_falls_and_the_borders_move(show: SHOW) -> None:
    page = show(LearningStepper())
    borders = [page.locator(".nn-region").evaluate_all("all => all.map((e) => e.outerHTML)")]
    press(page, "Step", 3)
    expect(said(page)).to_contain_text("Step 3: the loss falls")
    painted(page)
    borders.append(page.locator(".nn-region").evaluate_all("all => all.map((e) => e.outerHTML)"))
    assert all(a != b for a, b in zip(*borders, strict=True))
    page.get_by_role("slider", name="Step").press("End")
    expect(said(page)).to_contain_text("12 of 12 rows right")
    page.get_by_role("slider", name="Rate").press("End")
    expect(said(page)).to_contain_text("Step 40: the loss rises")
    page.get_by_role("button", name="Row 4").press("ArrowUp")
    expect(said(page)).to_contain_text("Step 40")


def test_the_keys_norm_turns_cones_into_cells(show: SHOW) -> None:
    page = show(AttentionStepper())
    empty = "all => all.map((e) => e.getAttribute('d') === null)"
    assert page.locator(".nn-region").evaluate_all(empty) == [False, False, False, True]
    page.get_by_role("slider", name="Tenth").press("End")
    expect(said(page)).to_contain_text("Distance, query (3, 3): key 3 leads")
    painted(page)
    assert page.locator(".nn-region").evaluate_all(empty) == [False] * 4


def test_a_tie_never_ends_and_the_clock_does(show: SHOW) -> None:
    page = show(MaxnetStepper())
    scrub = page.get_by_role("slider", name="Tick")
    scrub.press("End")
    expect(said(page)).to_contain_text("units 0, 1 are still equal, and stay so for ever")
    expect(said(page)).to_contain_text("Clocked network, done: nearest 0, in order 0, 1, 3, 2.")
    page.get_by_role("button", name="Query").press("Shift+ArrowLeft")
    expect(said(page)).to_contain_text("unit 0 won at tick 9")


@pytest.mark.parametrize("stepper", STEPPERS, ids=lambda one: one.__name__)
def test_the_steps_follow_the_query_that_is_dragged(stepper: type[Widget], show: SHOW) -> None:
    page = show(stepper(at=2, **({"query": [1, 1]} if stepper is LearningStepper else {})))
    before = said(page).inner_text()
    frame = page.locator(".nn-map .nn-frame").bounding_box()
    query = page.get_by_role("button", name="Query").bounding_box()
    assert frame is not None
    assert query is not None
    begin = (query["x"] + 14, query["y"] + 14)
    drag(page, begin, (frame["x"] + 0.9 * frame["width"], frame["y"] + 0.2 * frame["height"]))
    expect(said(page)).not_to_have_text(before)
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_have_text(before)


@pytest.mark.parametrize(("width", "most"), [(760, 700), (390, 844)])
@pytest.mark.parametrize("stepper", STEPPERS, ids=lambda one: one.__name__)
def test_it_fits_one_screen(stepper: type[Widget], width: int, most: int, show: SHOW) -> None:
    page = show(stepper(), stepper(at=7, name="two"), stepper(at=10, name="three"), width=width)
    heights = page.locator(".nn-widget").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert len(heights) == 3
    assert max(heights) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# All steppers on one page, each at its first step, then at its second, …: the heights of each, how
# many lines its sentences take at most and at least, and how many there are.
WALK = """async () => {
    const drawn = () => new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)));
    const boxes = [...document.querySelectorAll(".nn-widget")];
    const heights = boxes.map(() => new Set());
    const words = boxes.map(() => new Set());
    for (let at = 0; at <= 60; at++) {
        for (const box of boxes) {
            const scrub = box.querySelector(".nn-steps input");
            if (at > scrub.max) continue;
            scrub.value = at;
            scrub.dispatchEvent(new Event("input"));
        }
        await drawn();
        boxes.forEach((box, i) => {
            heights[i].add(box.offsetHeight);
            words[i].add(box.querySelector(".nn-said").textContent);
        });
    }
    return boxes.map((box, i) => [box.ariaLabel, [...heights[i]], words[i].size]);
}"""


def test_no_step_moves_what_is_below(show: SHOW) -> None:
    page = show(*(stepper() for stepper in [*STEPPERS, ClockedStepper, TreeStepper]), width=390)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        painted(page)
        walks = page.evaluate(WALK)
        assert len(walks) == len(STEPPERS) + 2
        for label, heights, said_of in walks:
            assert said_of >= 6, label
            assert len(heights) == 1, (label, width, heights)


# The last step, then the first, by the buttons of every stepper: which one kept the focus, and said
# that it can do no more.
ENDS = """async () => {
    const drawn = () => new Promise((d) => requestAnimationFrame(() => requestAnimationFrame(d)));
    const found = [];
    for (const box of document.querySelectorAll(".nn-widget")) {
        const scrub = box.querySelector(".nn-steps input");
        const buttons = [...box.querySelectorAll("button")];
        const named = (name) => buttons.find((e) => e.textContent === name);
        for (const [name, beside] of [["Step", scrub.max - 1], ["Back", 1]]) {
            scrub.value = beside;
            scrub.dispatchEvent(new Event("input"));
            await drawn();
            named(name).focus();
            for (let times = 0; times < 2; times++) {
                named(name).click();
                await drawn();
            }
            found.push([document.activeElement.textContent, named(name).ariaDisabled,
                scrub.value === (name === "Step" ? scrub.max : "0")]);
        }
        named("Play").click();
        named("Back").click();  // there is nothing before the first step, and it goes on playing
        found.push([named("Pause")?.textContent, named("Back").ariaDisabled, true]);
        named("Pause")?.click();
    }
    return found;
}"""


def test_a_button_that_can_do_no_more_keeps_the_focus(show: SHOW) -> None:
    page = show(*(stepper() for stepper in [*STEPPERS, ClockedStepper, TreeStepper]))
    ends = page.evaluate(ENDS)
    each = [["Step", "true", True], ["Back", "true", True], ["Pause", "true", True]]
    assert ends == each * (len(STEPPERS) + 2)


STOPS = """() => [...document.querySelectorAll(".nn-widget")].map((box) =>
    [...box.querySelectorAll("a[href], button, input, select, [tabindex]")].filter((e) =>
        e.tabIndex >= 0 && !e.disabled && e.offsetParent).length)"""


def test_the_rows_are_one_stop_of_the_tab_key(show: SHOW) -> None:
    page = show(*(stepper(at=2) for stepper in [*STEPPERS, ClockedStepper, TreeStepper]))
    stops = page.evaluate(STOPS)
    assert len(stops) == len(STEPPERS) + 2
    assert max(stops) <= 10
    walk = page.get_by_role("group", name="A walk on a graph, step by step")

    def in_hand(name: str) -> None:
        expect(walk.get_by_role("button", name=f"{name}: move with")).to_be_focused()

    walk.get_by_role("button", name="Row 0:").focus()
    page.keyboard.press("PageDown")
    in_hand("Row 1")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    in_hand("Row 13")
    page.keyboard.press("Tab")
    in_hand("Query")
    page.keyboard.press("Shift+Tab")
    in_hand("Row 13")
    assert page.evaluate(STOPS) == stops
    place = walk.get_by_role("button", name="Row 13:")
    before = place.get_attribute("style")
    page.keyboard.press("ArrowDown")
    expect(place).not_to_have_attribute("style", str(before))
