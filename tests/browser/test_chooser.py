"""The index chooser as a reader meets it: a page from disk, no kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from doubles import answer
from playwright.sync_api import Locator, Page, expect
from visits import painted, said

from nnlib.advice import NAMES, RECALLS, advise, amount, size
from nnlib.widgets import IndexChooser
from nnlib.widgets.chooser import CASES, DEFAULT, RULES, settings_of

PAGES_LAST = True  # see open_page
SHOW = Callable[..., Page]


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name)


def cards(page: Page) -> list[list[str]]:
    """Return name, verdict and reason of every candidate, and what stands under its bars."""
    painted(page)
    found: list[list[str]] = page.locator(".nn-chooser li").evaluate_all(
        """(cards) => cards.map((card) => [...card.querySelectorAll(
            ".nn-strong, .nn-badge, p:not(.nn-meter), .nn-meter span")]
            .map((part) => part.textContent))"""
    )
    return found


# The arithmetic.

COMPUTE = "({ compute }, states, rules) => states.map((state) => compute(state, rules))"


def random_states(count: int) -> list[dict[str, Any]]:
    """Return states on the steps of the sliders, anywhere, and where a candidate just fits."""
    rng = np.random.default_rng(20110101)
    states = []
    for i in range(count):
        n = int(10 ** rng.uniform(3, 9))
        if i % 3 == 0:
            n = min(int(rng.choice([1, 2, 5])) * 10 ** int(rng.integers(3, 10)), 10**9)
        d = int(rng.choice([2, 3, 8, 64, 128, 768, 1536]) if i % 2 else rng.integers(2, 1537))
        state = {
            "n": n,
            "d": d,
            "intrinsic": int(rng.choice([0, 2, 4, 8, 16, 32, rng.integers(1, 40)])),
            "memory": float(10 ** rng.uniform(-1, 4)),
            "batch": int(10 ** rng.uniform(0, 5)),
            "recall": float(rng.choice(RECALLS)),
            "updates": str(rng.choice(["rare", "steady"])),
            "spread": str(rng.choice(["clusters", "even"])),
        }
        if i % 3 == 2:
            needed = advise(**state)[i % 6].bytes / 1e9
            state["memory"] = float(np.clip(needed, 0.1, 10_000))
        states.append(state)
    return states


def test_the_page_computes_and_says_what_python_does(blank: Page) -> None:
    states = [settings_of(case) for case in CASES] + random_states(600)
    rules = IndexChooser().rules
    results = answer(blank, IndexChooser._esm, COMPUTE, states, rules)
    best = []
    for state, result in zip(states, results, strict=True):
        expected = [asdict(one) for one in advise(**state)]
        assert result == expected, state
        best += [one["key"] for one in expected if one["verdict"] == "best"]
    assert len(best) == len(states)
    assert min(best.count(key) for key in NAMES) >= 8
    assert rules.keys() == RULES.keys()


def test_the_page_writes_numbers_as_python_does(blank: Page) -> None:
    rng = np.random.default_rng(1)
    values = [*(10 ** rng.uniform(-1, 16, 400)).tolist(), 999.5, 1125, 1e6, 12_650, 9_995_000]
    write = "({ amount, size }, values) => values.map((x) => [amount(x), size(x)])"
    found = answer(blank, IndexChooser._esm, write, values)
    assert found == [[amount(x), size(x)] for x in values]


# The reader's hand.


def test_the_default_says_what_it_shows(show: SHOW) -> None:
    page = show(IndexChooser())
    expect(said(page)).to_have_text(
        "10 million rows of 128 features, 16 GB, recall 0.95. Best: IVF-Flat. Looks at 12 of "
        "12,600 lists. A new row joins one list, a deleted row leaves one. "
        "It needs 5.21 GB of memory and 53 times less work than brute force."
    )
    found = cards(page)
    assert [card[0] for card in found] == list(NAMES.values())
    advice = IndexChooser().read()
    assert [card[2] for card in found] == [one.reason for one in advice]
    assert [card[1] for card in found] == ["works", "✕ no", "▸ take this", "works", "works", "✕ no"]
    assert found[2][3:] == [
        "5.21 GB",
        "n(4d + 8) + centers =\u00a010\u00a0million ×\u00a0520\u00a0B +\u00a06.48\u00a0MB",
        "53 times less work",
        "22,100 rows looked at",
    ]
    assert found[0][5] == "2.56 billion operations"
    assert found[1][5] == "81 times more work"
    assert found[5][3] == "205 MB on each of 2"
    expect(choice(page, "Case")).to_have_value("0")
    expect(page.get_by_text(CASES["chapter"]["note"])).to_be_visible()


def test_the_keyboard_moves_every_slider(show: SHOW) -> None:
    page = show(IndexChooser())
    for name, key, words, value in [
        ("Rows", "ArrowRight", "20 million rows of 128 features, 16 GB", "20 million"),
        ("Features", "ArrowLeft", "20 million rows of 64 features, 16 GB", "64"),
        ("Memory", "ArrowRight", "20 million rows of 64 features, 32 GB", "32 GB"),
        ("Queries at once", "End", "20 million rows", "100,000"),
    ]:
        slider(page, name).focus()
        page.keyboard.press(key)
        expect(said(page)).to_contain_text(words)
        expect(slider(page, name)).to_have_attribute("aria-valuetext", value)
        label = page.locator("label", has=slider(page, name))
        expect(label.locator(".nn-number")).to_have_text(value)
    expect(choice(page, "Case").locator("option:checked")).to_have_text("your own")
    expect(page.get_by_text(CASES["chapter"]["note"])).to_have_count(0)


def test_the_demands_change_the_advice(show: SHOW) -> None:
    page = show(IndexChooser())
    choice(page, "The rows lie").select_option("in one cloud")
    expect(said(page)).to_contain_text("Best: HNSW.")
    choice(page, "Changes").select_option("steady")
    expect(said(page)).to_contain_text("Best: IVF-Flat.")
    assert cards(page)[4][1:3] == [
        "✕ no",
        "Takes inserts, but its rows cannot be deleted (in faiss).",
    ]
    choice(page, "Answer wanted").select_option("exact")
    expect(said(page)).to_contain_text("16 GB, exact. Best: Brute force, certified.")
    choice(page, "Changes").select_option("rare")
    choice(page, "Intrinsic dimensions").select_option("about 4")
    expect(said(page)).to_contain_text(
        "Best: k-d tree. Exact: in 4 dimensions it looks at 125 rows"
    )


@pytest.mark.parametrize("case", CASES)
def test_every_case_can_be_chosen(case: str, show: SHOW) -> None:
    other = "exact" if case == "chapter" else "chapter"
    page = show(IndexChooser(other))
    choice(page, "Case").select_option(CASES[case]["title"])
    (best,) = (one for one in advise(**settings_of(case)) if one.verdict == "best")
    expect(said(page)).to_contain_text(f"Best: {best.name}. {best.reason}")
    expect(page.get_by_text(CASES[case]["note"])).to_be_visible()


def test_values_between_the_steps_are_shown_as_they_are(show: SHOW) -> None:
    page = show(IndexChooser(n=12_345_678, d=100, memory=0.5, intrinsic=12, batch=300))
    expect(said(page)).to_contain_text("12.3 million rows of 100 features, 500 MB, recall 0.95.")
    expect(choice(page, "Intrinsic dimensions").locator("option:checked")).to_have_text("about 12")
    expect(slider(page, "Rows")).to_have_value("12")
    expect(slider(page, "Memory")).to_have_value("0")
    slider(page, "Rows").press("ArrowRight")
    expect(said(page)).to_contain_text("20 million rows of 100 features")
    choice(page, "Intrinsic dimensions").select_option("about 8")
    expect(choice(page, "Intrinsic dimensions").locator("option:checked")).to_have_text("about 8")


def test_reset_returns_to_the_beginning(show: SHOW) -> None:
    page = show(IndexChooser("map", n=5000))
    beginning = cards(page)
    words = said(page).inner_text()
    slider(page, "Rows").press("End")
    choice(page, "Changes").select_option("steady")
    choice(page, "Case").select_option(CASES["billion"]["title"])
    expect(said(page)).to_contain_text("1 billion rows of 128 features")
    page.get_by_role("button", name="Reset").click()
    expect(said(page)).to_have_text(words)
    assert cards(page) == beginning


# The picture.


@pytest.mark.parametrize("case", ["chapter", "laptop", "archive"])
def test_bars_are_as_long_as_their_numbers(case: str, show: SHOW) -> None:
    page = show(IndexChooser(case))
    advice = IndexChooser(case).read()
    room = settings_of(case)["memory"] * 1e9
    found = page.locator(".nn-chooser li").evaluate_all(
        """(cards) => cards.map((card) => [...card.querySelectorAll("svg")].map((svg) => {
            const [whole, bar, line] = [...svg.children];
            const wide = (node) => node.getBoundingClientRect().width;
            return [wide(bar) / wide(whole), parseFloat(line.getAttribute("x1")) / 100,
              bar.classList.contains("nn-over")];
        }))"""
    )
    for one, (memory, work) in zip(advice, found, strict=True):
        share = one.work / advice[0].work
        assert memory[0] == pytest.approx(min(one.bytes / room / 1.5, 1), abs=0.005)
        assert memory[1] == pytest.approx(1 / 1.5, abs=0.005)
        assert memory[2] == (not one.fits)
        assert work[0] == pytest.approx((np.log10(share) + 8) / 10, abs=0.005)
        assert work[1] == 8 / 10
    assert DEFAULT.keys() == settings_of(case).keys()
