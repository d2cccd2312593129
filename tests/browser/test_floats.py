"""The line of floats as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from doubles import answer, bits
from playwright.sync_api import Locator, Page, expect
from visits import painted, said

from nnlib.widgets import FloatExplorer
from nnlib.widgets.floats import LARGEST, MOST_PARTS, PRECISIONS, read

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]

COMPUTE = """({ compute }, states) => states.map((state) => Object.fromEntries(
  Object.entries(compute(state)).map(([name, value]) => [name, hex(value)])))"""


def test_the_page_computes_what_python_computes(blank: Page) -> None:
    rng, states = np.random.default_rng(1991), []
    for i in range(400):
        first, second = rng.integers(1, LARGEST + 1, 2).tolist()
        parts = int(rng.integers(1, MOST_PARTS + 1))
        states.append({"first": first, "second": second, "parts": parts,
                       "precision": list(PRECISIONS)[i % 2]})  # fmt: skip
    off = 0
    for state, page in zip(states, answer(blank, FloatExplorer._esm, COMPUTE, states), strict=True):
        line = read(**state)
        expected = {name: bits(value) for name, value in asdict(line).items()}
        assert page == {**expected, "off": bits(line.off)}
        off += line.off != 0
    assert off >= 40


def slider(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("slider", name=name).first


def places(page: Page) -> dict[str, Any]:
    """Return where the arrows begin and end, and where the ticks are, in pixels."""
    painted(page)
    found: dict[str, Any] = page.evaluate(
        """() => {
            const numbers = (node) => node.getAttribute("d").match(/-?[\\d.]+/g).map(Number);
            const arrow = (name) => numbers(document.querySelector(`.nn-arrow.${name}`));
            const [meant, sum] = ["nn-meant", "nn-sum"].map(arrow);
            return { meant: [meant[0], meant[2]], sum: [sum[0], sum[2]],
              ticks: [...document.querySelectorAll(".nn-float")].map((e) => numbers(e)[0]) };
        }"""
    )
    return found


def test_a_sum_lands_beside_what_was_meant_and_beside_it_no_more(show: SHOW) -> None:
    page = show(FloatExplorer())
    expect(said(page)).to_have_text(
        "float64: 1/10 + 2/10 = 0.30000000000000004, and 3/10 is stored as 0.3; not equal: the sum "
        "is 1 ulp above. The stored numbers add up to halfway between two floats: that with last "
        "bit 0 wins. Floats are 5.551e−17 apart here."
    )
    now = places(page)
    assert len(now["ticks"]) == 7
    assert [now["meant"][1], now["sum"][1]] == now["ticks"][3:5]
    middle = sum(now["ticks"][3:5]) / 2
    assert now["meant"][0] < middle <= now["sum"][0] < now["ticks"][4]
    slider(page, "Second").press("ArrowRight")
    expect(said(page)).to_contain_text("4/10 is stored as 0.4; equal, since both round to the same")
    now = places(page)
    assert now["meant"][1] == now["sum"][1] == now["ticks"][3]
    denominator = slider(page, "Denominator")
    denominator.press("ArrowLeft")
    denominator.press("ArrowLeft")
    expect(said(page)).to_contain_text(
        "1/8 + 3/8 = 0.5, and 4/8 is stored as 0.5; equal, and nothing"
    )
    now = places(page)
    assert len({*now["meant"], *now["sum"]}) == 1
    # Below a power of two the floats lie twice as close, and it is said.
    expect(said(page)).to_contain_text("apart here, below this power of two half as far.")
    gaps = np.diff(now["ticks"])
    assert np.allclose(gaps[:6] * 2, gaps[-1])
    assert np.allclose(gaps[6:], gaps[-1])
    page.get_by_role("combobox", name="Format").select_option("float32")
    expect(said(page)).to_contain_text("Floats are 5.960e−8 apart here, below")
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_contain_text("1 ulp above")


def test_where_nothing_rounds_is_not_where_errors_cancel(show: SHOW) -> None:
    page = show(FloatExplorer(4, 6, 10), FloatExplorer(4, 6, 5, name="two"),
                FloatExplorer(5, 10, 10, name="three"))  # fmt: skip
    lines = page.locator(".nn-said")
    cancel = "equal: the stored numbers are rounded, and their errors cancel. "
    expect(lines.nth(0)).to_contain_text(cancel)
    expect(lines.nth(1)).to_contain_text(cancel)
    expect(lines.nth(2)).to_contain_text("equal, and nothing rounds. ")


def test_a_middle_is_drawn_only_between_floats_that_are(show: SHOW) -> None:
    page = show(FloatExplorer(1, 3, 8))
    painted(page)
    floats, middles = page.locator(".nn-float"), page.locator(".nn-middle")
    assert middles.count() == floats.count() - 1


@pytest.mark.parametrize(("width", "most"), [(760, 700), (390, 844)])
def test_it_fits_one_screen(width: int, most: int, show: SHOW) -> None:
    longest = FloatExplorer(39, 40, 13, name="two"), FloatExplorer(40, 20, 15, name="three")
    page = show(FloatExplorer(), *longest, width=width)
    heights = page.locator(".nn-floats").evaluate_all("all => all.map((e) => e.offsetHeight)")
    assert max(heights) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= width
