"""The search in a k-d tree as a reader steps through it: a page from disk, no kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits
from playwright.sync_api import Page, expect
from visits import painted, said

from nnlib.kdtree import build, trace
from nnlib.widgets import TreeStepper

SHOW = Callable[..., Page]

TRACE = """({ build, trace }, states) => states.map(([rows, x, leaf]) => [
  build(rows, leaf).map(({ low, high, rows, halves }) => [hex(low), hex(high), rows, halves]),
  trace(rows, x, leaf).map(({ kind, node, row, value, best, least }) =>
    [kind, node, row, hex(value), best, hex(least)]),
])"""


def random_searches(count: int) -> list[Any]:
    """Return rows, query and leaf size; two in three on a coarse grid, where ties are common."""
    rng = np.random.default_rng(1977)
    found = []
    for i in range(count):
        n, d = int(rng.integers(1, 30)), int(rng.integers(1, 5))
        rows = rng.integers(0, 3, (n + 1, d)) if i % 3 else rng.normal(size=(n + 1, d)) * 9
        rows = rows.astype(float)
        found.append([rows[1:].tolist(), rows[0].tolist(), int(rng.integers(1, 4))])
    return found


def test_the_pages_tree_and_trace_are_pythons(blank: Page) -> None:
    searches = random_searches(150)
    ties = skips = 0
    found = answer(blank, TreeStepper._esm, TRACE, searches)
    for (rows, x, leaf), (nodes, steps) in zip(searches, found, strict=True):
        assert nodes == [
            [bits(node.low), bits(node.high), list(node.rows), list(node.halves)]
            for node in build(rows, leaf)
        ]
        expected = trace(rows, x, leaf)
        assert steps == [
            [step.kind, step.node, step.row, bits(step.value), step.best, bits(step.least)]
            for step in expected
        ]
        compared = [astuple(step)[3] for step in expected if step.kind == "compare"]
        ties += compared.count(min(compared)) > 1
        skips += sum(step.kind == "skip" for step in expected)
    assert ties >= 50
    assert skips >= 200


def fates(page: Page) -> dict[str, int]:
    """Return how many nodes of the drawn tree are opened and left out, and the ball's radius."""
    painted(page)
    return page.evaluate(
        """() => ({
          open: document.querySelectorAll(".nn-box.nn-open").length,
          skip: document.querySelectorAll(".nn-box.nn-skip").length,
          filled: document.querySelectorAll(".nn-region.nn-open").length,
        })"""
    )


def test_a_search_is_stepped_through_with_its_way_back(show: SHOW) -> None:
    page = show(TreeStepper())
    assert fates(page) == {"open": 0, "skip": 0, "filled": 0}
    step = page.get_by_role("button", name="Step", exact=True)
    for _ in range(5):
        step.press("Enter")
    expect(said(page)).to_contain_text(
        "Step 5: compare row 0, squared distance 5.05. The best so far."
    )
    step.press("Enter")
    expect(said(page)).to_contain_text("Step 6: compare row 11, squared distance 0.61. The best")
    step.press("Enter")
    expect(said(page)).to_contain_text("Step 7: leave out a box of 2 rows.")
    assert fates(page) == {"open": 4, "skip": 1, "filled": 1}
    page.get_by_role("slider", name="Step").press("End")
    expect(said(page)).to_contain_text("Done: row 11 is nearest, after comparing 4 of 16 rows.")
    assert fates(page) == {"open": 7, "skip": 8, "filled": 2}
    page.get_by_role("button", name="Back").click()
    expect(said(page)).to_contain_text("Step 14")


def test_the_search_follows_the_query(show: SHOW) -> None:
    page = show(TreeStepper(at=64))
    query = page.get_by_role("button", name="Query")
    for _ in range(5):
        query.press("ArrowRight")
    last = trace(TreeStepper().templates, [5.4, 2.2], 2)
    compared = sum(step.kind == "compare" for step in last)
    words = f"row {last[-1].best} is nearest, after comparing {compared} of 16 rows"
    expect(said(page)).to_contain_text(words)


@pytest.mark.parametrize(("width", "most"), [(760, 700), (390, 844)])
def test_it_fits_one_screen(width: int, most: int, show: SHOW) -> None:
    page = show(TreeStepper(), TreeStepper(at=64, name="two"), width=width)
    heights = page.locator(".nn-descent").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert max(heights) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= width
